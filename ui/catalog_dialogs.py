"""What an admin is asked and shown before the catalog changes."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from nbcore.catalog_history import Version, text_before
from nbcore.catalog_json import MAX_LENGTH, pretty_json
from nbcore.catalog_store import catalog_versions
from nbcore.errors import NbError
from nbcore.objects import text_at
from ui import catalog_page, cluster, messages, session, tables
from ui.markdown import escape

_ANSWERED = "images_answered"
_VERSIONS = "images_versions"
_DIFF_HEIGHT = 320


def open_review() -> None:
    """Shows every change, and asks."""
    st.session_state.pop(_ANSWERED, None)
    st.dialog("Save the catalog?", width="large")(_review_body)()


def open_versions() -> None:
    """Reads the versions once, and shows them."""
    st.session_state.pop(_ANSWERED, None)
    try:
        found = catalog_versions(session.kube(), catalog_page.draft().name)
    except NbError as error:
        messages.show(error, about="Versions")
        return
    st.session_state[_VERSIONS] = found
    st.dialog("Versions", width="large")(_versions_body)()


def open_import() -> None:
    """Asks for a file."""
    st.session_state.pop(_ANSWERED, None)
    st.dialog("Import")(_import_body)()


def open_export() -> None:
    """Offers the tables as a file."""
    st.session_state.pop(_ANSWERED, None)
    st.dialog("Export")(_export_body)()


def _review_body() -> None:
    _close_when_answered()
    found = catalog_page.draft()
    if found.is_reset:
        st.write("The value is removed: the shipped default serves, and follows each release.")
    elif found.replaces_text:
        st.write("What is stored is no catalog. All of its text is replaced.")
    diff = found.diff
    st.code(diff or "  no image changes", language="diff", height=_height(diff))
    with st.container(horizontal=True):
        st.button("Save", type="primary", on_click=_save)
        st.button("Cancel", on_click=_set_answered)


def _versions_body() -> None:
    _close_when_answered()
    found: list[Version] = st.session_state[_VERSIONS]
    if not found:
        st.write("No version is kept.")
    st.caption("Restoring loads a version into the tables; nothing is saved before the review.")
    stored = text_at(cluster.catalog_setting(), "value")
    if found or stored:
        before = text_before(found, stored)
        label = "Undo the last change"
        st.button(label, icon=":material/undo:", on_click=_restore, args=(before,))
    now = session.services().clock()
    for position, version in enumerate(found):
        with st.container(horizontal=True, vertical_alignment="center"):
            when = version.author.when
            age = tables.age((now - when).total_seconds()) if when else "at an unknown time"
            ago = age if age == "now" or not when else f"{age} ago"
            by = version.author.by or "unknown"
            words = f"**{version.number}**  {escape(by)}, {ago}, {_size(version)}"
            st.markdown(words, width="stretch")
            if position == 0 and version.text == stored:
                st.markdown(":gray[current]")
            else:
                key = f"restore_{version.name}"
                st.button("Restore", key=key, on_click=_restore, args=(version.text,))


def _import_body() -> None:
    _close_when_answered()
    st.write("The file replaces what is in the tables. Nothing is saved before the review.")
    file = st.file_uploader("A catalog as JSON", type=["json"], max_upload_size=1)
    if file is not None:
        text = file.getvalue()[: MAX_LENGTH * 4].decode(errors="replace")
        st.button("Load", type="primary", on_click=_load, args=(text,))


def _export_body() -> None:
    found = catalog_page.draft()
    st.write("What is in the tables, saved or not.")
    st.download_button(
        "Download",
        pretty_json(found.current),
        file_name=f"{found.name}.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
    )


def _size(version: Version) -> str:
    if not version.text:
        return "the shipped default"
    return f"{len(version.text.encode(errors='replace')) / 1000:.1f} kB"


def _restore(text: str) -> None:
    found = catalog_page.draft()
    if text:
        # As text, because a version may have been broken: then the JSON shows where.
        found.take_text(text)
    else:
        found.reset()
    _set_answered()


def _load(text: str) -> None:
    catalog_page.draft().take_text(text)
    _set_answered()


def _save() -> None:
    catalog_page.save()
    _set_answered()


def _set_answered() -> None:
    st.session_state[_ANSWERED] = True


def _close_when_answered() -> None:
    if st.session_state.pop(_ANSWERED, False):
        st.rerun()


def _height(diff: str) -> int | Literal["content"]:
    return _DIFF_HEIGHT if diff.count("\n") > 12 else "content"
