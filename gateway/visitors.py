"""Who a request comes from."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.head import RequestHead
from gateway.session_cookie import session_secret
from nbcore.identity import Identity, OwnAccount
from nbcore.sessions import APP, Session, Sessions


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is let in.

    Attributes:
        session: None when sign-in is switched off.
    """

    identity: Identity
    session: Session | None = None

    @property
    def key(self) -> str:
        """Of the session; "" without one."""
        return self.session.key if self.session else ""


class Visitors:
    """Finds who is behind a request.

    Args:
        admission: the sessions; or, when sign-in is switched off, the one account that everybody
            at this machine is.
    """

    def __init__(self, admission: Sessions | OwnAccount) -> None:
        self._sessions = admission if isinstance(admission, Sessions) else None
        self._everybody = Visitor(admission) if isinstance(admission, OwnAccount) else None

    @property
    def sessions(self) -> Sessions | None:
        """Where people sign in; None when they don't."""
        return self._sessions

    def find(self, head: RequestHead, audience: str = APP) -> Visitor | None:
        """Who it is; None when nobody is signed in.

        Args:
            head: with one cookie of ours at most.
            audience: APP, or the notebook whose own host name was asked.

        Raises:
            AmbiguousCookieError: it brings two.
        """
        if self._sessions is None:
            return self._everybody
        secret = session_secret(head)
        session = self._sessions.find(secret, audience) if secret else None
        return Visitor(session.person, session) if session else None

    def is_still_in(self, visitor: Visitor) -> bool:
        """Whether somebody who was let in has not been signed out since."""
        if self._sessions is None or visitor.session is None:
            return True
        return self._sessions.get(visitor.session.key) is not None
