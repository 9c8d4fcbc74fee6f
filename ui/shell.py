"""The script that Streamlit runs for every page: the frame around it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import access, session
from ui.places import IMAGES_PAGE, NEW_PAGE, NOTEBOOKS_PAGE

_STATIC = Path(__file__).parent / "static"


def main() -> None:
    """Draws the navigation, then the page of the URL."""
    # A PNG of our own: Streamlit fetches Material icons for the browser's tab from the internet.
    st.set_page_config("OneBlock Notebooks", page_icon=_STATIC / "icon.png", layout="wide")
    st.logo(_STATIC / "logo.svg", size="large", link=None)
    pages = [
        st.Page(NOTEBOOKS_PAGE, title="Notebooks", icon=":material/apps:", default=True),
        st.Page(NEW_PAGE, title="New notebook", icon=":material/add:", url_path="new"),
    ]
    if access.may_edit_catalog(session.viewer()):
        pages.append(
            st.Page(IMAGES_PAGE, title="Images", icon=":material/deployed_code:", url_path="images")
        )
    page = st.navigation(pages, position="top")
    page.run()


main()
