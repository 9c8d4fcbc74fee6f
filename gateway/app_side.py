"""The app behind the gateway: who is let through to it, and what it is told about them."""

from __future__ import annotations

from urllib.parse import quote

from starlette.types import ASGIApp, Message

from gateway.calls import Call
from gateway.door import is_probe
from gateway.headers import to_app, with_security
from gateway.loopback import is_from_this_machine
from gateway.pages import refusal, see_other
from gateway.security import APP_HEADERS
from gateway.session_answers import SessionAnswers
from gateway.shared_host import note
from gateway.streams import OpenStreams
from gateway.unsigned import is_for_everybody
from gateway.visitors import Visitor, Visitors

SHARED_HOST_ACTION = "shared-host"
"""Below /session/: see gateway.shared_host."""
_RESPONSE_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})
_SIGN_IN = "Sign in to the app, then try again."


class AppSide:
    """Everything that is not a notebook's.

    Args:
        app: what draws the pages.
        visitors: among them the sessions, if people sign in.
        streams: see SessionAnswers.
    """

    def __init__(self, app: ASGIApp, visitors: Visitors, streams: OpenStreams) -> None:
        self._app = app
        sessions = visitors.sessions
        self._sessions = SessionAnswers(sessions, streams) if sessions else None

    async def session(self, call: Call, action: str, visitor: Visitor | None) -> None:
        """Answers what is below /session/."""
        if action == SHARED_HOST_ACTION and call.head.method == "POST":
            await call.answer(note())
        elif self._sessions is None:
            await call.answer(refusal(call.head, 404, "Not found", "Sign-in is switched off."))
        else:
            await call.answer(await self._sessions.answer(call, action, visitor))

    async def serve(self, call: Call, visitor: Visitor | None) -> None:
        """Passes a request on to the app, if its visitor may have it."""
        path = call.scope["path"]
        if visitor or is_probe(call.head, path) or is_for_everybody(call.head, path):
            await self._pass_on(call, visitor)
        else:
            await call.answer(refusal(call.head, 401, "Not signed in", _SIGN_IN))

    async def sign_in(self, call: Call) -> None:
        """Sends a tab to the sign-in, which leads back to where it wanted to go."""
        if call.head.is_visit:
            await call.answer(see_other(sign_in_address(call.head.target)))
        else:
            await call.answer(refusal(call.head, 401, "Not signed in", _SIGN_IN))

    async def _pass_on(self, call: Call, visitor: Visitor | None) -> None:
        head, send = call.head, call.send

        async def guarded(message: Message) -> None:
            if message["type"] in _RESPONSE_STARTS:
                message = {**message, "headers": with_security(message["headers"], APP_HEADERS)}
            await send(message)

        key = visitor.key if visitor else ""
        headers = to_app(
            head.headers,
            session_key=key,
            client=head.client_ip,
            is_here=is_from_this_machine(head),
        )
        scheme = head.scheme.replace("http", "ws") if head.is_websocket else head.scheme
        seen = {"headers": list(headers), "client": (head.client_ip, 0), "scheme": scheme}
        await self._app({**call.scope, **seen}, call.receive, guarded)


def sign_in_address(target: str) -> str:
    """The app's first page, told where to go on.

    Args:
        target: path and query on this host. Pure.
    """
    return f"/?next={quote(target, safe='/')}"
