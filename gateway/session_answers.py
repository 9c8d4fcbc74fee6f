"""Signing in and out, as far as it is the gateway's: from a ticket to a cookie, and back to none.

The app's own pages post here; their script can't set a cookie that scripts can't read.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping

from gateway.answers import Answer
from gateway.calls import BodyError, Call
from gateway.pages import refusal
from gateway.security import APP_HEADERS
from gateway.session_cookie import forgetting, keeping, session_secrets
from gateway.streams import OpenStreams
from gateway.visitors import Visitor
from nbcore import audit
from nbcore.audit import Entry, Outcome
from nbcore.sessions import APP, Session, Sessions, csrf_token

END_ACTION = "end"
"""Below /session/: the only one that may bring two cookies of our name."""
_MAX_BODY_BYTES = 256
_CSRF_FIELD = b"csrf="


class SessionAnswers:
    """What is below /session/.

    Args:
        sessions: where people sign in.
        streams: of which those of a session end with it.
    """

    def __init__(self, sessions: Sessions, streams: OpenStreams) -> None:
        self._sessions = sessions
        self._streams = streams
        self._actions: Mapping[str, Callable[[Call, bytes, Visitor | None], Awaitable[Answer]]] = {
            "open": self._open,
            END_ACTION: self._end,
        }

    async def answer(self, call: Call, action: str, visitor: Visitor | None) -> Answer:
        """Does what is asked; the Origin is judged before.

        Args:
            call: the request.
            action: what follows /session/ in the path.
            visitor: who is signed in so far; None, too, with two cookies of our name.
        """
        act = self._actions.get(action)
        if act is None:
            return refusal(call.head, 404, "Not found", "")
        if call.head.method != "POST" or call.head.is_websocket:
            refused = refusal(call.head, 405, "Only POST", "Use the app's own pages for this.")
            return refused.adding((b"allow", b"POST"))
        try:
            body = await call.body(_MAX_BODY_BYTES)
        except BodyError:
            return refusal(call.head, 413, "Request refused", "Its body is too big or too slow.")
        return await act(call, body, visitor)

    async def _open(self, call: Call, body: bytes, visitor: Visitor | None) -> Answer:
        """A ticket, for a new cookie; the session of the cookie before ends."""
        secret = self._sessions.redeem(body.decode("latin-1"), APP)
        if secret is None:
            return refusal(call.head, 403, "Sign-in took too long", "Sign in again.")
        if visitor is not None:
            self._end_session(call, visitor.key)
        return _done(call).adding(keeping(call.head, secret))

    async def _end(self, call: Call, body: bytes, _visitor: Visitor | None) -> Answer:
        """The end of the session, everywhere and at once.

        Also when another server of this host set a cookie beside ours: the token tells which is
        meant, and without it nothing ends.
        """
        found = [self._sessions.find(secret) for secret in session_secrets(call.head)]
        living = [session for session in found if session]
        meant = [session for session in living if _fits(body, session)]
        if living and not meant:
            _tell(call, living[0], Outcome.DENIED)
            return refusal(call.head, 403, "Not signed out", "Sign out from the app's page.")
        for session in meant:
            self._end_session(call, session.key)
            _tell(call, session, Outcome.ALLOWED)
        return _done(call).adding(*forgetting(call.head))

    def _end_session(self, call: Call, key: str) -> None:
        self._sessions.end(key)
        self._streams.end_session(key, but=call.stream)


def _tell(call: Call, session: Session, outcome: Outcome) -> None:
    user, address = session.person.user, call.head.client_ip
    audit.write(Entry(user=user, verb=audit.SIGN_OUT, outcome=outcome, address=address))


def _fits(body: bytes, session: Session) -> bool:
    wanted = csrf_token(session.key).encode("ascii")
    return hmac.compare_digest(body.removeprefix(_CSRF_FIELD), wanted)


def _done(call: Call) -> Answer:
    """Nothing to a script; a form's tab goes on to the app."""
    quiet = (b"cache-control", b"no-store"), *APP_HEADERS
    if "text/html" in call.head.value(b"accept"):
        return Answer(303, ((b"location", b"/"), *quiet))
    return Answer(204, quiet)
