"""Carries one HTTP request to a notebook and its answer back, both as streams."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import cast

import aiohttp
from starlette.types import Message, Receive, Send

from gateway.answers import give
from gateway.connections import as_multidict, cause, url_of
from gateway.exchange import Exchange
from gateway.pages import refusal

log = logging.getLogger(__name__)


_SILENT = "Its server does not answer; it may be starting anew. This page tries again by itself."


BODY_IDLE_SECONDS = 60.0
"""A request's body may take as long as it takes, but never this long without a byte."""
_WATCHED_AFTER = 0.05
# RFC 9110 section 15; 1xx is no answer, and what lies beyond has no meaning.
_STATUSES = range(200, 600)


class _ClientGoneError(Exception):
    """The browser hung up."""


class _Client:
    """The browser's end: its body as a stream, and the news that it hung up."""

    def __init__(self, receive: Receive, idle_seconds: float) -> None:
        self._receive = receive
        self._idle_seconds = idle_seconds
        self.is_silent = False
        self._body_read = asyncio.Event()

    async def body(self) -> AsyncIterator[bytes]:
        """The request's body, at the pace at which the notebook takes it."""
        try:
            while True:
                message = await self._next()
                if message["type"] == "http.disconnect":
                    raise _ClientGoneError
                if chunk := message.get("body"):
                    yield chunk
                if not message.get("more_body"):
                    return
        finally:
            self._body_read.set()

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout(self._idle_seconds):
                return await self._receive()
        except TimeoutError:
            self.is_silent = True
            raise

    def without_body(self) -> None:
        """There is nothing to read."""
        self._body_read.set()

    async def gone(self) -> None:
        """Returns when the browser hung up."""
        await self._body_read.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def proxy_http(
    exchange: Exchange,
    session: aiohttp.ClientSession,
    receive: Receive,
    send: Send,
    *,
    body_idle: float = BODY_IDLE_SECONDS,
) -> None:
    """Answers one request from its notebook.

    If the browser hangs up, the notebook's side ends at once. If the notebook breaks off in the
    middle, the response stays incomplete, which the server tells the browser by closing.

    Args:
        exchange: what to ask.
        session: the pool of connections.
        receive: from the browser.
        send: to the browser.
        body_idle: seconds without a byte after which a request's body is given up.
    """
    client = _Client(receive, body_idle)
    answer = _Answering(exchange, send)
    task = cast("asyncio.Task[object]", asyncio.current_task())
    watcher = _Watcher(lambda: _cancel_when_gone(client, answer, task))
    try:
        await _ask(exchange, session, client, answer)
    except asyncio.CancelledError:
        if not answer.client_gone:
            raise
        task.uncancel()
    except (aiohttp.ClientError, TimeoutError, OSError, _ClientGoneError) as error:
        await answer.fail(error, is_client_silent=client.is_silent)
    finally:
        watcher.cancel()


class _Watcher:
    """Runs beside a request that takes long; most are answered before it would begin."""

    def __init__(self, watch: Callable[[], Coroutine[None, None, None]]) -> None:
        self._watch = watch
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(_WATCHED_AFTER, self._begin)

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._watch())

    def cancel(self) -> None:
        """It is not needed any more."""
        self._timer.cancel()
        if self._task:
            self._task.cancel()


async def _cancel_when_gone(
    client: _Client, answer: _Answering, task: asyncio.Task[object]
) -> None:
    await client.gone()
    if not answer.is_complete:
        answer.client_gone = True
        task.cancel()


async def _ask(
    exchange: Exchange, session: aiohttp.ClientSession, client: _Client, answer: _Answering
) -> None:
    if not exchange.has_body:
        client.without_body()
    async with session.request(
        exchange.head.method,
        url_of(exchange.address, exchange.path, exchange.head.query),
        headers=as_multidict(exchange.request_headers),
        data=client.body() if exchange.has_body else None,
        allow_redirects=False,
    ) as response:
        await answer.stream(response)


class _Answering:
    """The state of one response on its way to the browser."""

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self._exchange = exchange
        self._send = send
        self._is_started = False
        self.is_complete = False
        self.client_gone = False

    async def stream(self, response: aiohttp.ClientResponse) -> None:
        """Sends a notebook's response on, chunk by chunk, as fast as the browser reads."""
        headers = self._exchange.response_headers(response.raw_headers)
        if response.status not in _STATUSES:
            await self._refuse(502, "Its answer has no status that HTTP knows.")
            return
        if headers is None:
            await self._refuse(502, "It tried to send the browser to another place.")
            return
        await self._start(response.status, [*headers])
        left = response.content_length if _has_length(headers) else None
        async for chunk in response.content.iter_any():
            left = None if left is None else left - len(chunk)
            await self._body(chunk, is_last=left == 0)
        if not self.is_complete:
            await self._body(b"", is_last=True)

    async def fail(self, error: Exception, *, is_client_silent: bool) -> None:
        """Says that the notebook did not answer; too late once the response has begun."""
        if self._is_started or isinstance(error, _ClientGoneError):
            return
        if is_client_silent:
            await self._refuse(408, "The rest of the request did not arrive.")
            return
        log.info("No answer from %s: %s", self._exchange.address, cause(error))
        await self._refuse(502, _SILENT, tries_again=True)

    async def _refuse(self, status: int, message: str, *, tries_again: bool = False) -> None:
        head, title = self._exchange.head, f"{self._exchange.target.name} can't be shown"
        self._is_started = self.is_complete = True
        answer = refusal(head, status, title, message, tries_again=tries_again)
        await give(answer, head, self._send)

    async def _start(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self._is_started = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def _body(self, chunk: bytes, *, is_last: bool) -> None:
        # Before the send, because the server reports a complete response as a disconnect.
        self.is_complete = is_last
        await self._send({"type": "http.response.body", "body": chunk, "more_body": not is_last})


def _has_length(headers: tuple[tuple[bytes, bytes], ...]) -> bool:
    return any(name == b"content-length" for name, _ in headers)
