"""The options that every write takes: dryRun, fieldValidation, propagationPolicy. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.api import statuses
from sandbox.api.request import Request, Verb
from sandbox.api.statuses import Cause, CauseType, shown

_NAMES = {
    Verb.CREATE: "CreateOptions",
    Verb.UPDATE: "UpdateOptions",
    Verb.PATCH: "PatchOptions",
    Verb.DELETE: "DeleteOptions",
    Verb.DELETE_COLLECTION: "DeleteOptions",
}
_FIELD_VALIDATIONS = ("", "Ignore", "Strict", "Warn")
_POLICIES = ("Foreground", "Background", "Orphan", "nil")


def check_options(request: Request) -> None:
    """Nothing, if a write's options can be understood.

    Raises:
        ApiError: 422 as the API server words it.
    """
    name = _NAMES.get(request.target.verb)
    causes = list(_causes(request)) if name else []
    if name and causes:
        raise statuses.invalid_options(name, causes)


def _causes(request: Request) -> Iterator[Cause]:
    dry_run = request.query.get("dryRun", "")
    if dry_run not in {"", "All"}:
        yield _unsupported("dryRun", [dry_run[:40]], ("All",))
    validation = request.query.get("fieldValidation", "")
    if validation not in _FIELD_VALIDATIONS:
        yield _unsupported("fieldValidation", validation[:40], _FIELD_VALIDATIONS)
    policy = delete_option(request, "propagationPolicy")
    if policy is not None and policy not in _POLICIES[:3]:
        yield _unsupported("propagationPolicy", str(policy)[:40], _POLICIES)


def _unsupported(field: str, value: Any, supported: tuple[str, ...]) -> Cause:
    choices = ", ".join(f'"{choice}"' for choice in supported)
    sentence = f"Unsupported value: {shown(value)}: supported values: {choices}"
    return Cause(CauseType.NOT_SUPPORTED, field, sentence)


def delete_option(request: Request, name: str) -> Any:
    """An option of a delete, from its body or else its query; None when it is not given. Pure."""
    if request.target.verb not in {Verb.DELETE, Verb.DELETE_COLLECTION}:
        return None
    body = request.body if isinstance(request.body, dict) else {}
    if body.get(name) is not None:
        return body[name]
    return request.query.get(name)
