"""What the server answers and accepts before any app is asked."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import uvicorn
from starlette.types import Message
from typing_extensions import override

from gateway.protocol import MAX_UNPARSED_BYTES, GatheringTransport, GuardedProtocol
from gateway.streams import OpenStreams
from tests.gateway.doors import gateway_before
from tests.gateway.rig import OWN_HOST, Served, app_behind

FLOOD_BYTES = 40 * MAX_UNPARSED_BYTES
HEADERS = (
    b"\r\nx-frame-options: deny\r\n",
    b"\r\ncontent-security-policy: frame-ancestors 'none'\r\n",
    b"\r\ncross-origin-opener-policy: same-origin\r\n",
)


async def exchanged(port: int, data: bytes) -> bytes:
    """All that comes back until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.transport.abort()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", id="long address"),
        pytest.param(b"GET / HTTP/1.1\r\nX : y\r\n\r\n", id="bad header"),
        pytest.param(b"GET http://localhost/ HTTP/1.1\r\nHost: x\r\n\r\n", id="absolute address"),
        pytest.param(b"rubbish\r\n\r\n", id="no HTTP"),
    ],
)
async def test_given_what_the_server_refuses_itself_when_answered_then_with_our_headers_once(
    gateway: Served, data: bytes
) -> None:
    answer = (await exchanged(gateway.port, data)).lower()

    assert answer.startswith(b"http/1.1 400 ")
    assert [answer.count(line) for line in HEADERS] == [1, 1, 1]


async def flooded(port: int, head: str, piece: bytes) -> int:
    """Bytes that the server lets somebody send after ``head`` until it cuts the connection."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode())
    written = 0
    try:
        while written < FLOOD_BYTES:
            writer.write(piece * (50_000 // len(piece)))
            written += 50_000
            await writer.drain()
            await asyncio.sleep(0)
    except ConnectionError:
        return written
    finally:
        writer.transport.abort()
    return written


@pytest.mark.parametrize(
    "piece",
    [
        pytest.param(b"X: " + b"a" * 1000 + b"\r\n", id="lines"),
        pytest.param(b"a", id="one line"),
        pytest.param(b"X: y\r\n", id="short lines"),
    ],
)
@pytest.mark.parametrize("is_trailer", [False, True], ids=["head", "trailers"])
async def test_given_headers_without_an_end_when_sent_then_they_are_cut(
    gateway: Served, piece: bytes, *, is_trailer: bool
) -> None:
    origin = f"http://127.0.0.1:{gateway.port}"
    head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{gateway.port}\r\nOrigin: {origin}\r\n"
    if is_trailer:
        head += "Transfer-Encoding: chunked\r\n\r\n0\r\n"

    # The sockets hold some megabytes on top.
    assert await flooded(gateway.port, head + "X: ", piece) < FLOOD_BYTES / 4


class Hasty(GuardedProtocol):
    head_seconds = 0.2


@pytest.fixture
async def hasty() -> AsyncIterator[int]:
    """The port of a server that waits no longer for a head than in a test."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = gateway_before(app_behind, OpenStreams())
    config = uvicorn.Config(app, http=Hasty, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    yield listener.getsockname()[1]
    server.should_exit = True
    await serving


def head_at(host: str) -> bytes:
    return f"GET /notebook/demo/nb/ HTTP/1.1\r\nHost: {host}\r\nX: ".encode()


HEADS = [b"", b"GET / HTTP/1.1\r\nHost:", b"\r\n", head_at("localhost"), head_at(OWN_HOST)]


@pytest.mark.parametrize("data", HEADS)
async def test_given_an_unfinished_head_when_its_time_is_over_then_the_connection_ends(
    hasty: int, data: bytes
) -> None:
    began = time.monotonic()

    answer = await exchanged(hasty, data)
    took = time.monotonic() - began
    whole = await exchanged(
        hasty, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )

    assert answer == b""
    assert took < 3
    assert b"the app" in whole


@pytest.mark.parametrize("host", ["localhost", OWN_HOST])
async def test_given_a_head_that_drips_when_its_time_is_over_then_the_connection_ends(
    hasty: int, host: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", hasty)
    writer.write(head_at(host))

    async def drip() -> None:
        while not writer.is_closing():
            writer.write(b"a")
            await asyncio.sleep(0.02)

    dripping = asyncio.create_task(drip())
    answer = b""
    # It is a reset when a byte was on its way.
    with contextlib.suppress(ConnectionError):
        answer = await asyncio.wait_for(reader.read(), 5)
    writer.transport.abort()
    await dripping

    assert answer == b""


async def test_given_a_server_that_is_not_uvicorn_when_started_then_nothing_is_served() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        sent.append(message)

    gateway = gateway_before(app_behind, OpenStreams())
    await gateway({"type": "lifespan"}, receive, send)

    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]


async def test_given_an_answer_in_pieces_when_written_in_one_turn_then_it_leaves_as_one() -> None:
    sent: list[bytes] = []

    class Connection(asyncio.Transport):
        @override
        def write(self, data: bytes | bytearray | memoryview) -> None:
            sent.append(bytes(data))

        @override
        def close(self) -> None:
            sent.append(b"closed")

    transport = GatheringTransport(Connection(), asyncio.get_running_loop())
    for piece in (b"head", b"body"):
        transport.write(piece)
    before = [*sent]
    await asyncio.sleep(0)
    transport.write(b"x" * 20_000)
    transport.write(b"last")
    transport.close()

    assert before == []
    assert sent == [b"headbody", b"x" * 20_000, b"last", b"closed"]


async def test_given_a_websocket_that_is_refused_when_answered_then_the_terminal_stays_quiet(
    gateway: Served,
    browser: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = logging.getLogger("uvicorn.error")
    caplog.set_level(logging.ERROR, logger=log.name)
    # uvicorn's logger does not hand on to the root, where caplog listens.
    monkeypatch.setattr(log, "handlers", [caplog.handler])
    url = f"{gateway.origin}/notebook/demo/gone/api/kernels/1/channels"

    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browser.ws_connect(url, origin=gateway.origin)
    await ended(gateway)

    assert refused.value.status == 404
    assert caplog.messages == []


async def ended(gateway: Served) -> None:
    """Waits until the server is done with all requests."""
    async with asyncio.timeout(10):
        while gateway.server.server_state.tasks:  # noqa: ASYNC110 a test polls with a deadline
            await asyncio.sleep(0.005)
