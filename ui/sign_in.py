"""The sign-in page: all that somebody sees who has no session."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from nbcore.names import SESSION_ROOT
from ui import session
from ui.browser import post_then_go
from ui.entrance import CameIn, Entrance
from ui.markdown import escape
from ui.next_place import next_place
from ui.passwords import Passwords, Refused

_WIDTH = 360
_LOGO = Path(__file__).parent / "static" / "logo.svg"


def draw(entrance: Entrance) -> None:
    """Draws the ways in; the browser of somebody who comes in is handed a session."""
    with st.container(horizontal_alignment="center"):
        column = st.container(width=_WIDTH)
    with column:
        st.space("large")
        # As text: a picture's own address is served only to those signed in.
        st.image(_LOGO.read_text("utf-8"), width=145)
        st.subheader("Sign in to your notebooks", anchor=False)
        came_in = [found for way in entrance.ways if (found := way.ask())]
        if came_in:
            _open(entrance, came_in[0])


class PasswordWay:
    """A name and a password."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords

    def ask(self) -> CameIn | None:
        """The form, and under its fields what was wrong."""
        with st.form("sign_in", border=False):
            name = st.text_input("User name", autocomplete="username")
            password = st.text_input("Password", type="password", autocomplete="current-password")
            problem = st.empty()
            is_pressed = st.form_submit_button("Sign in", type="primary", width="stretch")
        if not is_pressed:
            return None
        answer = self._judge(name or "", password or "")
        if isinstance(answer, CameIn):
            return answer
        problem.markdown(f":red[:material/error: {escape(answer.message)}]")
        return None

    def _judge(self, name: str, password: str) -> CameIn | Refused:
        if not name.strip() or not password:
            return Refused("Both are needed: user name and password.")
        return self._passwords.check(name, password, session.address())


def _open(entrance: Entrance, came_in: CameIn) -> None:
    """Lets the browser trade a ticket for a cookie: a WebSocket, as this is, can't set one."""
    ticket = entrance.sessions.sign_in(came_in.person, came_in.stamp)
    wanted = next_place(st.query_params.get("next"))
    failed = "Signing in did not work. Load the page again."
    script = post_then_go(f"{SESSION_ROOT}open", ticket, then=wanted, failed=failed)
    st.html(script, unsafe_allow_javascript=True)
