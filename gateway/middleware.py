"""The middleware itself: judge, route, answer or pass on."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import pages
from gateway.admission import Admission
from gateway.answers import Answer, give
from gateway.app_host import AppHost
from gateway.app_side import AppSide
from gateway.calls import Call
from gateway.door import turned_away, without_sign_in
from gateway.hand_over import HandOver
from gateway.head import RequestHead
from gateway.notebook_host import NotebookHost
from gateway.notebook_side import NotebookSide
from gateway.places import AppPlace, Names, NotebookPlace, place_of
from gateway.protocol import guard
from gateway.proxies import seen_through
from gateway.recheck import recheck_forever
from gateway.resolver import ClusterView
from gateway.rights import Rights
from gateway.routes import route
from gateway.shared_host import HERE_PATH, here
from gateway.streams import OpenStreams
from gateway.visitors import Visitors

log = logging.getLogger(__name__)


class Gateway:
    """Outermost ASGI middleware; a route would sit behind Streamlit's compression and path rules.

    Args:
        app: what serves everything outside of /notebook/.
        admission: who is let in.
        cluster: the objects as last seen.
        names: under which app and notebooks are served, besides those of this machine.
        streams: told of every request, so that they can be ended.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        admission: Admission,
        cluster: ClusterView,
        names: Names,
        streams: OpenStreams,
    ) -> None:
        self._app = app
        self._visitors = Visitors(admission.visitors)
        self._rights = Rights(admission.answers)
        self._notebooks = NotebookSide(cluster, self._rights)
        hand_over = HandOver(self._visitors.sessions)
        app_side = AppSide(app, self._visitors, streams)
        self._app_host = AppHost(self._visitors, app_side, self._notebooks, hand_over)
        self._notebook_host = NotebookHost(self._visitors, self._notebooks, hand_over)
        self._names = names
        self._trusted_proxies = admission.trusted_proxies
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

        head = seen_through(RequestHead.from_scope(scope), self._trusted_proxies)
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
            await self._notebooks.close()

    async def _serve(self, call: Call) -> None:
        place = place_of(call.head.host, self._names)
        refused = self._turned_away(call, place)
        where = route(call.head.raw_path)
        if refused:
            await call.answer(refused)
        elif isinstance(place, NotebookPlace) and call.head.raw_path == HERE_PATH:
            await call.answer(here())
        elif isinstance(place, NotebookPlace):
            await self._notebook_host.serve(call, place, where)
        else:
            await self._app_host.serve(call, place or AppPlace(""), where)

    def _turned_away(self, call: Call, place: AppPlace | NotebookPlace | None) -> Answer | None:
        path = call.scope["path"]
        refused = turned_away(call.head, path=path, is_served=place is not None)
        if refused is None and self._visitors.sessions is None:
            return without_sign_in(call.head, path=path)
        return refused


async def _hang_up(code: int, send: Send) -> None:
    """Tells a browser why its WebSocket is closed from here; it may be closed already."""
    if code:
        with contextlib.suppress(OSError, RuntimeError):
            await send({"type": "websocket.close", "code": code})


_FAULT = "The app's log says more."
_ENDING = "The app is ending, or gave up on this request; try again."
_UNGUARDED = "This app runs on uvicorn alone: start it with `streamlit run app.py`."
