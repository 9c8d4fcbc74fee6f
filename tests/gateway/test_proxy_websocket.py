"""WebSockets over real servers: sub-protocols, messages, sizes, close codes, and who hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import aiohttp
import psutil
import pytest
from aiohttp import web
from yarl import URL

from gateway.proxy_websocket import MAX_MESSAGE_BYTES
from tests.gateway.rig import MEBIBYTE, Serve, Served

Talk = Callable[[web.WebSocketResponse], Awaitable[None]]
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def socket_of(talk: Talk, *, protocols: tuple[str, ...] = ()) -> Handler:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        ws = web.WebSocketResponse(protocols=protocols, max_msg_size=0, compress=False)
        await ws.prepare(request)
        await talk(ws)
        return ws

    return handler


async def echo(ws: web.WebSocketResponse) -> None:
    async for message in ws:
        if message.type is aiohttp.WSMsgType.TEXT:
            await ws.send_str(message.data)
        else:
            await ws.send_bytes(message.data)


def connect(
    gateway: Served,
    browser: aiohttp.ClientSession,
    *,
    protocols: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> aiohttp.client._WSRequestContextManager:
    path = "/notebook/demo/nb/api/kernels/1/channels?session_id=a%2Fb"
    return browser.ws_connect(
        URL(gateway.origin + path, encoded=True),
        origin=gateway.origin,
        protocols=protocols,
        headers=headers,
        max_msg_size=0,
    )


async def test_given_messages_of_all_kinds_when_echoed_then_they_come_back_the_same(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    await serve(socket_of(echo))

    async with connect(gateway, browser) as ws:
        for text in ("a", "", "ü€"):
            await ws.send_str(text)
            assert await ws.receive_str(timeout=5) == text
        for data in (b"\x00\xff", b"", b"x" * (20 * MEBIBYTE)):
            await ws.send_bytes(data)
            assert await ws.receive_bytes(timeout=20) == data


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        (("v1.kernel.websocket.jupyter.org",), "v1.kernel.websocket.jupyter.org"),
        (("other", "v1.kernel.websocket.jupyter.org"), "v1.kernel.websocket.jupyter.org"),
        ((), None),
    ],
)
async def test_given_sub_protocols_when_opened_then_the_notebook_chooses(
    gateway: Served,
    serve: Serve,
    browser: aiohttp.ClientSession,
    offered: tuple[str, ...],
    taken: str | None,
) -> None:
    await serve(socket_of(echo, protocols=("v1.kernel.websocket.jupyter.org",)))

    async with connect(gateway, browser, protocols=offered) as ws:
        assert ws.protocol == taken


@pytest.mark.parametrize(
    ("sent", "seen"), [(1000, 1000), (1001, 1001), (1011, 1011), (4401, 4401), (3000, 3000)]
)
async def test_given_a_close_by_the_notebook_when_open_then_the_browser_sees_its_code(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession, sent: int, seen: int
) -> None:
    async def leave(ws: web.WebSocketResponse) -> None:
        await ws.close(code=sent, message=b"because")

    await serve(socket_of(leave))

    async with connect(gateway, browser) as ws:
        message = await ws.receive(timeout=5)

    assert message.type is aiohttp.WSMsgType.CLOSE
    assert (message.data, message.extra) == (seen, "because")


async def test_given_a_close_by_the_browser_when_open_then_the_notebook_sees_its_code(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    codes: asyncio.Queue[int | None] = asyncio.Queue()

    async def listen(ws: web.WebSocketResponse) -> None:
        await ws.receive()
        await codes.put(ws.close_code)

    await serve(socket_of(listen))

    async with connect(gateway, browser) as ws:
        await ws.close(code=4001)

    assert await asyncio.wait_for(codes.get(), 5) == 4001


async def test_given_a_browser_that_vanishes_when_open_then_the_notebook_is_told(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    codes: asyncio.Queue[int | None] = asyncio.Queue()

    async def listen(ws: web.WebSocketResponse) -> None:
        await ws.receive()
        await codes.put(ws.close_code)

    await serve(socket_of(listen))
    async with connect(gateway, browser) as ws:
        ws._response.close()

        assert await asyncio.wait_for(codes.get(), 5) == 1000


async def test_given_a_notebook_that_breaks_off_when_open_then_the_browser_is_told(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        assert request.transport is not None
        request.transport.abort()
        return ws

    await serve(handler)

    async with connect(gateway, browser) as ws:
        message = await ws.receive(timeout=5)

    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1014)


@pytest.mark.parametrize(("status", "seen"), [(403, 403), (404, 404), (500, 500), (302, 502)])
async def test_given_a_refusal_by_the_notebook_when_opening_then_the_status_arrives(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession, status: int, seen: int
) -> None:
    async def refuse(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": "/"})

    await serve(refuse)

    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await connect(gateway, browser)

    assert refusal.value.status == seen


async def test_given_headers_when_opening_then_the_notebook_sees_host_origin_and_own_cookies(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    seen: dict[str, str] = {}

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        seen.update(request.headers)
        seen["path"] = request.raw_path
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await ws.close()
        return ws

    await serve(handler)

    async with connect(
        gateway, browser, headers={"Cookie": "_xsrf=1; nb_session=s", "X-NB-User": "admin"}
    ):
        pass

    assert seen["Host"] == f"127.0.0.1:{gateway.port}"
    assert seen["Origin"] == gateway.origin
    assert seen["Cookie"] == "_xsrf=1"
    assert "X-NB-User" not in seen
    assert seen["path"] == "/notebook/demo/nb/api/kernels/1/channels?session_id=a%2Fb"


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "http://127.0.0.1:1"])
@pytest.mark.parametrize("path", ["/notebook/demo/nb/ws", "/_stcore/stream"])
async def test_given_another_origin_when_opening_then_it_is_refused(
    gateway: Served,
    serve: Serve,
    browser: aiohttp.ClientSession,
    origin: str | None,
    path: str,
) -> None:
    await serve(socket_of(echo))

    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await browser.ws_connect(gateway.origin + path, origin=origin)

    assert refusal.value.status == 403


async def test_given_our_origin_when_opening_the_apps_socket_then_it_is_the_apps(
    gateway: Served, browser: aiohttp.ClientSession
) -> None:
    async with browser.ws_connect(gateway.origin + "/_stcore/stream", origin=gateway.origin) as ws:
        assert await ws.receive_str(timeout=5) == "the app"


async def test_given_a_notebook_that_is_not_ready_when_opening_then_503(
    gateway: Served, browser: aiohttp.ClientSession
) -> None:
    gateway.cluster.run("nb", 1)
    gateway.cluster.objects = {
        key: obj for key, obj in gateway.cluster.objects.items() if key[0].kind == "Notebook"
    }

    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await connect(gateway, browser)

    assert refusal.value.status == 503


async def test_given_a_reader_that_stalls_when_flooded_then_memory_stays_small(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    sent = 0

    async def flood(ws: web.WebSocketResponse) -> None:
        nonlocal sent
        while sent < 256:
            await ws.send_bytes(b"x" * MEBIBYTE)
            sent += 1

    await serve(socket_of(flood))
    before = psutil.Process().memory_info().rss

    async with connect(gateway, browser) as ws:
        last = -1
        while last != sent or sent == 0:
            last = sent
            await asyncio.sleep(0.5)
        assert sent < 64
        assert psutil.Process().memory_info().rss - before < 96 * MEBIBYTE
        ws._response.close()


@pytest.mark.parametrize("pieces", [1, 75], ids=["one frame", "fragments without an end"])
async def test_given_an_endless_message_when_it_passes_the_limit_then_1009_and_memory_stays(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession, pieces: int
) -> None:
    peak = 0
    size = 300 * MEBIBYTE // pieces

    async def flood(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal peak
        ws = web.WebSocketResponse(max_msg_size=0, compress=False)
        await ws.prepare(request)
        assert request.transport is not None
        for number in range(pieces):
            opcode = b"\x02" if number == 0 else b"\x00"
            request.transport.write(opcode + b"\x7f" + size.to_bytes(8, "big"))
            for _ in range(size // MEBIBYTE):
                request.transport.write(b"x" * MEBIBYTE)
                await asyncio.sleep(0)
                peak = max(peak, psutil.Process().memory_info().rss)
                if request.transport.is_closing():
                    return ws
                while request.transport.get_write_buffer_size() > MEBIBYTE:
                    await asyncio.sleep(0.001)
                    if request.transport.is_closing():
                        return ws
        return ws

    await serve(flood)
    before = psutil.Process().memory_info().rss

    async with connect(gateway, browser) as ws:
        message = await ws.receive(timeout=20)

    assert message.type is aiohttp.WSMsgType.CLOSE
    assert message.data == aiohttp.WSCloseCode.MESSAGE_TOO_BIG
    assert peak - before < 4 * MAX_MESSAGE_BYTES


async def test_given_a_browser_that_vanishes_while_the_notebook_talks_then_nothing_is_complained_of(
    gateway: Served,
    serve: Serve,
    browser: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ended = asyncio.Event()

    async def chatter(ws: web.WebSocketResponse) -> None:
        try:
            while not ws.closed:
                await ws.send_str("x" * 10_000)
                await asyncio.sleep(0)
        except ConnectionError:
            pass
        finally:
            ended.set()

    await serve(socket_of(chatter))
    caplog.set_level("INFO", "gateway")
    for _ in range(5):
        ended.clear()
        async with connect(gateway, browser) as ws:
            await ws.receive_str(timeout=5)
        await asyncio.wait_for(ended.wait(), 10)

    assert caplog.messages == []
