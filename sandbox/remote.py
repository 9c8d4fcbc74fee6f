"""The client for an API server elsewhere: JSON over HTTPS."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohttp

from sandbox.client import MERGE_PATCH, ApiError, EventType, Object, WatchEvent
from sandbox.credentials import Credentials

_JSON = "application/json"
# Seconds. A watch is ended by the server after the first; one that hears nothing for so long as
# the second, though there are bookmarks each minute, has lost its other end.
_WATCH = 300
_SILENCE = 150
_ANSWER = aiohttp.ClientTimeout(total=30)


class RemoteClient:
    """A Client over HTTPS. A connection that fails is a ConnectionError, as for any socket."""

    def __init__(self, http: aiohttp.ClientSession, credentials: Credentials) -> None:
        self._http = http
        self._server = credentials.server
        self._tls = credentials.tls

    async def get(self, path: str) -> Object:
        """The object at this path."""
        return await self._ask("GET", path)

    async def list(
        self, path: str, *, label_selector: str = "", field_selector: str = ""
    ) -> tuple[list[Object], str]:
        """The objects of a collection and its resourceVersion."""
        query = {"labelSelector": label_selector, "fieldSelector": field_selector}
        body = await self._ask("GET", path, query={k: v for k, v in query.items() if v})
        # A real server says null for no items.
        return body["items"] or [], body["metadata"]["resourceVersion"]

    async def create(self, path: str, obj: Object) -> Object:
        """Make an object."""
        return await self._ask("POST", path, obj)

    async def update(self, path: str, obj: Object) -> Object:
        """Replace an object."""
        return await self._ask("PUT", path, obj)

    async def patch(
        self, path: str, patch: Object | Sequence[Object], *, content_type: str = MERGE_PATCH
    ) -> Object:
        """Change an object."""
        return await self._ask("PATCH", path, patch, content_type=content_type)

    async def delete(
        self, path: str, *, uid: str = "", grace_period_seconds: int | None = None
    ) -> Object:
        """Delete an object."""
        options: Object = {"apiVersion": "v1", "kind": "DeleteOptions"}
        if uid:
            options["preconditions"] = {"uid": uid}
        if grace_period_seconds is not None:
            options["gracePeriodSeconds"] = grace_period_seconds
        return await self._ask("DELETE", path, options)

    async def watch(self, path: str, *, resource_version: str) -> AsyncIterator[WatchEvent]:
        """Follow a collection; ends with an ERROR event when the version is too old."""
        query = {
            "watch": "true",
            "resourceVersion": resource_version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(_WATCH),
        }
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=_SILENCE)
        with _failures(path):
            async with self._http.get(
                self._server + path, params=query, ssl=self._tls, timeout=timeout
            ) as answer:
                await _refuse(answer)
                try:
                    async for line in _lines(answer.content):
                        event = json.loads(line)
                        yield WatchEvent(EventType(event["type"]), event["object"])
                finally:
                    _cut(answer)

    async def _ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        content_type: str = _JSON,
    ) -> Object:
        with _failures(path):
            async with self._http.request(
                method,
                self._server + path,
                params=query,
                data=None if body is None else json.dumps(body).encode(),
                headers={"Content-Type": content_type},
                ssl=self._tls,
                timeout=_ANSWER,
            ) as answer:
                await _refuse(answer)
                found: Object = await answer.json()
                return found


def _cut(answer: aiohttp.ClientResponse) -> None:
    """End a connection that was left halfway, without TLS' farewell: it could outlive the loop."""
    if answer.connection is not None and answer.connection.transport is not None:
        answer.connection.transport.abort()


@asynccontextmanager
async def connected(credentials: Credentials) -> AsyncIterator[RemoteClient]:
    """A client for as long as the context lasts."""
    headers = {"Accept": _JSON, "User-Agent": "oneblock-sandbox-node"}
    if credentials.token:
        headers["Authorization"] = f"Bearer {credentials.token}"
    # Each watch holds a connection for itself.
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        connector=connector, headers=headers, cookie_jar=aiohttp.DummyCookieJar()
    ) as http:
        yield RemoteClient(http, credentials)


@contextmanager
def _failures(path: str) -> Iterator[None]:
    """Not all errors of aiohttp are those of a socket; callers know the latter."""
    try:
        yield
    except (aiohttp.ClientError, ValueError) as error:
        raise ConnectionError(f"{path}: {str(error) or type(error).__name__}") from error


async def _refuse(answer: aiohttp.ClientResponse) -> None:
    if answer.ok:
        return
    text = await answer.text(errors="replace")
    try:
        status = json.loads(text)
    except ValueError:
        status = {}
    body: Object = status if isinstance(status, dict) else {}
    message = body.get("message") or text[:200] or f"HTTP {answer.status}"
    raise ApiError(answer.status, body.get("reason", ""), message, body)


async def _lines(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Whole lines; the reader's own method has a longest one."""
    rest = b""
    async for chunk in content.iter_any():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line:
                yield line
