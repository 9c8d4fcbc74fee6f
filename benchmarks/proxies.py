"""The gateway beside the proxy of JupyterHub: `python -m benchmarks.proxies`.

Both stand before the same server of small answers, and are measured in turns, by the same client.
The other one, configurable-http-proxy, comes from npm into a folder of its own; --proxy names one
that is there already.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import cast

import aiohttp
import uvicorn
from typing_extensions import override

from benchmarks.running_app import ROOT, wait_until
from gateway.admission import Admission
from gateway.middleware import Gateway
from gateway.places import Names
from gateway.process import tune_interpreter
from gateway.streams import OpenStreams
from nbcore.access import Access
from nbcore.identity import Person
from nbcore.kube.resources import Resource
from nbcore.names import JsonObject
from nbcore.sessions import APP, Sessions
from tests.gateway.rig import Cluster, app_behind

PACKAGE = "configurable-http-proxy@5"
PATH = "/notebook/demo/nb/api"
CONNECTIONS = 16
TURNS = 5
SECONDS = 3.0
_BODY = b'{"version": "2.21.1"}'
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


def main() -> int:
    """Prints requests per second through both, and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.proxies", description=__doc__)
    parser.add_argument("--proxy", type=Path, help="configurable-http-proxy's executable")
    parser.add_argument("--serve", choices=["answers", "gateway"], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve == "answers":
        asyncio.run(_serve_answers())
    elif given.serve == "gateway":
        _serve_gateway(given.port)
    else:
        with tempfile.TemporaryDirectory(prefix="nb-proxies-") as folder:
            _compare(given.proxy or _install(Path(folder)))
    return 0


def _install(folder: Path) -> Path:
    subprocess.run(["npm", "install", "--silent", PACKAGE], cwd=folder, check=True)
    return folder / "node_modules" / ".bin" / "configurable-http-proxy"


def _compare(proxy: Path) -> None:
    with ExitStack() as running:
        answers, _ = running.enter_context(_child("answers"))
        ours, secret = running.enter_context(_child("gateway", "--port", answers))
        theirs = running.enter_context(_other(proxy, answers))
        cookie = {"Cookie": f"nb_session={secret}"}
        urls = {
            "gateway": f"http://127.0.0.1:{ours}{PATH}",
            "other": f"http://127.0.0.1:{theirs}{PATH}",
        }
        rates: dict[str, list[float]] = {name: [] for name in urls}
        for _ in range(TURNS):
            for name, url in urls.items():
                rates[name].append(asyncio.run(_rate(url, cookie)))
    medians = {name: statistics.median(found) for name, found in rates.items()}
    print(f"{'requests per second, gateway':<48}{medians['gateway']:>9.0f}")
    print(f"{'requests per second, configurable-http-proxy':<48}{medians['other']:>9.0f}")
    print(
        f"{'gateway, of configurable-http-proxy':<48}{medians['gateway'] / medians['other']:>9.0%}"
    )


async def _rate(url: str, headers: dict[str, str]) -> float:
    """Answers per second on several connections."""
    count, end = 0, time.monotonic() + SECONDS

    async def ask(session: aiohttp.ClientSession) -> None:
        nonlocal count
        while time.monotonic() < end:
            async with session.get(url, headers=headers) as response:
                await response.read()
                response.raise_for_status()
            count += 1

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(ask(session) for _ in range(CONNECTIONS)))
    return count / SECONDS


@contextmanager
def _child(role: str, *more: str) -> Iterator[tuple[str, str]]:
    command = [sys.executable, "-m", "benchmarks.proxies", "--serve", role, *more]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline() if process.stdout else ""
        port, _, secret = line.strip().partition(" ")
        wait_until(role, lambda: _listens(int(port)))
        try:
            yield port, secret
        finally:
            process.terminate()


@contextmanager
def _other(proxy: Path, target: str) -> Iterator[int]:
    with (
        socket.create_server(("127.0.0.1", 0)) as first,
        socket.create_server(("127.0.0.1", 0)) as second,
    ):
        port, api = first.getsockname()[1], second.getsockname()[1]
    command = [
        str(proxy),
        "--ip=127.0.0.1",
        f"--port={port}",
        f"--api-port={api}",
        "--api-ip=127.0.0.1",
    ]
    command += [f"--default-target=http://127.0.0.1:{target}", "--log-level=error"]
    with subprocess.Popen(command) as process:
        wait_until("the other proxy", lambda: _listens(port))
        try:
            yield port
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


class _Answering(asyncio.Protocol):
    """Answers every head with the same few bytes."""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._unread = b""

    @override
    def data_received(self, data: bytes) -> None:
        *heads, self._unread = (self._unread + data).split(b"\r\n\r\n")
        for _ in heads:
            self._transport.write(_ANSWER % (len(_BODY), _BODY))


async def _serve_answers() -> None:
    server = await asyncio.get_running_loop().create_server(_Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class _Allowing:
    """An API server that allows everything."""

    def create(self, _resource: Resource, obj: JsonObject) -> JsonObject:
        return {**obj, "status": {"allowed": True}}


def _serve_gateway(target: int) -> None:
    cluster = Cluster()
    cluster.run("nb", target)
    sessions = Sessions(stamps=lambda _: "1", clock=time.time)
    admission = Admission(sessions, Access(_Allowing(), clock=time.monotonic))
    secret = sessions.redeem(sessions.sign_in(Person("alice", ("users",)), "1"), APP)
    streams = OpenStreams()
    gateway = Gateway(
        app_behind, admission=admission, cluster=cluster, names=Names(), streams=streams
    )
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(gateway, http="httptools", log_level="critical", access_log=False)
    print(listener.getsockname()[1], secret, flush=True)
    tune_interpreter()
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    sys.exit(main())
