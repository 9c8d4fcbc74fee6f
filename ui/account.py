"""The page about the viewer: who they are to Kubernetes, and signing out."""

from __future__ import annotations

import streamlit as st

from nbcore.identity import Person
from nbcore.names import SESSION_ROOT
from nbcore.sessions import csrf_token
from ui import session
from ui.browser import post_then_go
from ui.markdown import escape

_WIDTH = 480


def draw() -> None:
    """Draws it; the browser of somebody who signs out forgets its session."""
    viewer = session.viewer()
    with st.container(width=_WIDTH):
        st.title(escape(viewer.user), anchor=False)
        groups = viewer.groups if isinstance(viewer, Person) else ()
        st.markdown(f"**Groups**  \n{escape(', '.join(groups)) or 'none'}")
        st.caption("Kubernetes decides by the name and the groups what you may do.")
        if st.button("Sign out", icon=":material/logout:"):
            _end(session.key())


def _end(key: str) -> None:
    """The gateway ends the session, and every open tab and notebook with it."""
    failed = "Signing out did not work. Load the page again."
    body = f"csrf={csrf_token(key)}"
    script = post_then_go(f"{SESSION_ROOT}end", body, then="/", failed=failed)
    st.html(script, unsafe_allow_javascript=True)
