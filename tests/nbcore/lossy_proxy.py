"""A proxy in front of an API server that loses requests or answers, as networks do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kubernetes.client import ApiClient, Configuration
from typing_extensions import override

from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from tests.cluster.api import Api


class Loss(StrEnum):
    """What gets lost."""

    REQUEST = "the server never hears of it"
    ANSWER = "the server does it, and nobody hears of it"


@dataclass
class LossyNetwork:
    """What happens to requests, by verb and collection, for example POST notebooks.

    Attributes:
        losses: each happens once, to the first such request.
        meanwhile: what others do just before such a request arrives.
        is_down_after: the request after which nothing arrives any more.
    """

    losses: dict[tuple[str, str], Loss] = field(default_factory=dict)
    meanwhile: dict[tuple[str, str], Callable[[], object]] = field(default_factory=dict)
    is_down_after: tuple[str, str] | None = None
    is_down: bool = False


@contextmanager
def lossy_kube(api: Api, network: LossyNetwork) -> Iterator[Kube]:
    """A client whose every request goes through the network."""
    server = _server(api, network)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    configuration = Configuration(host=f"http://127.0.0.1:{server.server_address[1]}")
    configuration.retries = False
    configuration.proxy = None
    with ApiClient(configuration) as api_client:
        yield Kube(api_client, OwnAccount("tests"))
    server.shutdown()
    thread.join()
    server.server_close()


def _server(api: Api, network: LossyNetwork) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        @override
        def log_message(self, *_: object) -> None:
            return

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"null")
            asked = (_verb(self.command, self.path), _collection(self.path))
            loss = Loss.REQUEST if network.is_down else network.losses.pop(asked, None)
            network.meanwhile.get(asked, lambda: None)()
            if loss is Loss.REQUEST:
                return
            content_type = self.headers.get("Content-Type", "application/json")
            answer = api.request(self.command, self.path, body, content_type=content_type)
            network.is_down = network.is_down or asked == network.is_down_after
            if loss is None:
                self._answer(answer.status, json.dumps(answer.body).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815 the base class's convention

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def _verb(method: str, target: str) -> str:
    """The method; TRY for a dry run, which changes nothing."""
    return "TRY" if "dryRun=" in target else method


def _collection(target: str) -> str:
    parts = target.partition("?")[0].split("/")
    return parts[parts.index("namespaces") + 2]
