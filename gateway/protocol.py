"""The server's HTTP protocol, with bounds on what no app sees yet, and with our headers.

uvicorn answers some requests before it asks any app, and takes heads of any length at any pace. A
page of its own without our security headers could be opened and scripted by a hostile notebook.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import uvicorn
from starlette.types import Receive
from typing_extensions import override
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from gateway.limits import MAX_HEADERS
from gateway.security import APP_HEADERS

MAX_UNPARSED_BYTES = 2**20
"""What may arrive without an end of the head or a piece of a body. More than all the cookies that a
browser keeps for a site, so that such a visitor still hears from gateway.door how to mend it."""
HEAD_SECONDS = 10.0
"""For a whole head; from the first byte, or from the opening of the connection."""

# More would be held back from the connection's own bounds.
_GATHERED_BYTES = 16 * 1024

_REASONS = {400: b"Bad Request", 431: b"Request Header Fields Too Large"}


class GatheringTransport:
    """Sends what is written in one turn of the event loop as one piece.

    uvicorn writes the head and the body of a response apart, each with a system call and a packet.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        """Takes a piece; when they are many or big, they go out at once."""
        if not self._pieces:
            self._loop.call_soon(self._flush)
        self._pieces.append(data)
        self._size += len(data)
        if self._size > _GATHERED_BYTES:
            self._flush()

    def close(self) -> None:
        """Closes after what was written."""
        self._flush()
        self._transport.close()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hands the connection over, for example to a WebSocket."""
        self._flush()
        self._transport.set_protocol(protocol)

    def __getattr__(self, name: str) -> Any:
        """All the rest is the connection's own."""
        return getattr(self._transport, name)

    def _flush(self) -> None:
        if self._pieces:
            pieces, self._pieces, self._size = self._pieces, [], 0
            self._transport.write(b"".join(pieces))


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol for one connection; everything that it does not say stays as it is."""

    head_seconds = HEAD_SECONDS

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self._unparsed = 0
        self._awaits_head = True
        self._deadline: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Begins to wait for the first head."""
        super().connection_made(cast("asyncio.Transport", GatheringTransport(transport, self.loop)))
        self._start_deadline()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the deadline."""
        self._stop_deadline()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        """Feeds the parser, and gives up on what grows without bound."""
        if self._awaits_head:
            self._start_deadline()
        self._unparsed += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        # A head that is complete is judged by gateway.door; these are endless, or trailers.
        is_in_head = self._awaits_head and self._deadline is not None
        has_many = is_in_head and len(self.headers or ()) > MAX_HEADERS
        if has_many or self._unparsed > MAX_UNPARSED_BYTES:
            self._refuse(431, "The headers are too large.")

    @override
    def send_400_response(self, msg: str) -> None:
        """Answers what can't be parsed."""
        self._refuse(400, msg)

    @override
    def on_message_begin(self) -> None:
        """A request's first byte."""
        super().on_message_begin()
        self._start_deadline()

    @override
    def on_headers_complete(self) -> None:
        """A head is there.

        Raises:
            ValueError: it asks for more than a path (RFC 9112 section 3.2.2), which names a host
                beside the Host header; only clients of forward proxies do that.
        """
        self._awaits_head = False
        self._unparsed = 0
        self._stop_deadline()
        if not self.url.startswith(b"/"):
            raise ValueError
        super().on_headers_complete()

    @override
    def on_body(self, body: bytes) -> None:
        """A piece of a body, which the reader's pace bounds."""
        self._unparsed = 0
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        """The next head may come."""
        self._unparsed = 0
        self._awaits_head = True
        super().on_message_complete()

    def _start_deadline(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.head_seconds, self._give_up)

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self._is_answering():
            self._start_deadline()
        else:
            self.transport.close()

    def _is_answering(self) -> bool:
        # None until the first head, which uvicorn's annotation leaves out.
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _refuse(self, status: int, message: str) -> None:
        # In the middle of a response this would become part of its body.
        if not (self._is_answering() and self.cycle.response_started):
            body = message.encode("ascii")
            lines = (
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(body)).encode("ascii")),
                (b"connection", b"close"),
                *APP_HEADERS,
            )
            head = b"".join(b"%s: %s\r\n" % line for line in lines)
            first = b"HTTP/1.1 %d %s\r\n" % (status, _REASONS[status])
            self.transport.write(first + head + b"\r\n" + body)
        self.transport.close()


class DenyingWebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol for one WebSocket, which knows that a denial completes the handshake.

    uvicorn's own forgets it when the denial is a response of ours: it then logs an error for each.
    """

    @override
    async def send(self, message: Any) -> None:
        """Sends, and notes that a response went out whole."""
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True


def guard(receive: Receive) -> bool:
    """Makes uvicorn use the guarded protocols, and no headers of proxies; tells whether it could.

    `streamlit run` makes the server's configuration itself and offers no way to pass a protocol;
    the one thing of it that reaches an app is the lifespan's ``receive``, a method that holds it.

    Args:
        receive: of the lifespan's scope, before the server listens.
    """
    config = getattr(getattr(receive, "__self__", None), "config", None)
    if not isinstance(config, uvicorn.Config):
        return False
    config.http_protocol_class = GuardedProtocol
    config.ws_protocol_class = DenyingWebSocketProtocol
    # It believes every peer at 127.0.0.1; whom we believe is said by gateway.proxies.
    while isinstance(config.loaded_app, ProxyHeadersMiddleware):
        config.loaded_app = config.loaded_app.app
    return True
