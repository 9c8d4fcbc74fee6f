"""GET /healthz, /readyz and /metrics, for whoever runs the controller."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST
from typing_extensions import override

Answer = tuple[HTTPStatus, str, bytes]
# Whoever opens a connection and says nothing would hold a thread for ever.
_SILENCE_SECONDS = 10.0
_TEXT = "text/plain; charset=utf-8"
_PATHS = b"There are /healthz, /readyz and /metrics.\n"


class HealthServer:
    """Serves its paths on a port of its own.

    Args:
        address: host and port; port 0 lets the system choose.
        is_alive: false makes /healthz answer 503, and whoever watches start us anew.
        is_ready: false makes /readyz answer 503.
        metrics: the body of /metrics.
    """

    def __init__(
        self,
        address: tuple[str, int],
        *,
        is_alive: Callable[[], bool],
        is_ready: Callable[[], bool],
        metrics: Callable[[], bytes],
    ) -> None:
        def answer(path: str) -> Answer:
            match path:
                case "/healthz":
                    return _health("a worker ended", is_well=is_alive())
                case "/readyz":
                    return _health("the cluster was not read yet", is_well=is_ready())
                case "/metrics":
                    return HTTPStatus.OK, CONTENT_TYPE_LATEST, metrics()
                case _:
                    return HTTPStatus.NOT_FOUND, _TEXT, _PATHS

        parts = {"answer": staticmethod(answer), "timeout": _SILENCE_SECONDS}
        handler = type("Handler", (_Handler,), parts)
        self._server = ThreadingHTTPServer(address, handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="health", daemon=True
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    def start(self) -> None:
        """Serves from a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Closes the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _health(trouble: str, *, is_well: bool) -> Answer:
    if is_well:
        return HTTPStatus.OK, _TEXT, b"ok\n"
    return HTTPStatus.SERVICE_UNAVAILABLE, _TEXT, f"{trouble}\n".encode()


class _Handler(BaseHTTPRequestHandler):
    answer: Callable[[str], Answer]

    def do_GET(self) -> None:
        status, kind, body = self.answer(self.path.partition("?")[0])
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, *_: object) -> None:
        """Probes ask every few seconds: nobody reads that."""
