"""The middleware itself: judge, route, answer or pass on."""

from __future__ import annotations

import logging
from collections.abc import Collection

import aiohttp
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import pages
from gateway.answers import Answer, give
from gateway.connections import open_session
from gateway.door import turned_away
from gateway.exchange import Exchange, ide_of
from gateway.head import RequestHead
from gateway.headers import to_app, with_security
from gateway.hosts import as_localhost, is_ipv6
from gateway.protocol import guard
from gateway.proxy_http import proxy_http
from gateway.proxy_websocket import proxy_websocket
from gateway.resolver import ClusterView, Resolver
from gateway.routes import (
    STATUS_PATH,
    Malformed,
    Nowhere,
    ToApp,
    ToNotebook,
    WithoutSlash,
    route,
)
from gateway.security import APP_HEADERS
from gateway.situation import situation
from gateway.streams import OpenStreams
from gateway.upstream import Address

log = logging.getLogger(__name__)


class Gateway:
    """Outermost ASGI middleware; a route would sit behind Streamlit's compression and path rules.

    Args:
        app: what serves everything outside of /notebook/.
        cluster: the objects as last seen.
        allowed_hosts: names under which the app is served besides those of this machine.
        streams: told of every request, so that they can be ended.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        cluster: ClusterView,
        allowed_hosts: Collection[str] = (),
        streams: OpenStreams,
    ) -> None:
        self._app = app
        self._resolver = Resolver(cluster)
        self._allowed_hosts = frozenset(allowed_hosts)
        self._streams = streams
        self._session: aiohttp.ClientSession | None = None

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
        try:
            with self._streams.tracked():
                await self._serve(head, scope, receive, noting)
        except Exception:
            log.exception("%s %s failed", head.method, head.raw_path)
            if is_started:
                raise
            await give(pages.refusal(head, 500, "Something went wrong", _FAULT), head, noting)
        finally:
            # The server's own answer would lack the headers that keep notebooks away.
            if not (is_started or head.is_websocket):
                await give(pages.refusal(head, 503, "No answer", _ENDING), head, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not guard(receive):
            await send({"type": "lifespan.startup.failed", "message": _UNGUARDED})
            return
        try:
            await self._app(scope, receive, send)
        finally:
            if self._session:
                await self._session.close()

    async def _serve(self, head: RequestHead, scope: Scope, receive: Receive, send: Send) -> None:
        refused = turned_away(head, path=scope["path"], allowed_hosts=self._allowed_hosts)
        if refused:
            await give(refused, head, send)
            return
        where = route(head.raw_path)
        match where:
            case ToApp():
                await self._pass_on(head, scope, receive, send)
            case ToNotebook() if _is_service_worker(head):
                await give(pages.refusal(head, 403, "No service workers", _WORKERS), head, send)
            case ToNotebook():
                await self._open(where, head, receive, send)
            case _:
                await give(_answer(where, head), head, send)

    async def _pass_on(self, head: RequestHead, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] in _RESPONSE_STARTS:
                message = {**message, "headers": with_security(message["headers"], APP_HEADERS)}
            await send(message)

        await self._app({**scope, "headers": list(to_app(head.headers))}, receive, guarded)

    async def _open(
        self, target: ToNotebook, head: RequestHead, receive: Receive, send: Send
    ) -> None:
        found = self._find(target, head)
        if isinstance(found, Answer):
            await give(found, head, send)
        elif head.is_websocket:
            await proxy_websocket(found, self._pool(), receive, send)
        else:
            await proxy_http(found, self._pool(), receive, _telling(head, target, send))

    def _find(self, target: ToNotebook, head: RequestHead) -> Exchange | Answer:
        """Which server to ask, or what to say instead."""
        notebook = self._resolver.notebook(target)
        if notebook is None:
            return _unknown(head, is_synced=self._resolver.is_synced)
        if is_ipv6(head.host):
            location = f"{head.scheme}://{as_localhost(head.host)}{target.prefix}"
            return pages.redirect(location)
        found = self._resolver.address(target, notebook)
        refused = None if isinstance(found, Address) else found
        if target.rest == STATUS_PATH:
            return pages.situation_json(situation(notebook, refused))
        if isinstance(found, Address):
            return Exchange(head, target, found, ide_of(notebook))
        return pages.situation_page(head, target, situation(notebook, found))

    def _pool(self) -> aiohttp.ClientSession:
        """Opened at first use, because it belongs to the event loop that serves."""
        self._session = self._session or open_session()
        return self._session


def _answer(where: Malformed | Nowhere | WithoutSlash, head: RequestHead) -> Answer:
    """What to say to an address that leads to no notebook. Pure."""
    match where:
        case Malformed(why):
            return pages.refusal(head, 400, "Address refused", why)
        case WithoutSlash(location):
            return pages.redirect(location + (f"?{head.query}" if head.query else ""))
        case Nowhere():
            return pages.unknown_notebook(head)


def _unknown(head: RequestHead, *, is_synced: bool) -> Answer:
    if is_synced:
        return pages.unknown_notebook(head)
    return pages.refusal(head, 503, "Connecting to the cluster", _NOT_SYNCED, tries_again=True)


def _telling(head: RequestHead, target: ToNotebook, send: Send) -> Send:
    """The place of the access log: one line when a notebook's page opens in a person's tab."""

    async def told(message: Message) -> None:
        # Not for redirects, of which most visits begin with one.
        if message["type"] == "http.response.start" and message["status"] < 300 and head.is_visit:
            log.info("Opened %s/%s", target.namespace, target.name)
        await send(message)

    return told


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
_NOT_SYNCED = "The notebooks are not known yet; this page tries again by itself."
_RESPONSE_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})
