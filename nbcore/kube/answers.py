"""What the API server's answer means: a status code and a body become one of our errors. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from nbcore.errors import (
    AlreadyExistsError,
    BusyError,
    ClusterError,
    ConflictError,
    ExpiredError,
    ForbiddenError,
    InvalidObjectError,
    NotFoundError,
    ServerError,
    UnauthorizedError,
    status_causes,
)
from nbcore.names import JsonObject

_PLAIN: Mapping[int, type[ClusterError]] = {
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    410: ExpiredError,
}


def decoded(body: bytes, *, request: str) -> JsonObject:
    """The JSON object of a successful answer. Pure.

    Raises:
        ServerError: it is none, for example the page of a proxy in between.
    """
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise ServerError("The answer is no JSON.", request=request) from error
    if not isinstance(answer, dict):
        raise ServerError("The answer is no JSON object.", request=request)
    return answer


def error_of(code: int, headers: Mapping[str, str], body: bytes, *, request: str) -> ClusterError:
    """The error for an answer that is no success. Pure."""
    try:
        status = decoded(body, request=request)
    except ServerError:
        # What stands between us and the server may echo our headers: its text is not shown.
        status = {}
    return error_of_status({**status, "code": code}, request=request, headers=headers)


def error_of_status(
    status: JsonObject, *, request: str, headers: Mapping[str, str] | None = None
) -> ClusterError:
    """The error for a Status object, which a watch also sends as an ERROR event. Pure."""
    code = _code(status)
    reason = str(status.get("reason") or "")
    message = str(status.get("message") or _phrase(code))
    known: dict[str, Any] = {"code": code, "reason": reason, "request": request}
    if code in {400, 422}:
        return InvalidObjectError(message, causes=status_causes(status), **known)
    if code == HTTPStatus.CONFLICT:
        is_there = reason == "AlreadyExists"
        return (AlreadyExistsError if is_there else ConflictError)(message, **known)
    # After its start a server says 503 for kinds of CRDs that it has not read yet.
    if code in {429, 503}:
        return BusyError(message, retry_after=_retry_after(status, headers or {}), **known)
    return _PLAIN.get(code, ServerError)(message, **known)


def _code(status: JsonObject) -> int:
    code = status.get("code")
    return code if isinstance(code, int) else HTTPStatus.INTERNAL_SERVER_ERROR


def _phrase(code: int) -> str:
    known = code in set(HTTPStatus)
    return f"HTTP {code} {HTTPStatus(code).phrase}" if known else f"HTTP {code}"


def _retry_after(status: JsonObject, headers: Mapping[str, str]) -> float:
    details = status.get("details") or {}
    for said in (headers.get("Retry-After"), details.get("retryAfterSeconds")):
        if str(said).isdecimal():
            return float(str(said))
    return 1.0
