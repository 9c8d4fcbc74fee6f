"""The script that Streamlit runs for every page: the frame around it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from nbcore.identity import Identity, Person
from ui import access, cluster, own_hosts, session, sign_in
from ui.places import ACCOUNT_PAGE, IMAGES_PAGE, NEW_PAGE, NOTEBOOKS_PAGE

_STATIC = Path(__file__).parent / "static"


def main() -> None:
    """Draws the navigation, then the page of the URL; or the sign-in page in its place."""
    # A PNG of our own: Streamlit fetches Material icons for the browser's tab from the internet. By
    # its address, for what Streamlit would make of the file is served only to those signed in.
    st.set_page_config("OneBlock Notebooks", page_icon="/app/static/icon.png", layout="wide")
    session.begin()
    services = session.services()
    if services.entrance and services.identity() is None:
        # The pages are named all the same, so that the URL stays for after the sign-in.
        named = [*_everybodys(may_create=True), _images(is_named=False), _account("Account")]
        st.navigation(named, position="hidden")
        sign_in.draw(services.entrance)
        return
    st.logo(_STATIC / "logo.svg", size="large", link=None)
    page = st.navigation(_pages(session.viewer()), position="top")
    if session.is_person():
        session.follow()
    page.run()
    own_hosts.draw_probe()


def _pages(viewer: Identity) -> list[StreamlitPage]:
    """All pages, and last the one about the viewer; the navigation names what they may use.

    The others answer as well, with what to ask for: Streamlit would know nothing of their URLs.
    """
    images = _images(is_named=access.may_edit_catalog(viewer))
    own = [_account(viewer.user)] if isinstance(viewer, Person) else []
    return [*_everybodys(may_create=cluster.has_place_for_new()), images, *own]


def _everybodys(*, may_create: bool) -> list[StreamlitPage]:
    return [
        st.Page(NOTEBOOKS_PAGE, title="Notebooks", icon=":material/apps:", default=True),
        st.Page(
            NEW_PAGE,
            title="New notebook",
            icon=":material/add:",
            url_path="new",
            visibility=_visibility(is_named=may_create),
        ),
    ]


def _images(*, is_named: bool) -> StreamlitPage:
    return st.Page(
        IMAGES_PAGE,
        title="Images",
        icon=":material/deployed_code:",
        url_path="images",
        visibility=_visibility(is_named=is_named),
    )


def _visibility(*, is_named: bool) -> Literal["visible", "hidden"]:
    return "visible" if is_named else "hidden"


def _account(title: str) -> StreamlitPage:
    icon = ":material/account_circle:"
    return st.Page(ACCOUNT_PAGE, title=title, icon=icon, url_path="account")


main()
