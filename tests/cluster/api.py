"""Raw requests to an API server, for tests that look at the wire rather than at a client."""

from __future__ import annotations

import base64
import copy
import json
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import urllib3
import yaml

WATCH_SECONDS = 20
JsonObject = dict[str, Any]
T = TypeVar("T")

MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status code and the body, parsed as JSON (or as text if it is none)."""

    status: int
    body: Any
    headers: Mapping[str, str]


class UnexpectedAnswerError(AssertionError):
    """An answer with another status code than the test asked for."""


class Api:
    """Requests with the credentials of a kubeconfig's current context."""

    def __init__(self, kubeconfig: Path, *, is_anonymous: bool = False) -> None:
        config = yaml.safe_load(kubeconfig.read_text())
        cluster = _current(config, "cluster")
        user = {} if is_anonymous else _current(config, "user")
        self.server: str = cluster["server"]
        self._headers = {"Authorization": f"Bearer {user['token']}"} if "token" in user else {}
        self._acting: tuple[tuple[str, str], ...] = ()
        self._pool = urllib3.PoolManager(
            ssl_context=_tls(cluster, user), retries=False, timeout=urllib3.Timeout(30), maxsize=4
        )

    def acting_as(self, user: str, *groups: str) -> Api:
        """The same server, asked on behalf of somebody."""
        acting = copy.copy(self)
        acting._acting = (("Impersonate-User", user), *(("Impersonate-Group", g) for g in groups))
        return acting

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        content_type: str = "application/json",
        accept: str = "application/json",
        token: str = "",
        **query: str,
    ) -> Answer:
        """Sends one request and reads the whole answer.

        Args:
            body: bytes as they are, everything else as JSON.
            token: replaces the credentials.
        """
        headers = urllib3.HTTPHeaderDict(self._headers)
        headers |= {"Content-Type": content_type, "Accept": accept}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        for key, value in self._acting:
            headers.add(key, value)
        response = self._pool.request(
            method,
            self.server + with_query(path, query),
            body=body if body is None or isinstance(body, bytes) else json.dumps(body),
            headers=headers,
        )
        return Answer(response.status, _parsed(response.data), response.headers)

    def expect(self, status: int, method: str, path: str, body: object = None, **kw: Any) -> Any:
        """Sends one request and returns the body; another status fails the test, with the body."""
        answer = self.request(method, path, body, **kw)
        if answer.status != status:
            raise UnexpectedAnswerError(
                f"{method} {path}: expected {status}, got {answer.status}: {answer.body}"
            )
        return answer.body

    def get(self, path: str, **query: str) -> Any:
        """GET that must succeed."""
        return self.expect(200, "GET", path, **query)

    def create(self, path: str, body: object, **query: str) -> Any:
        """POST that must make something."""
        return self.expect(201, "POST", path, body, **query)

    def replace(self, path: str, body: object, **query: str) -> Any:
        """PUT that must succeed."""
        return self.expect(200, "PUT", path, body, **query)

    def merge(self, path: str, patch: object, **query: str) -> Any:
        """Merge patch that must succeed."""
        return self.expect(200, "PATCH", with_query(path, query), patch, content_type=MERGE_PATCH)

    def apply(self, path: str, body: object, *, manager: str, **query: str) -> Answer:
        """Server-side apply, answered with whatever came."""
        target = with_query(path, {"fieldManager": manager, **query})
        return self.request("PATCH", target, body, content_type=APPLY_PATCH)

    def delete(self, path: str, body: object = None, **query: str) -> Any:
        """DELETE that must be accepted (200, or 202 when it takes longer)."""
        answer = self.request("DELETE", with_query(path, query), body)
        if answer.status not in {200, 202}:
            raise UnexpectedAnswerError(f"DELETE {path}: {answer.status}: {answer.body}")
        return answer.body

    def exists(self, path: str) -> bool:
        """Whether GET finds it."""
        return self.request("GET", path).status == 200

    @contextmanager
    def watch(self, path: str, **query: str) -> Iterator[Iterator[Any]]:
        """An open watch; its events end after 20 s without one, or when the server ends it."""
        response = self._pool.request(
            "GET",
            self.server + with_query(path, {"watch": "true", **query}),
            headers=self._headers,
            preload_content=False,
            timeout=urllib3.Timeout(connect=5, read=WATCH_SECONDS),
        )
        try:
            yield (json.loads(line) for line in _lines(response))
        finally:
            response.close()
            response.release_conn()

    def close(self) -> None:
        """Closes the connections."""
        self._pool.clear()


def with_query(path: str, query: Mapping[str, str]) -> str:
    """The path with (more) query parameters."""
    if not query:
        return path
    return path + ("&" if "?" in path else "?") + urlencode(query)


def eventually(look: Callable[[], T], *, what: str, seconds: float = 30) -> T:
    """Calls ``look`` every 50 ms until it gives something true, and returns that."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.05)
    return found


def _current(config: JsonObject, what: str) -> JsonObject:
    context = next(c for c in config["contexts"] if c["name"] == config["current-context"])
    name = context["context"][what]
    entry: JsonObject = next(e for e in config[f"{what}s"] if e["name"] == name)[what]
    return entry


def _tls(cluster: JsonObject, user: JsonObject) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=_pem(cluster, "certificate-authority").decode())
    if "client-certificate" in user or "client-certificate-data" in user:
        with tempfile.NamedTemporaryFile() as file:
            file.write(_pem(user, "client-certificate") + b"\n" + _pem(user, "client-key"))
            file.flush()
            context.load_cert_chain(file.name)
    return context


def _pem(entry: JsonObject, field: str) -> bytes:
    if f"{field}-data" in entry:
        return base64.b64decode(entry[f"{field}-data"])
    return Path(entry[field]).read_bytes()


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")


def _lines(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    buffer = b""
    try:
        for chunk in response.stream(65536):
            *lines, buffer = (buffer + chunk).split(b"\n")
            yield from (line for line in lines if line)
    except urllib3.exceptions.ReadTimeoutError:
        return
