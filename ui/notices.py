"""What is said after an action: it ends in a rerun, which wipes everything that it drew."""

from __future__ import annotations

import streamlit as st

from nbcore.errors import NbError
from ui import messages
from ui.markdown import escape

_DONE = "notices_done"
_FAILED = "notices_failed"


def done(text: str) -> None:
    """Says at the next run that something happened, in a toast."""
    st.session_state.setdefault(_DONE, []).append(text)


def failed(error: NbError, *, about: str, owner: str = "") -> None:
    """Says at the next run that something did not happen, above the page, until the run after."""
    st.session_state.setdefault(_FAILED, []).append((error, about, owner))


def are_waiting() -> bool:
    """Whether something is to be said: after a click in a fragment, the page has to run for it."""
    return bool(st.session_state.get(_DONE) or st.session_state.get(_FAILED))


def draw() -> None:
    """Shows what was said since the last run; a page calls it once, at its top."""
    for text in st.session_state.pop(_DONE, []):
        st.toast(escape(text), icon=":material/check:")
    for error, about, owner in st.session_state.pop(_FAILED, []):
        messages.show(error, about=about, owner=owner)
