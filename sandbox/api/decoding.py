"""From a request's body to an object of the kind: what can't be read, what is unknown. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sandbox.api import statuses
from sandbox.api.kinds import Kind
from sandbox.api.quantities import canonical_quantity
from sandbox.api.structure import field_schema, prune, wrong_types
from sandbox.client import Object

_GO_TYPES = {
    "integer": "int32",
    "boolean": "bool",
    "array": "[]string",
    "object": "map[string]string",
}
_MOST_WARNINGS = 20


class FieldValidation(StrEnum):
    """What a request wants to happen with fields that the schema does not know."""

    STRICT = "Strict"
    WARN = "Warn"
    IGNORE = "Ignore"


def field_validation(text: str) -> FieldValidation:
    """The choice in a query; the server warns when nothing is said. Pure.

    Raises:
        ApiError: 422-like 400 for another word.
    """
    try:
        return FieldValidation(text or FieldValidation.WARN)
    except ValueError:
        raise statuses.bad_request(
            f'fieldValidation parameter unsupported: "{text[:40]}"'
        ) from None


def decode(body: Any, kind: Kind, validation: FieldValidation) -> tuple[Object, list[str]]:
    """The object in a body, reduced to what its schema knows, and warnings. Pure.

    Raises:
        ApiError: 400 when it is no object of this kind, has a value of the wrong type (built-in
            kinds and metadata), or an unknown field under Strict.
    """
    obj = _recognised(body, kind)
    _check_types(obj, kind)
    kept, unknown = prune(obj, kind.schema)
    sentences = [f'unknown field "{path}"' for path in sorted(unknown)]
    if sentences and validation is FieldValidation.STRICT:
        raise statuses.bad_request(
            f"{_prefix(kind)}strict decoding error: {', '.join(sentences[:_MOST_WARNINGS])}"
        )
    warnings = sentences[:_MOST_WARNINGS] if validation is FieldValidation.WARN else []
    return (kept if kind.is_custom else canonical(kept, kind.schema)), warnings


def _prefix(kind: Kind) -> str:
    return f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}: '


def _recognised(body: Any, kind: Kind) -> Object:
    unrecognised = f"the object provided is unrecognized (must be of type {kind.kind}): "
    if not isinstance(body, dict):
        raise statuses.bad_request(f"{unrecognised}couldn't get version/kind; json parse error")
    if not body.get("kind"):
        raise statuses.bad_request(f"{unrecognised}Object 'Kind' is missing")
    api_version = str(body.get("apiVersion", ""))
    if body["kind"] != kind.kind or api_version != kind.api_version:
        raise statuses.bad_request(
            f"{body['kind']} in version {statuses.shown(api_version)} cannot be handled as a "
            f"{kind.kind}: no kind {statuses.shown(body['kind'])} is registered for version "
            f"{statuses.shown(api_version)}"
        )
    obj = {k: v for k, v in body.items() if v is not None}
    return {"metadata": {}} | obj


def _check_types(obj: Object, kind: Kind) -> None:
    """Custom kinds are decoded without types, except for their metadata."""
    schema = kind.schema
    if kind.is_custom:
        schema = {"properties": {"metadata": schema["properties"]["metadata"]}}
    for path, actual, wanted in wrong_types(obj, schema):
        go_type = _GO_TYPES.get(wanted, wanted)
        raise statuses.bad_request(
            f"{_prefix(kind)}json: cannot unmarshal {actual} into Go struct field "
            f"{kind.kind}.{path} of type {go_type}"
        )


def canonical(value: Any, schema: Object) -> Any:
    """A value of a built-in kind with its quantities in Kubernetes' canonical form. Pure.

    Raises:
        ApiError: 400 for a quantity that is none.
    """
    if schema.get("x-quantity"):
        try:
            return canonical_quantity(str(value))
        except ValueError as problem:
            raise statuses.bad_request(f"unable to parse quantity's suffix: {problem}") from problem
    match value:
        case dict():
            return {k: canonical(v, field_schema(schema, k) or {}) for k, v in value.items()}
        case list():
            return [canonical(item, schema.get("items", {})) for item in value]
        case _:
            return value
