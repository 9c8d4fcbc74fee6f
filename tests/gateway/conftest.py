"""A gateway on a real server, and a notebook's server behind it that each test programs."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
import uvicorn
from aiohttp import web

from gateway.middleware import Gateway
from gateway.streams import OpenStreams
from tests.gateway.rig import Cluster, Handler, Serve, Served, app_behind


@pytest.fixture
def gateway() -> Iterator[Served]:
    cluster, streams = Cluster(), OpenStreams()
    app = Gateway(
        app_behind, cluster=cluster, allowed_hosts=["notebooks.example.org"], streams=streams
    )
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, ws="websockets-sansio", http="httptools", log_level="critical", ws_max_size=2**26
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.005)
    yield Served(listener.getsockname()[1], cluster, streams, server)
    server.should_exit = True
    thread.join(10)
    listener.close()
    assert not thread.is_alive()


@pytest.fixture
async def serve(gateway: Served) -> AsyncIterator[Serve]:
    """``await serve(handler)`` makes notebook demo/nb, answered by the handler; tells its port."""
    runners: list[web.ServerRunner] = []

    async def start(handler: Handler, *, name: str = "nb", ide: str = "jupyter") -> int:
        runner = web.ServerRunner(
            web.Server(handler, handler_cancellation=True), shutdown_timeout=0.1
        )
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port: int = runner.addresses[0][1]
        gateway.cluster.run(name, port, ide=ide)
        return port

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    """Changes nothing: no cookie jar, no redirects of its own."""
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
    ) as session:
        yield session
