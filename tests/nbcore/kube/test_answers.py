from __future__ import annotations

import json

import pytest

from nbcore import errors
from nbcore.errors import BusyError, Cause, ClusterError, InvalidObjectError, ServerError
from nbcore.kube.answers import decoded, error_of, error_of_status


def _status(code: int, reason: str = "", **more: object) -> bytes:
    return json.dumps({"kind": "Status", "code": code, "reason": reason, **more}).encode()


@pytest.mark.parametrize(
    ("code", "reason", "expected"),
    [
        (400, "BadRequest", errors.InvalidObjectError),
        (401, "Unauthorized", errors.UnauthorizedError),
        (403, "Forbidden", errors.ForbiddenError),
        (404, "NotFound", errors.NotFoundError),
        (409, "AlreadyExists", errors.AlreadyExistsError),
        (409, "Conflict", errors.ConflictError),
        (410, "Expired", errors.ExpiredError),
        (422, "Invalid", errors.InvalidObjectError),
        (429, "TooManyRequests", errors.BusyError),
        (500, "InternalError", errors.ServerError),
        (503, "ServiceUnavailable", errors.BusyError),
        (302, "", errors.ServerError),
        (999, "", errors.ServerError),
    ],
)
def test_given_an_answer_when_it_is_no_success_then_its_error_is(
    code: int, reason: str, expected: type[ClusterError]
) -> None:
    error = error_of(code, {}, _status(code, reason, message="no"), request="GET /x")

    assert type(error) is expected
    assert (error.code, error.reason, error.message, error.request) == (
        code,
        reason,
        "no",
        "GET /x",
    )


def test_given_all_errors_when_answers_are_mapped_then_each_has_one() -> None:
    reachable = {
        type(error_of(code, {}, _status(code, reason), request=""))
        for code in range(300, 600)
        for reason in ("", "AlreadyExists")
    }

    assert reachable == set(ClusterError.__subclasses__()) - {errors.UnreachableError}


def test_given_causes_when_the_object_is_invalid_then_they_are_kept() -> None:
    causes = [{"field": "spec.x", "message": "Required value"}]
    body = _status(422, "Invalid", details={"causes": causes})

    error = error_of(422, {}, body, request="POST /x")

    assert isinstance(error, InvalidObjectError)
    assert error.causes == (Cause("spec.x", "Required value"),)


@pytest.mark.parametrize(
    ("headers", "details", "seconds"),
    [
        pytest.param({"Retry-After": "7"}, {}, 7, id="header"),
        pytest.param({}, {"retryAfterSeconds": 3}, 3, id="details"),
        pytest.param({}, {}, 1, id="neither"),
        pytest.param({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, {}, 1, id="a date"),
        pytest.param({"Retry-After": "-5"}, {}, 1, id="negative"),
    ],
)
def test_given_a_busy_server_when_it_says_how_long_then_that_is_kept(
    headers: dict[str, str], details: dict[str, object], seconds: float
) -> None:
    error = error_of(429, headers, _status(429, details=details), request="")

    assert isinstance(error, BusyError)
    assert error.retry_after == seconds


def test_given_a_page_of_a_proxy_when_it_echoes_a_token_then_it_is_not_shown() -> None:
    error = error_of(502, {}, b"<html>Authorization: Bearer very-secret</html>", request="GET /x")

    assert str(error) == "HTTP 502 Bad Gateway"


@pytest.mark.parametrize("status", [{}, {"code": "410"}, {"code": None, "details": None}])
def test_given_a_strange_status_in_a_watch_when_mapped_then_it_is_a_server_error(
    status: dict[str, object],
) -> None:
    assert type(error_of_status(status, request="GET /x")) is ServerError


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"\xff"])
def test_given_a_success_without_json_when_decoded_then_it_is_a_server_error(body: bytes) -> None:
    with pytest.raises(ServerError):
        decoded(body, request="GET /x")
