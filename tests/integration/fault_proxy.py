"""A proxy before an API server that fails in the ways in which real networks and servers do."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import urllib3
from typing_extensions import override

from tests.cluster.control_plane import ControlPlane

_FORWARDED = ("Authorization", "Content-Type", "Accept")
_WORDS = {409: "Conflict", 410: "Expired", 429: "TooManyRequests", 500: "InternalError"}


@dataclass(frozen=True, slots=True)
class Passed:
    """One request and what it was answered; ``when`` is time.monotonic() of the answer."""

    when: float
    verb: str
    path: str
    status: int

    @property
    def is_write(self) -> bool:
        """Whether it changed something, the Lease of the election apart."""
        is_lease = "coordination.k8s.io" in self.path
        return self.verb != "GET" and self.status < 300 and not is_lease


@dataclass
class Faults:
    """What goes wrong; a plural is the resource's word in the URL.

    Attributes:
        refusals: by verb and path, the codes of the next answers; the server hears of none.
        expired: plurals whose next watch is answered 410.
        silent: plurals whose watches carry nothing until they are taken out; what came is kept.
        retry_after: what a 429 says, in seconds.
        after_write: called when the server has done a write and before the client hears of it.
    """

    refusals: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    retry_after: int = 1
    after_write: Callable[[Passed], object] = lambda _: None


class FaultProxy:
    """Serves on a port of its own; can be taken down and brought back."""

    def __init__(self, plane: ControlPlane, folder: Path) -> None:
        self.faults = Faults()
        self.passed: list[Passed] = []
        self._plane = plane
        self._folder = folder
        self._tls = ssl.create_default_context(cafile=str(plane.certificates.authority))
        self._server = self._listen(0)
        self.port: int = self._server.server_address[1]

    @property
    def kubeconfig(self) -> Path:
        """The administrator's, by way of this proxy; a folder's file is written once."""
        config = json.loads(self._plane.kubeconfig.read_text())
        config["clusters"][0]["cluster"] = {"server": f"http://127.0.0.1:{self.port}"}
        config["users"][0]["user"] = {"token": "admin-token"}
        file = self._folder / f"proxy-{self.port}.kubeconfig"
        file.touch(mode=0o600)
        file.write_text(json.dumps(config))
        return file

    def writes(self, namespace: str) -> list[Passed]:
        """What was changed in a namespace by way of this proxy."""
        return [p for p in list(self.passed) if p.is_write and f"/{namespace}/" in p.path]

    def attempts(self, verb: str, path: str) -> list[Passed]:
        """Every answer to such a request, in order."""
        return [p for p in list(self.passed) if (p.verb, p.path) == (verb, path)]

    def down(self) -> None:
        """Refuses connections and breaks those that are open."""
        self._server.shutdown()
        self._server.server_close()
        self._server.cut()

    def up(self) -> None:
        """Serves again on the same port."""
        self._server = self._listen(self.port)

    def _listen(self, port: int) -> _Server:
        server = _Server(port, self)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return server

    def forward(self, verb: str, target: str, body: bytes, headers: Any) -> Any:
        """Sends a request on; the open answer."""
        kept = {key: headers[key] for key in _FORWARDED if headers[key]}
        # A pool for each: a connection on which a client was cut off is in no good state.
        pool = urllib3.PoolManager(ssl_context=self._tls, retries=False)
        return pool.request(
            verb, self._plane.server + target, body=body, headers=kept, preload_content=False
        )


@contextmanager
def fault_proxy(plane: ControlPlane, folder: Path) -> Iterator[FaultProxy]:
    """A proxy for one test."""
    proxy = FaultProxy(plane, folder)
    try:
        yield proxy
    finally:
        proxy.faults.silent.clear()
        proxy.down()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: FaultProxy

    @override
    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        plural = _plural(path)
        is_watch = "watch=true" in self.path
        if is_watch and plural in self.proxy.faults.expired:
            self.proxy.faults.expired.discard(plural)
            self._refuse(410, path)
        elif not is_watch and (codes := self.proxy.faults.refusals.get((self.command, path))):
            self._refuse(codes.pop(0), path)
        else:
            answer = self.proxy.forward(self.command, self.path, body, self.headers)
            try:
                self._stream(answer, path) if is_watch else self._pass(answer, path)
            finally:
                answer.close()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 the base class's convention

    def _note(self, path: str, status: int) -> Passed:
        passed = Passed(time.monotonic(), self.command, path, status)
        self.proxy.passed.append(passed)
        return passed

    def _refuse(self, code: int, path: str) -> None:
        self._note(path, code)
        status = {"kind": "Status", "code": code, "reason": _WORDS[code], "message": "told to"}
        self._answer(code, json.dumps(status).encode())

    def _pass(self, answer: Any, path: str) -> None:
        body = answer.read()
        passed = self._note(path, answer.status)
        if passed.is_write:
            self.proxy.faults.after_write(passed)
        self._answer(answer.status, body)

    def _answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        if code == 429:
            self.send_header("Retry-After", str(self.proxy.faults.retry_after))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, answer: Any, path: str) -> None:
        self._note(path, answer.status)
        self.send_response(answer.status)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while data := answer.read1(65536):
            while _plural(path) in self.proxy.faults.silent:
                time.sleep(0.02)
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self, port: int, proxy: FaultProxy) -> None:
        self._connections: list[socket.socket] = []
        super().__init__(("127.0.0.1", port), type("Handler", (_Handler,), {"proxy": proxy}))

    @override
    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.append(request)
        super().process_request(request, client_address)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that break are what these tests are about."""

    def cut(self) -> None:
        """Breaks every connection, as a server that dies does."""
        for connection in self._connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def _plural(path: str) -> str:
    """The resource of a URL path: /apis/group/version/[namespaces/name/]plural[/...]."""
    parts = path.strip("/").split("/")
    rest = parts[2:] if parts[0] == "api" else parts[3:]
    return rest[2] if rest[0] == "namespaces" and len(rest) > 2 else rest[0]
