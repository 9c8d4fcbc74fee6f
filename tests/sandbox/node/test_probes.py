from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sandbox.node.probes import Prober, Timing, port_number
from tests.sandbox.objects import container


async def answer(request: web.Request) -> web.Response:
    if request.path == "/slow":
        await asyncio.sleep(30)
    if request.path == "/away":
        raise web.HTTPFound("http://127.0.0.1:1/")
    if request.path == "/agent":
        return web.Response(status=200 if request.headers["User-Agent"] == "me" else 400)
    return web.Response(status=int(request.path[1:] or 200))


async def execute(argv: Any) -> tuple[int, str]:
    return (0, "fine") if argv == ["true"] else (1, "no")


@asynccontextmanager
async def prober() -> AsyncIterator[Prober]:
    app = web.Application()
    app.router.add_get("/{any:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    spec = container(ports=[{"name": "ide", "containerPort": port}])
    async with aiohttp.ClientSession() as http:
        yield Prober(http, "127.0.0.1", spec, execute)
    await runner.cleanup()


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        pytest.param({"httpGet": {"port": "ide"}}, None, id="answers"),
        pytest.param({"httpGet": {"port": "ide", "path": "/302"}}, None, id="redirects"),
        pytest.param({"httpGet": {"port": "ide", "path": "away"}}, None, id="redirects elsewhere"),
        pytest.param(
            {"httpGet": {"port": "ide", "path": "/404"}},
            "HTTP probe failed with statuscode: 404",
            id="not found",
        ),
        pytest.param(
            {
                "httpGet": {
                    "port": "ide",
                    "path": "/agent",
                    "httpHeaders": [{"name": "User-Agent", "value": "me"}],
                }
            },
            None,
            id="headers are sent",
        ),
        pytest.param({"httpGet": {"port": 1}}, "connection refused", id="nobody there"),
        pytest.param({"httpGet": {"port": "x"}}, "unknown port x", id="no such port"),
        pytest.param(
            {"httpGet": {"port": "ide", "path": "/slow"}}, "deadline exceeded", id="too slow"
        ),
        pytest.param({"tcpSocket": {"port": "ide"}}, None, id="a socket"),
        pytest.param({"tcpSocket": {"port": 1}}, "connection refused", id="no socket"),
        pytest.param({"exec": {"command": ["true"]}}, None, id="a command"),
        pytest.param({"exec": {"command": ["false"]}}, "no", id="a command that fails"),
        pytest.param({"grpc": {"port": 1}}, "httpGet, tcpSocket and exec", id="unknown kind"),
    ],
)
async def test_given_a_probe_when_it_asks_then_the_answer_is_the_kubelets(
    probe: Any, words: str | None
) -> None:
    async with prober() as asking:
        failure = await asking.failure(probe)

    assert failure is None if words is None else words in (failure or "")


def test_given_an_empty_probe_when_timed_then_the_defaults_are_the_apis() -> None:
    assert Timing.of({}) == Timing(delay=0, period=10, timeout=1, successes=1, failures=3)


def test_given_a_number_when_asked_for_its_number_then_it_is_itself() -> None:
    assert port_number({}, 8888) == 8888
