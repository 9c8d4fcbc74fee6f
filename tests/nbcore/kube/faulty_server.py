"""A small API server over real HTTP that can fail in the ways in which real ones do.

It serves one collection (pods of namespace demo) with pages, watches, history and bookmarks, and
writes down every request line and its headers.
"""

from __future__ import annotations

import json
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from kubernetes.client import ApiClient, Configuration
from typing_extensions import override

JsonObject = dict[str, Any]
PODS_PATH = "/api/v1/namespaces/demo/pods"
_COLLECTION = {PODS_PATH, "/api/v1/pods"}


class WatchFault(StrEnum):
    """What the next watches do instead of serving events."""

    NONE = "none"
    HANG_UP = "hang up at once"
    HALF_OPEN = "answer and then be silent for ever"
    PARTIAL_LINE = "send half a line and hang up"
    NO_JSON = "send a line that is no JSON"
    EXPIRED_EVENT = "send 410 as an event"
    EXPIRED_STATUS = "answer 410"
    BUSY = "answer 503"


@dataclass
class Script:
    """What the server holds and what it was asked."""

    objects: dict[str, JsonObject] = field(default_factory=dict)
    history: list[tuple[int, JsonObject]] = field(default_factory=list)
    version: int = 100
    oldest: int = 0
    faults: list[WatchFault] = field(default_factory=list)
    usual_fault: WatchFault = WatchFault.NONE
    list_code: int = 200
    requests: list[tuple[str, str, list[tuple[str, str]], bytes]] = field(default_factory=list)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    watchers: list[queue.Queue[bytes | None]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    awake: threading.Event = field(default_factory=threading.Event)
    is_down: bool = False

    def __post_init__(self) -> None:
        self.awake.set()

    def put(self, name: str, **spec: Any) -> JsonObject:
        """Adds or changes an object and tells the watchers."""
        with self.lock:
            self.version += 1
            kind = "MODIFIED" if name in self.objects else "ADDED"
            self.objects[name] = _pod(name, self.version, spec)
            self._send({"type": kind, "object": self.objects[name]})
            return self.objects[name]

    def remove(self, name: str) -> None:
        """Deletes an object and tells the watchers."""
        with self.lock:
            self.version += 1
            last = self.objects.pop(name)
            gone = {**last, "metadata": {**last["metadata"], "resourceVersion": str(self.version)}}
            self._send({"type": "DELETED", "object": gone})

    def remove_unseen(self, name: str) -> None:
        """Deletes an object of which no watch will ever tell: its history is gone."""
        with self.lock:
            self.version += 1
            del self.objects[name]
            self.history.clear()
            self.oldest = self.version

    def bookmark(self) -> None:
        """Sends the current version without a change."""
        with self.lock:
            self.version += 1
            metadata = {"resourceVersion": str(self.version)}
            self._send({"type": "BOOKMARK", "object": {"kind": "Pod", "metadata": metadata}})

    def end_watches(self) -> None:
        """Ends all open watches in good order, as a server does after timeoutSeconds."""
        with self.lock:
            watchers, self.watchers = self.watchers, []
        for watcher in watchers:
            watcher.put(None)

    def targets(self, *, watches: bool) -> list[str]:
        """The lists or the watches that were asked for, in order."""
        return [
            t for verb, t, *_ in self.requests if verb == "GET" and ("watch=true" in t) == watches
        ]

    def _send(self, event: JsonObject) -> None:
        self.history.append((self.version, event))
        for watcher in self.watchers:
            watcher.put(json.dumps(event).encode() + b"\n")


def _pod(name: str, version: int, spec: JsonObject) -> JsonObject:
    metadata = {
        "name": name,
        "namespace": "demo",
        "uid": f"uid-{name}",
        "resourceVersion": str(version),
        "managedFields": [{"manager": "somebody"}],
    }
    return {"metadata": metadata, "spec": spec}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: ClassVar[Script]

    @override
    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        self.script.awake.wait()
        if self.script.is_down:
            self.close_connection = True
            return
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        self._note()
        if url.path not in _COLLECTION:
            self._answer_as_told(url.path)
        elif query.get("watch") == "true":
            self._watch(int(query["resourceVersion"]))
        else:
            self._list(query)

    def do_POST(self) -> None:
        self._note()
        self._answer_as_told(urlsplit(self.path).path)

    do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815 the base class's convention

    def _note(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.script.requests.append((self.command, self.path, self.headers.items(), body))

    def _answer_as_told(self, path: str) -> None:
        told = self.script.answers
        self._answer(*told.get(f"{self.command} {path}", told.get(path, (404, b"{}"))))

    def _answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _list(self, query: dict[str, str]) -> None:
        script = self.script
        if script.list_code != 200:
            self._answer(script.list_code, json.dumps({"kind": "Status"}).encode())
            return
        with script.lock:
            everything = [script.objects[name] for name in sorted(script.objects)]
            version = str(script.version)
        begin = int(query.get("continue", "0"))
        end = begin + int(query["limit"])
        metadata = {"resourceVersion": version}
        if end < len(everything):
            metadata["continue"] = str(end)
        page = {"kind": "PodList", "metadata": metadata, "items": everything[begin:end]}
        self._answer(200, json.dumps(page).encode())

    def _watch(self, version: int) -> None:
        script = self.script
        fault = script.faults.pop(0) if script.faults else script.usual_fault
        if fault is WatchFault.EXPIRED_STATUS or version < script.oldest:
            self._answer(410, b'{"kind":"Status","code":410,"reason":"Expired"}')
            return
        if fault is WatchFault.BUSY:
            self._answer(503, b'{"kind":"Status","code":503,"message":"Resource kind not found"}')
            return
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._serve(fault, version)
        self.close_connection = True

    def _serve(self, fault: WatchFault, version: int) -> None:
        match fault:
            case WatchFault.HALF_OPEN:
                self.wfile.flush()
                self._forever()
            case WatchFault.PARTIAL_LINE:
                self._chunk(b'{"type":"ADDED","object":{"metadata":{"na')
            case WatchFault.NO_JSON:
                self._chunk(b"<html>\n")
            case WatchFault.EXPIRED_EVENT:
                status = {"kind": "Status", "code": 410, "reason": "Expired"}
                self._chunk(json.dumps({"type": "ERROR", "object": status}).encode() + b"\n")
            case WatchFault.NONE:
                self._events(version)
            case _:
                return

    def _events(self, version: int) -> None:
        script = self.script
        watcher: queue.Queue[bytes | None] = queue.Queue()
        with script.lock:
            for at, event in script.history:
                if at > version:
                    watcher.put(json.dumps(event).encode() + b"\n")
            script.watchers.append(watcher)
        while (line := watcher.get()) is not None:
            self._chunk(line)
        self.wfile.write(b"0\r\n\r\n")

    def _forever(self) -> None:
        watcher: queue.Queue[bytes | None] = queue.Queue()
        with self.script.lock:
            self.script.watchers.append(watcher)
        watcher.get()

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, script: Script, port: int) -> None:
        self._connections: list[socket.socket] = []
        handler = type("Handler", (_Handler,), {"script": script})
        super().__init__(("127.0.0.1", port), handler)

    @override
    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.append(request)
        super().process_request(request, client_address)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what these tests are about."""

    def cut(self) -> None:
        """Breaks every connection, as a server that dies does."""
        for connection in self._connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class FaultyServer:
    """Serves a Script on a port of its own; can be taken down and brought back."""

    def __init__(self) -> None:
        self.script = Script()
        self._server = _Server(self.script, 0)
        self.port: int = self._server.server_address[1]
        self._thread = self._serve()

    def _serve(self) -> threading.Thread:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        return thread

    def down(self) -> None:
        """Ends the server and breaks its connections; from the first word on nobody is answered."""
        self.script.is_down = True
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.cut()
        self.script.end_watches()
        self.script.awake.set()

    def sleep(self) -> None:
        """Keeps its connections, accepts new ones, and answers nothing until it is awake again."""
        self.script.awake.clear()

    def up(self) -> None:
        """Brings it back on the same port with the same objects."""
        self.script.is_down = False
        self._server = _Server(self.script, self.port)
        self._thread = self._serve()

    def api_client(self) -> ApiClient:
        """A client of it, as nbcore.kube.config.connect makes them."""
        configuration = Configuration(host=f"http://127.0.0.1:{self.port}", retries=False)
        configuration.proxy = None
        configuration.api_key["BearerToken"] = "Bearer very-secret"
        return ApiClient(configuration)


@contextmanager
def running() -> Iterator[FaultyServer]:
    """A server for one test."""
    server = FaultyServer()
    try:
        yield server
    finally:
        server.down()


def eventually(look: Callable[[], object], *, seconds: float = 5) -> None:
    """Looks every 10 ms until it is true; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        time.sleep(0.01)
