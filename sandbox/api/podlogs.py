"""The log subresource of pods: a query for the node, its answer as plain text."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

from aiohttp import web

from sandbox.api import statuses
from sandbox.api.context import Call
from sandbox.client import ApiError
from sandbox.logs import LogQuery, PodLogs

_MOST = 2**31


async def stream(http: web.BaseRequest, call: Call, logs: PodLogs | None) -> web.StreamResponse:
    """Send a log as it is written.

    Raises:
        ApiError: before anything was sent.
    """
    call.stored()
    if logs is None:
        raise statuses.bad_request("this server has no node, and so no logs")
    pieces = aiter(logs.read(call.namespace, call.name, log_query(call)))
    first = await anext(pieces, b"")
    response = web.StreamResponse(headers={"Content-Type": "text/plain; charset=utf-8"})
    await response.prepare(http)
    # Once it has begun, the only way to say that something went wrong is to end.
    with contextlib.suppress(ConnectionError, ApiError):
        await response.write(first)
        async for piece in pieces:
            await response.write(piece)
        await response.write_eof()
    return response


def log_query(call: Call) -> LogQuery:
    """What the parameters of a request ask for.

    Raises:
        ApiError: 400 for one that can't be read.
    """
    request = call.request
    return LogQuery(
        container=request.query.get("container", ""),
        follow=request.flag("follow"),
        previous=request.flag("previous"),
        timestamps=request.flag("timestamps"),
        tail_lines=_amount(call, "tailLines"),
        limit_bytes=_amount(call, "limitBytes"),
        since=_since(call),
    )


def _amount(call: Call, name: str) -> int | None:
    amount = call.request.number(name)
    if amount is not None and not 0 <= amount < _MOST:
        raise statuses.bad_request(f"{name}: Invalid value: {amount}: must be greater than 0")
    return amount


def _since(call: Call) -> datetime | None:
    seconds = _amount(call, "sinceSeconds")
    if seconds is not None:
        return call.world.clock() - timedelta(seconds=seconds)
    text = call.request.query.get("sinceTime", "")
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise statuses.bad_request(f"sinceTime: {statuses.shown(text[:40])} is no time") from None
