"""One click in place of a password, for the person at the machine that the sandbox runs on."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from nbcore import audit
from nbcore.audit import Entry, Outcome
from nbcore.offers import Offer, offers_from_text
from nbcore.settings import ClusterKind, Settings
from nbcore.start_check import is_loopback
from nbcore.user_file import UserFile
from ui import session
from ui.entrance import CameIn
from ui.markdown import escape

_WAITING_STEP = 0.5  # seconds


class OfferWay:
    """The users of the first start, as long as they are as they were made.

    Args:
        path: of the file that names them.
        users: who may sign in.
    """

    def __init__(self, path: Path, users: UserFile) -> None:
        self._path = path
        self._users = users

    def ask(self) -> CameIn | None:
        """A button for each; nothing for somebody who is not at this machine."""
        if not session.is_here():
            return None
        if not self._users.users().known:
            _wait_for_somebody(self._users)
        offers = self._offers()
        if not offers:
            return None
        st.space("small")
        st.caption("This is a sandbox on your machine. Have a look around as one of its people:")
        pressed = [offer for offer in offers if _button(offer)]
        chosen = next(iter(pressed), None)
        user = chosen.user(self._users.users()) if chosen else None
        if user is None:
            return None
        address = session.address()
        audit.write(
            Entry(user=user.name, verb=audit.SIGN_IN, outcome=Outcome.ALLOWED, address=address)
        )
        return CameIn(user.person, user.stamp)

    def _offers(self) -> list[Offer]:
        try:
            found = offers_from_text(self._path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError):
            return []
        users = self._users.users()
        return [offer for offer in found if offer.user(users)]


@st.fragment(run_every=_WAITING_STEP)
def _wait_for_somebody(users: UserFile) -> None:
    """For a page that is open before the first start has made its users."""
    if users.users().known:
        st.rerun()
    st.caption("The first users are being made…")


def may_offer(settings: Settings, address: str) -> bool:
    """Whether nobody but people at this machine can come to the sign-in page.

    A name of the app's own, or a proxy, tells of others, who may all seem to be here.
    """
    is_known = bool(settings.allowed_hosts or settings.domain or settings.trusted_proxies)
    is_alone = is_loopback(address) and not is_known
    return settings.cluster is ClusterKind.SANDBOX and is_alone


def _button(offer: Offer) -> bool:
    label = f"**{escape(offer.name)}** · {escape(offer.what)}"
    return st.button(label, key=f"offer_{offer.name}", width="stretch")
