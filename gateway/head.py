"""What the gateway knows of a request before its body, read once from the ASGI scope. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.types import Scope

HeaderList = tuple[tuple[bytes, bytes], ...]

_SCHEMES = {"ws": "http", "wss": "https"}


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The first part of a request, HTTP or the opening of a WebSocket.

    Attributes:
        scheme: http or https; those of WebSockets are told as the pages that open them see it.
        raw_path: percent-encoding as the client sent it; everything is decided on this form.
        query: raw, without the question mark.
        headers: names in lower case, one entry a line, in order.
        client_ip: "" when the server does not know it.
        server_ip: the address at which the connection arrived; "" when unknown.
        home: where the app is, seen from here.
    """

    is_websocket: bool
    method: str
    scheme: str
    raw_path: str
    query: str
    headers: HeaderList
    client_ip: str = ""
    server_ip: str = ""
    subprotocols: tuple[str, ...] = ()
    home: str = "/"
    _values: dict[bytes, list[str]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    @classmethod
    def from_scope(cls, scope: Scope) -> RequestHead:
        """Reads an ASGI scope of type http or websocket."""
        raw_path = scope.get("raw_path") or scope["path"].encode()
        scheme: str = scope.get("scheme", "http")
        return cls(
            is_websocket=scope["type"] == "websocket",
            method=scope.get("method", "GET"),
            scheme=_SCHEMES.get(scheme, scheme),
            raw_path=raw_path.decode("latin-1"),
            query=scope.get("query_string", b"").decode("latin-1"),
            headers=tuple(scope["headers"]),
            client_ip=(scope.get("client") or ("",))[0],
            server_ip=(scope.get("server") or ("",))[0],
            subprotocols=tuple(scope.get("subprotocols") or ()),
        )

    def __post_init__(self) -> None:
        """Sorts the lines by name once; every request is asked a dozen times."""
        for name, value in self.headers:
            self._values.setdefault(name, []).append(value.decode("latin-1"))

    def values(self, name: bytes) -> list[str]:
        """Every value of a header, one a line; ``name`` in lower case."""
        return self._values.get(name, [])

    def value(self, name: bytes) -> str:
        """The first value of a header, "" when it was not sent."""
        values = self._values.get(name)
        return values[0] if values else ""

    @property
    def host(self) -> str:
        """The Host header in lower case, port included; "" unless there is exactly one."""
        hosts = self.values(b"host")
        return hosts[0].lower() if len(hosts) == 1 else ""

    @property
    def origin(self) -> str:
        """The origin under which this request reached us, for example http://localhost:8501."""
        return f"{self.scheme}://{self.host}"

    @property
    def target(self) -> str:
        """Path and query as they were asked for."""
        return f"{self.raw_path}?{self.query}" if self.query else self.raw_path

    @property
    def wants_page(self) -> bool:
        """Whether a person waits for the answer in a tab, rather than a script."""
        if self.is_websocket or self.method not in {"GET", "HEAD"}:
            return False
        mode = self.value(b"sec-fetch-mode")
        return mode == "navigate" if mode else "text/html" in self.value(b"accept")

    @property
    def is_visit(self) -> bool:
        """Whether the answer fills a person's tab, not only a frame in it."""
        return self.wants_page and self.value(b"sec-fetch-dest") in {"", "document"}
