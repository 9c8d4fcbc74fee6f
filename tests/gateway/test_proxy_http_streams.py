"""Streams through the proxy: how they flow, who holds them back, who hangs up when."""

from __future__ import annotations

import asyncio
import socket

import aiohttp
import psutil
import pytest
from aiohttp import web
from starlette.types import Message

from gateway.connections import open_session
from gateway.exchange import Exchange
from gateway.proxy_http import proxy_http
from gateway.routes import ToNotebook
from gateway.upstream import Address
from nbcore.ides import IDES, IdeType
from tests.gateway.rig import MEBIBYTE, OWN_HOST, Serve, Served, head, url

HOSTS = ["127.0.0.1", OWN_HOST]


async def test_given_server_sent_events_when_streamed_then_each_arrives_at_once(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    seen = asyncio.Event()

    async def events(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"data: 1\n\n")
        await seen.wait()
        await response.write(b"data: 2\n\n")
        return response

    await serve(events)

    async with browser.get(url(gateway, "/notebook/demo/nb/events")) as response:
        first = await asyncio.wait_for(response.content.readany(), 5)
        seen.set()
        second = await asyncio.wait_for(response.content.readany(), 5)

    assert (first, second) == (b"data: 1\n\n", b"data: 2\n\n")


async def test_given_a_slow_reader_when_a_big_file_is_sent_then_memory_stays_small(
    gateway: Served, serve: Serve
) -> None:
    written = 0

    async def flood(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse(headers={"Content-Length": str(256 * MEBIBYTE)})
        await response.prepare(request)
        for _ in range(256):
            await response.write(b"x" * MEBIBYTE)
            written += 1
        return response

    await serve(flood)
    before = psutil.Process().memory_info().rss
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(
        f"GET /notebook/demo/nb/ HTTP/1.1\r\nHost: 127.0.0.1:{gateway.port}\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")

    # The reader's own buffer fills up, after which the connection is not read any more.
    stalled_at = await settled(lambda: written)

    assert stalled_at < 40
    assert psutil.Process().memory_info().rss - before < 64 * MEBIBYTE
    writer.transport.abort()


async def test_given_a_big_download_when_read_then_it_is_whole_and_memory_stays_small(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    async def flood(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(128):
            await response.write(b"x" * MEBIBYTE)
        return response

    await serve(flood)
    before = psutil.Process().memory_info().rss
    received = 0

    async with browser.get(url(gateway, "/notebook/demo/nb/")) as response:
        async for chunk in response.content.iter_any():
            received += len(chunk)

    assert received == 128 * MEBIBYTE
    assert psutil.Process().memory_info().rss - before < 64 * MEBIBYTE


@pytest.mark.parametrize("has_begun", [True, False], ids=["in the middle", "before the answer"])
async def test_given_a_browser_that_hangs_up_when_streaming_then_the_notebook_is_told(
    gateway: Served, serve: Serve, *, has_begun: bool
) -> None:
    asked, told = asyncio.Event(), asyncio.Event()

    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        if has_begun:
            await response.prepare(request)
            await response.write(b"x")
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            told.set()
        return response

    await serve(endless)
    _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(
        f"GET /notebook/demo/nb/ HTTP/1.1\r\nHost: 127.0.0.1:{gateway.port}\r\n\r\n".encode()
    )
    await asyncio.wait_for(asked.wait(), 5)

    writer.transport.abort()

    await asyncio.wait_for(told.wait(), 5)


@pytest.mark.parametrize("length", ["1000", None], ids=["known length", "chunked"])
async def test_given_a_notebook_that_breaks_off_when_streaming_then_the_response_is_not_whole(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession, length: str | None
) -> None:
    async def breaks(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": length} if length else {})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.abort()
        return response

    await serve(breaks)

    with pytest.raises(aiohttp.ClientError):
        async with browser.get(url(gateway, "/notebook/demo/nb/")) as response:
            await response.read()


async def test_given_nobody_at_the_address_when_asked_then_a_page_says_so(
    gateway: Served, browser: aiohttp.ClientSession
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gateway.cluster.run("nb", port)

    async with browser.get(
        url(gateway, "/notebook/demo/nb/"), headers={"Accept": "text/html"}
    ) as response:
        page = await response.text()

    assert response.status == 502
    assert "does not answer" in page
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"


async def settled(read: object) -> int:
    """The value once it has stayed the same for half a second."""
    assert callable(read)
    last, since = -1, 0
    while since < 10:
        await asyncio.sleep(0.05)
        now = int(read())
        last, since = now, since + 1 if now == last and now > 0 else 0
    return last


def upload(gateway: Served, host: str, *lines: str) -> bytes:
    """The head of one to the notebook demo/nb."""
    at = f"{host}:{gateway.port}"
    first = f"POST /notebook/demo/nb/ HTTP/1.1\r\nHost: {at}\r\nOrigin: http://{at}\r\n"
    return (first + "\r\n".join([*lines, "Connection: close", "", ""])).encode()


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        pytest.param("Content-Length: 9", [b"123", b"456", b"789"], id="known length"),
        pytest.param(
            "Transfer-Encoding: chunked",
            [b"9", b"\r", b"\n1234", b"56789", b"\r\n", b"0\r\n", b"\r\n"],
            id="chunked",
        ),
    ],
)
async def test_given_a_body_that_drips_when_uploaded_then_it_arrives_as_it_comes(
    gateway: Served, serve: Serve, host: str, line: str, pieces: list[bytes]
) -> None:
    begun = asyncio.Event()

    async def echo(request: web.BaseRequest) -> web.StreamResponse:
        first = await request.content.readany()
        begun.set()
        return web.Response(body=first + await request.read())

    await serve(echo)
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(upload(gateway, host, line))

    for piece in pieces[:-1]:
        writer.write(piece)
        await asyncio.sleep(0.03)
    await asyncio.wait_for(begun.wait(), 5)
    writer.write(pieces[-1])
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.transport.abort()

    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"123456789")


@pytest.mark.parametrize("host", HOSTS)
async def test_given_a_browser_that_hangs_up_within_a_body_when_uploading_then_the_notebook_is_told(
    gateway: Served, serve: Serve, host: str
) -> None:
    asked, told = asyncio.Event(), asyncio.Event()

    async def wait_for_all(request: web.BaseRequest) -> web.StreamResponse:
        asked.set()
        try:
            await request.read()
        finally:
            told.set()
        return web.Response()

    await serve(wait_for_all)
    _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(upload(gateway, host, "Content-Length: 9") + b"123")
    await asyncio.wait_for(asked.wait(), 5)

    writer.transport.abort()

    await asyncio.wait_for(told.wait(), 5)


@pytest.mark.parametrize("is_alone", [False, True], ids=["shared host", "own host"])
async def test_given_a_body_that_stops_when_its_time_is_over_then_408_and_the_notebook_is_let_go(
    serve: Serve, *, is_alone: bool
) -> None:
    seen = asyncio.Event()

    async def wait_for_all(request: web.BaseRequest) -> web.StreamResponse:
        try:
            await request.read()
        finally:
            seen.set()
        return web.Response()

    port = await serve(wait_for_all)
    origin = "http://localhost:8501"
    lines = {"origin": origin, "content-length": "1000"}
    asked = head(method="POST", raw_path="/notebook/demo/nb/", headers=lines)
    target = ToNotebook("demo", "nb", "")
    address, ide = Address("127.0.0.1", port), IDES[IdeType.JUPYTER]
    exchange = Exchange(asked, target, address, ide, is_alone)
    sent: list[Message] = []
    pieces: list[Message] = [{"type": "http.request", "body": b"abc", "more_body": True}]

    async def receive() -> Message:
        if not pieces:
            await asyncio.Event().wait()
        return pieces.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    async with open_session() as session:
        await asyncio.wait_for(proxy_http(exchange, session, receive, send, body_idle=0.1), 5)
        await asyncio.wait_for(seen.wait(), 5)

    assert sent[0]["status"] == 408
    assert (b"cross-origin-opener-policy", b"same-origin") in sent[0]["headers"]
