"""A gateway on a real server, and a notebook's server behind it that each test programs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from aiohttp import web

from gateway.admission import Admission
from tests.gateway.doors import ANYBODY, Answers, Door, sessions_of
from tests.gateway.rig import Cluster, Handler, Serve, Served, serving


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def gateway(cluster: Cluster) -> Iterator[Served]:
    """A gateway without sign-in."""
    with serving(ANYBODY, cluster) as served:
        yield served


@pytest.fixture
def door(cluster: Cluster) -> Iterator[Door]:
    """A gateway where people sign in."""
    stamps, answers = {"alice": "1", "bob": "1"}, Answers()
    sessions = sessions_of(stamps)
    with serving(Admission(sessions, answers, recheck_seconds=0.1), cluster) as served:
        yield Door(served, sessions, stamps, answers)


@pytest.fixture
async def serve(cluster: Cluster) -> AsyncIterator[Serve]:
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
        cluster.run(name, port, ide=ide)
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
