"""The HTTP shell: bytes in, bytes out; everything that decides is elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from sandbox.api import (
    authentication,
    authorization,
    discovery,
    openapi,
    pipeline,
    podlogs,
    statuses,
    tables,
)
from sandbox.api.bodies import MOST_BYTES, PATCHES, parse_body
from sandbox.api.context import Reply, World
from sandbox.api.request import Request, User, Verb, asked_target, parse_target
from sandbox.api.store import encode
from sandbox.api.watches import Watch
from sandbox.client import ApiError
from sandbox.logs import PodLogs

_LOG = logging.getLogger(__name__)
_JSON = {"Content-Type": "application/json", "Cache-Control": "no-cache, private"}
_HEALTH = frozenset({"/healthz", "/livez", "/readyz"})


class HttpApi:
    """Answers requests; knows the watches that are open, so that a stop can end them."""

    def __init__(self, world: World, logs: PodLogs | None) -> None:
        self._world = world
        self._logs = logs
        self._watches: set[Watch] = set()

    def close(self) -> None:
        """End every watch."""
        for watch in tuple(self._watches):
            watch.close()

    async def __call__(self, http: web.BaseRequest) -> web.StreamResponse:
        """The answer to one request; whatever it holds, the server goes on."""
        try:
            return await self._answer(http)
        except ApiError as problem:
            return _error(problem)
        except RecursionError:
            return _error(statuses.bad_request("the request is nested too deeply"))
        except sqlite3.Error:
            _LOG.exception("storage failed")
            message = "the storage of the sandbox failed: is the disk full?"
            return _error(statuses.error(503, "ServiceUnavailable", message))
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception:  # noqa: BLE001 a request may never end the server
            _LOG.exception("%s %s failed", http.method, http.path)
            return _error(statuses.internal_error())

    async def _answer(self, http: web.BaseRequest) -> web.StreamResponse:
        user = self._user(http)
        query = dict(http.query)
        target = parse_target(http.method, http.raw_path.partition("?")[0], query)
        if target is None:
            return self._answer_path(http, user)
        request = Request(
            target=target,
            user=user,
            query=query,
            accept=http.headers.get("Accept", ""),
            user_agent=http.headers.get("User-Agent", ""),
        )
        if target.verb is Verb.WATCH:
            return await self._stream_watch(http, request)
        if target.verb is Verb.GET and target.subresource == "log":
            return await podlogs.stream(http, pipeline.call_of(self._world, request), self._logs)
        # Before the body is read: strangers send nothing.
        authorization.authorise(self._world.roles, user, asked_target(target, query))
        if target.verb.is_write:
            request = await _with_body(http, request)
        return _response(tables.shown(pipeline.handle(self._world, request), request, self._world))

    def _user(self, http: web.BaseRequest) -> User:
        transport = http.transport
        certificate = transport.get_extra_info("peercert") if transport else None
        user = authentication.authenticate(
            http.headers.get("Authorization", ""), certificate, self._world.tokens
        )
        authentication.refuse_unknown_impersonation(http.headers)
        name = http.headers.get("Impersonate-User", "")
        groups = http.headers.getall("Impersonate-Group", [])
        return authentication.impersonate(self._world.roles, user, name, groups)

    def _answer_path(self, http: web.BaseRequest, user: User) -> web.Response:
        path = http.path
        authorization.authorise_path(self._world.roles, user, http.method, path)
        if http.method not in {"GET", "HEAD"}:
            raise statuses.method_not_allowed()
        if path.rstrip("/") in _HEALTH or path.startswith(("/livez/", "/readyz/")):
            return web.Response(text="ok")
        kinds = list(self._world.registry.kinds())
        found = discovery.document(path, kinds) or openapi.document(path, kinds)
        if found is None:
            raise statuses.no_such_resource()
        return web.Response(body=encode(found), headers=_JSON)

    async def _stream_watch(self, http: web.BaseRequest, request: Request) -> web.StreamResponse:
        watch = pipeline.watch(self._world, request)
        self._watches.add(watch)
        try:
            response = web.StreamResponse(headers=_JSON)
            await response.prepare(http)
            show = tables.event_writer(request, watch.kind, self._world.clock)
            # Whoever hangs up ends the watch; there is nobody left to tell about it.
            with contextlib.suppress(ConnectionError):
                async for kind, obj, raw in watch.events():
                    await response.write(show(kind, obj, raw))
                await response.write_eof()
            return response
        finally:
            watch.close()
            self._watches.discard(watch)


async def _with_body(http: web.BaseRequest, request: Request) -> Request:
    content_type = http.content_type if "Content-Type" in http.headers else "application/json"
    raw = await _read(http)
    verb = request.target.verb
    if not raw and verb in {Verb.DELETE, Verb.DELETE_COLLECTION}:
        return request
    if verb is Verb.PATCH and content_type not in PATCHES:
        raise statuses.unsupported_media_type(PATCHES)
    body = parse_body(raw, content_type)
    return replace(request, body=body, content_type=content_type)


async def _read(http: web.BaseRequest) -> bytes:
    """The body, as long as it is no longer than the limit."""
    if (http.content_length or 0) > MOST_BYTES:
        raise statuses.too_large(MOST_BYTES)
    pieces = bytearray()
    async for piece in http.content.iter_any():
        pieces += piece
        if len(pieces) > MOST_BYTES:
            raise statuses.too_large(MOST_BYTES)
    return bytes(pieces)


def _response(reply: Reply) -> web.Response:
    response = web.Response(body=reply.raw or encode(reply.body), status=reply.code, headers=_JSON)
    return _with_warnings(response, reply.warnings)


def _with_warnings(response: web.Response, warnings: tuple[str, ...]) -> web.Response:
    for warning in warnings:
        response.headers.add("Warning", f"299 - {json.dumps(warning)}")
    return response


def _error(problem: ApiError) -> web.Response:
    if not problem.body:
        return web.Response(text=f"{problem.message}\n", status=problem.code)
    headers: Mapping[str, str] = _JSON
    seconds = (problem.body.get("details") or {}).get("retryAfterSeconds")
    if seconds:
        headers = {**_JSON, "Retry-After": str(seconds)}
    response = web.Response(body=encode(problem.body), status=problem.code, headers=headers)
    return _with_warnings(response, problem.warnings)
