"""Who is signed in: the server's side of the cookies.

A browser holds a secret of 256 random bits; kept here, in files and in Secrets is only its SHA-256,
so that whoever reads those can't sign in with them. A sign-in first makes a ticket, which lives for
seconds and works once: pages run in a WebSocket and can't set a cookie, so the browser brings the
ticket to the gateway, which can. The hand-over to a notebook's own host name works the same way.

Thread-safe; reading and writing wait for nothing but memory.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from nbcore.identity import Person
from nbcore.tickets import Ticket, Tickets

APP = ""
"""The audience of the app's own cookie; a notebook's is ``<namespace>/<name>``."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is let in.

    Attributes:
        key: hexadecimal SHA-256 of the cookie's secret.
        person: who signed in, with the groups of that moment.
        stamp: of the credentials of that moment; see Stamps.
        began: POSIX seconds.
        seen: POSIX seconds of the last request, to within a minute.
        audience: APP, or the notebook whose host name may use it.
        parent: key of the app's session that a notebook's came from; "" for the app's own.
    """

    key: str = field(repr=False)
    person: Person
    stamp: str = field(repr=False)
    began: float
    seen: float
    audience: str = APP
    parent: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: without a request, in all, and for a ticket."""

    idle: float = 8 * 3600
    absolute: float = 24 * 3600
    ticket: float = 30


USUAL_LIMITS = Limits()

Stamps = Callable[[str], str | None]
"""The stamp of a user's credentials now, None for somebody who may not sign in any more.

Any change of password or roles changes it, and so ends the sessions that began with another."""

MOST_ALIKE = 20
"""Sessions of one user at the app, and of one of these at one notebook; browsers share none."""
_SEEN_STEP = 60
_SECRET_BYTES = 32


class Sessions:
    """All sessions and tickets of the process.

    Args:
        stamps: whose credentials are valid, and which.
        clock: POSIX seconds.
        limits: how long sessions and tickets live.
        kept: from before a restart; those that have ended since are dropped.
    """

    def __init__(
        self,
        *,
        stamps: Stamps,
        clock: Callable[[], float],
        limits: Limits = USUAL_LIMITS,
        kept: Iterable[Session] = (),
    ) -> None:
        self._lock = threading.RLock()
        self._stamps = stamps
        self._clock = clock
        self._limits = limits
        self._sessions = {session.key: session for session in kept}
        self._tickets = Tickets()
        self._revision = 0

    @property
    def revision(self) -> int:
        """Grows with each change that is worth keeping."""
        return self._revision

    def sign_in(self, person: Person, stamp: str) -> str:
        """A ticket for somebody whose password was right; redeem it for APP within seconds.

        Args:
            person: with the groups of the moment at which the password was judged.
            stamp: of that moment, too: both may have changed while it was.
        """
        return self._ticket(person, stamp, APP, "")

    def hand_over(self, session: Session, audience: str) -> str:
        """A ticket for the host name of one notebook, whose session ends with this one."""
        return self._ticket(session.person, session.stamp, audience, session.key)

    def redeem(self, ticket: str, audience: str) -> str | None:
        """The secret for a new cookie; None for a ticket that is unknown, used, late or another's.

        Whatever the answer, the ticket is used up.
        """
        with self._lock:
            found = self._tickets.take(_digest(ticket))
            now = self._clock()
            if found is None or found.until < now or found.audience != audience:
                return None
            secret = secrets.token_urlsafe(_SECRET_BYTES)
            session = Session(
                key=_digest(secret),
                person=found.person,
                stamp=found.stamp,
                began=now,
                seen=now,
                audience=found.audience,
                parent=found.parent,
            )
            if not self._is_valid(session, now):
                return None
            self._make_room(session)
            self._sessions[session.key] = session
            self._revision += 1
            return secret

    def find(self, secret: str, audience: str = APP) -> Session | None:
        """The living session behind a cookie; counts as a sign of life."""
        with self._lock:
            session = self.get(_digest(secret))
            if session is None or session.audience != audience:
                return None
            self._touch(session.key)
            if session.parent:
                self._touch(session.parent)
            return session

    def get(self, key: str) -> Session | None:
        """The living session of this key; no sign of life. One that may not live any more ends."""
        with self._lock:
            session = self._sessions.get(key)
            if session is not None and not self._is_valid(session, self._clock()):
                self.end(key)
                return None
            return session

    def end(self, key: str) -> None:
        """Ends a session and those that came from it; without effect if it has ended already."""
        with self._lock:
            ended = {k for k, session in self._sessions.items() if key in {k, session.parent}}
            for one in ended:
                del self._sessions[one]
                self._tickets.drop_of(one)
            self._revision += bool(ended)

    def snapshot(self) -> list[Session]:
        """All living sessions, to be kept over a restart; ends the others."""
        with self._lock:
            return [s for s in list(self._sessions.values()) if self.get(s.key)]

    def _ticket(self, person: Person, stamp: str, audience: str, parent: str) -> str:
        ticket = secrets.token_urlsafe(_SECRET_BYTES)
        with self._lock:
            now = self._clock()
            until = now + self._limits.ticket
            self._tickets.add(_digest(ticket), Ticket(person, stamp, audience, parent, until), now)
        return ticket

    def _make_room(self, new: Session) -> None:
        """Ends who was longest away of too many alike: nobody fills the memory for the others."""
        alike = [one for one in self._sessions.values() if _is_alike(one, new)]
        if len(alike) >= MOST_ALIKE:
            self.end(min(alike, key=lambda one: one.seen).key)

    def _is_valid(self, session: Session, now: float) -> bool:
        if now - session.began > self._limits.absolute or now - session.seen > self._limits.idle:
            return False
        stamp = self._stamps(session.person.user)
        if stamp is None or not hmac.compare_digest(stamp, session.stamp):
            return False
        return not session.parent or self.get(session.parent) is not None

    def _touch(self, key: str) -> None:
        session, now = self._sessions[key], self._clock()
        if now - session.seen >= _SEEN_STEP:
            self._sessions[key] = replace(session, seen=now)
            self._revision += 1


def csrf_token(key: str) -> str:
    """What a form of the app has to bring besides the cookie; only its own pages know it. Pure.

    https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html

    Args:
        key: of the session.
    """
    return hmac.new(key.encode(), b"csrf", hashlib.sha256).hexdigest()


def _is_alike(one: Session, other: Session) -> bool:
    return (one.person.user, one.audience, one.parent) == (
        other.person.user,
        other.audience,
        other.parent,
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
