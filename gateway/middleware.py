"""The middleware itself: judge, route, answer or pass on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import pages
from gateway.admission import Admission
from gateway.answers import Answer, give
from gateway.app_side import AppSide
from gateway.calls import Call
from gateway.door import turned_away, two_cookies, without_sign_in
from gateway.head import RequestHead
from gateway.notebook_side import NotebookSide
from gateway.protocol import guard
from gateway.recheck import recheck_forever
from gateway.resolver import ClusterView
from gateway.rights import Rights
from gateway.routes import (
    Malformed,
    Nowhere,
    ToApp,
    ToNotebook,
    ToSession,
    WithoutSlash,
    route,
)
from gateway.session_cookie import AmbiguousCookieError
from gateway.streams import OpenStreams
from gateway.visitors import Visitor, Visitors

log = logging.getLogger(__name__)


class Gateway:
    """Outermost ASGI middleware; a route would sit behind Streamlit's compression and path rules.

    Args:
        app: what serves everything outside of /notebook/.
        admission: who is let in.
        cluster: the objects as last seen.
        allowed_hosts: names under which the app is served besides those of this machine.
        streams: told of every request, so that they can be ended.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        admission: Admission,
        cluster: ClusterView,
        allowed_hosts: Collection[str] = (),
        streams: OpenStreams,
    ) -> None:
        self._app = app
        self._visitors = Visitors(admission.visitors)
        self._rights = Rights(admission.answers)
        self._app_side = AppSide(app, self._visitors, streams)
        self._notebook_side = NotebookSide(cluster, self._rights)
        self._allowed_hosts = frozenset(allowed_hosts)
        self._streams = streams
        self._recheck_seconds = admission.recheck_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or the life of the process."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        is_started = False

        async def noting(message: Message) -> None:
            nonlocal is_started
            is_started = True
            await send(message)

        head = RequestHead.from_scope(scope)
        stream = self._streams.tracked()
        try:
            with stream:
                await self._serve(Call(head, scope, receive, noting, stream))
        except Exception:
            log.exception("%s %s failed", head.method, head.raw_path)
            if is_started:
                raise
            await give(pages.refusal(head, 500, "Something went wrong", _FAULT), head, noting)
        finally:
            if head.is_websocket:
                await _hang_up(stream.code, send)
            elif not is_started:
                # The server's own answer would lack the headers that keep notebooks away.
                await give(pages.refusal(head, 503, "No answer", _ENDING), head, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not guard(receive):
            await send({"type": "lifespan.startup.failed", "message": _UNGUARDED})
            return
        again = recheck_forever(
            self._streams, self._visitors, self._rights, every=self._recheck_seconds
        )
        rechecking = asyncio.create_task(again)
        try:
            await self._app(scope, receive, send)
        finally:
            rechecking.cancel()
            await self._notebook_side.close()

    async def _serve(self, call: Call) -> None:
        found = self._judge(call.head, call.scope["path"])
        if isinstance(found, Answer):
            await call.answer(found)
            return
        call.stream.visitor = found
        where = route(call.head.raw_path)
        match where:
            case ToApp():
                await self._app_side.serve(call, found)
            case ToSession(action):
                await self._app_side.session(call, action, found)
            case ToNotebook() if _is_service_worker(call.head):
                await call.answer(pages.refusal(call.head, 403, "No service workers", _WORKERS))
            case ToNotebook() if found:
                await self._notebook_side.serve(call, where, found)
            case ToNotebook():
                await self._app_side.sign_in(call)
            case _:
                await call.answer(_answer(where, call.head))

    def _judge(self, head: RequestHead, path: str) -> Visitor | Answer | None:
        """Who it is; None for nobody; or why they are turned away."""
        refused = turned_away(head, path=path, allowed_hosts=self._allowed_hosts)
        if refused is None and self._visitors.sessions is None:
            refused = without_sign_in(head, path=path)
        if refused:
            return refused
        try:
            return self._visitors.find(head)
        except AmbiguousCookieError:
            return two_cookies(head)


async def _hang_up(code: int, send: Send) -> None:
    """Tells a browser why its WebSocket is closed from here; it may be closed already."""
    if code:
        with contextlib.suppress(OSError, RuntimeError):
            await send({"type": "websocket.close", "code": code})


def _answer(where: Malformed | Nowhere | WithoutSlash, head: RequestHead) -> Answer:
    """What to say to an address that leads to no notebook. Pure."""
    match where:
        case Malformed(why):
            return pages.refusal(head, 400, "Address refused", why)
        case WithoutSlash(location):
            return pages.redirect(location + (f"?{head.query}" if head.query else ""))
        case Nowhere():
            return pages.unknown_notebook(head)


def _is_service_worker(head: RequestHead) -> bool:
    """Whether a browser wants the script of a service worker; no page can leave this header out.

    A worker answers its pages itself, without the policies that confine them, and goes on after
    its notebook is deleted. Pure.
    """
    return bool(head.values(b"service-worker")) or head.value(b"sec-fetch-dest") == "serviceworker"


_FAULT = "The app's log says more."
_ENDING = "The app is ending, or gave up on this request; try again."
_UNGUARDED = "This app runs on uvicorn alone: start it with `streamlit run app.py`."
_WORKERS = "They are not allowed while notebooks share the app's address."
