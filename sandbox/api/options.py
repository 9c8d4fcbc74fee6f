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
    dry_run = write_option(request, "dryRun") or "All"
    if dry_run not in ("All", ["All"]):
        values = dry_run if isinstance(dry_run, list) else [dry_run]
        yield _unsupported("dryRun", [str(value)[:40] for value in values[:9]], ("All",))
    validation = request.query.get("fieldValidation", "")
    if validation not in _FIELD_VALIDATIONS:
        yield _unsupported("fieldValidation", validation[:40], _FIELD_VALIDATIONS)
    is_delete = _NAMES.get(request.target.verb) == "DeleteOptions"
    policy = write_option(request, "propagationPolicy") if is_delete else None
    if policy is not None and policy not in _POLICIES[:3]:
        yield _unsupported("propagationPolicy", str(policy)[:40], _POLICIES)


def _unsupported(field: str, value: Any, supported: tuple[str, ...]) -> Cause:
    choices = ", ".join(f'"{choice}"' for choice in supported)
    sentence = f"Unsupported value: {shown(value)}: supported values: {choices}"
    return Cause(CauseType.NOT_SUPPORTED, field, sentence)


def write_option(request: Request, name: str) -> Any:
    """An option of a write; None when it is not given.

    A delete that has a body has its options there, and its query is not looked at. Pure.
    """
    is_delete = request.target.verb in {Verb.DELETE, Verb.DELETE_COLLECTION}
    if is_delete and isinstance(request.body, dict):
        return request.body.get(name)
    return request.query.get(name)
