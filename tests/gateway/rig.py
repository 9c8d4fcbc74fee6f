"""What tests of the gateway share: a cluster in a dict, and an app to stand behind the gateway."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import uvicorn
from aiohttp import web
from starlette.types import Receive, Scope, Send
from yarl import URL

from gateway.admission import Admission
from gateway.head import RequestHead
from gateway.middleware import Gateway
from gateway.places import Names
from gateway.streams import OpenStreams
from nbcore.kube.resources import (
    ENDPOINT_SLICES,
    NAMESPACES,
    NOTEBOOKS,
    PODS,
    STATEFUL_SETS,
    Resource,
)
from nbcore.names import JsonObject


@dataclass
class Cluster:
    """What the gateway reads of nbcore.kube.cache.ClusterCache, filled by hand."""

    is_synced: bool = True
    objects: dict[tuple[Resource, str, str], JsonObject] = field(default_factory=dict)

    def get(self, resource: Resource, name: str, namespace: str = "") -> JsonObject | None:
        return self.objects.get((resource, namespace, name))

    def list(self, resource: Resource, namespace: str = "") -> list[JsonObject]:
        return [
            obj
            for (kind, where, _), obj in self.objects.items()
            if kind == resource and namespace in {"", where}
        ]

    def put(self, resource: Resource, obj: JsonObject) -> None:
        metadata = obj["metadata"]
        self.objects[resource, metadata.get("namespace", ""), metadata["name"]] = obj

    def run(self, name: str, port: int, **notebook: Any) -> None:
        """Adds a notebook of namespace demo that is ready at 127.0.0.1:port."""
        self.put(NAMESPACES, {"metadata": {"name": "demo"}})
        for resource, obj in ready_notebook(name, port, **notebook):
            self.put(resource, obj)


def owned_by(kind: str, uid: str) -> list[JsonObject]:
    return [{"kind": kind, "uid": uid, "controller": True}]


def ready_notebook(
    name: str, port: int, *, ide: str = "jupyter", phase: str = "Ready", **spec: Any
) -> list[tuple[Resource, JsonObject]]:
    meta = {"name": name, "namespace": "demo"}
    return [
        (
            NOTEBOOKS,
            {
                "metadata": {
                    **meta,
                    "uid": "nb-1",
                    "labels": {"ml.oneblock.ai/notebook-type": ide},
                },
                "spec": spec,
                "status": {"phase": phase},
            },
        ),
        (
            STATEFUL_SETS,
            {
                "metadata": {
                    **meta,
                    "uid": "set-1",
                    "ownerReferences": owned_by("Notebook", "nb-1"),
                }
            },
        ),
        (
            PODS,
            {
                "metadata": {
                    "name": f"{name}-0",
                    "namespace": "demo",
                    "uid": "pod-1",
                    "ownerReferences": owned_by("StatefulSet", "set-1"),
                },
                "spec": {},
                "status": {"podIPs": [{"ip": "127.0.0.1"}]},
            },
        ),
        (
            ENDPOINT_SLICES,
            {
                "metadata": {
                    **meta,
                    "name": f"{name}-abc",
                    "labels": {"kubernetes.io/service-name": name},
                },
                "ports": [{"port": port, "protocol": "TCP"}],
                "endpoints": [
                    {
                        "addresses": ["127.0.0.1"],
                        "conditions": {"ready": True},
                        "targetRef": {"kind": "Pod", "name": f"{name}-0", "uid": "pod-1"},
                    }
                ],
            },
        ),
    ]


@dataclass
class Served:
    """A gateway that listens."""

    port: int
    cluster: Cluster
    streams: OpenStreams
    server: uvicorn.Server

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(admission: Admission, cluster: Cluster, *, domain: str = "") -> Iterator[Served]:
    """Runs a gateway on a real server, as `streamlit run` would."""
    streams = OpenStreams()
    app = Gateway(
        app_behind,
        admission=admission,
        cluster=cluster,
        names=Names(("notebooks.example.org",), domain),
        streams=streams,
    )
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, ws="websockets-sansio", http="httptools", log_level="critical", ws_max_size=2**26
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.005)
    yield Served(listener.getsockname()[1], cluster, streams, server)
    server.should_exit = True
    thread.join(10)
    listener.close()
    assert not thread.is_alive()


async def app_behind(scope: Scope, receive: Receive, send: Send) -> None:
    """Stands for Streamlit: tells which headers reached it."""
    if scope["type"] == "lifespan":
        for answer in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{answer}.complete"})
        return
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": "the app"})
        if scope["path"].endswith("/endless"):
            while (await receive())["type"] != "websocket.disconnect":
                pass
            return
        await send({"type": "websocket.close"})
        return
    if scope["path"] == "/broken":
        raise RuntimeError("a fault of the app")
    body = "\n".join(f"{name.decode()}: {value.decode()}" for name, value in scope["headers"])
    headers = [(b"content-type", b"text/plain"), (b"X-Frame-Options", b"ALLOWALL")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"the app\n" + body.encode()})


MEBIBYTE = 2**20
OWN_HOST = "nb--demo.localhost"
"""Where the notebook demo/nb is alone."""

Lines = Sequence[tuple[str, str]]
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Serve = Callable[..., Awaitable[int]]


def head(
    *, headers: Mapping[str, str] | None = None, lines: Lines | None = None, **given: Any
) -> RequestHead:
    """A GET from this machine to localhost:8501, except for what is given."""
    named = list({"host": "localhost:8501", **(headers or {})}.items()) if lines is None else lines
    usual = RequestHead(
        is_websocket=False,
        method="GET",
        scheme="http",
        raw_path="/",
        query="",
        headers=tuple((name.encode(), value.encode("latin-1")) for name, value in named),
        client_ip="127.0.0.1",
        server_ip="127.0.0.1",
    )
    return replace(usual, **given)


def url(gateway: Served, path: str) -> URL:
    """An address at the gateway that no client changes."""
    return URL(gateway.origin + path, encoded=True)
