"""From a request's body to an object of the kind: what can't be read, what is unknown. Pure."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from sandbox.api import statuses
from sandbox.api.kinds import Kind
from sandbox.api.quantities import canonical_quantity
from sandbox.api.structure import PRESERVE, WrongType, field_schema, prune, wrong_types
from sandbox.client import ApiError, Object

_GO_TYPES = {
    "integer": "int32",
    "boolean": "bool",
    "array": "[]string",
    "object": "map[string]string",
}
_GO_ACTUAL = {"integer": "number", "boolean": "bool"}
_TYPED = {
    "integer": "numeric (int or float)",
    "number": "numeric (int or float)",
    "string": "string",
    "boolean": "boolean",
    "array": "list",
    "object": "map",
}
_MOST_WARNINGS = 20
_ENCODED: dict[str, Callable[[WrongType], str]] = {
    "byte": lambda wrong: f"illegal base64 data at input byte {wrong.actual}",
    "date-time": lambda wrong: f"parsing time {wrong.actual!r}: it is not as in RFC 3339",
}
"""What is a text in JSON and something else in Go, and what is said about one that is not."""


class FieldValidation(StrEnum):
    """What a request wants to happen with fields that the schema does not know."""

    STRICT = "Strict"
    WARN = "Warn"
    IGNORE = "Ignore"


def decode(body: Any, kind: Kind, wanted: str) -> tuple[Object, list[str]]:
    """The object in a body, reduced to what its schema knows, and warnings. Pure.

    Args:
        body: the JSON value.
        kind: what it should be.
        wanted: a checked fieldValidation; "" means Warn.

    Raises:
        ApiError: 400 when it is no object of this kind, has a value of the wrong type (built-in
            kinds and metadata), or an unknown field under Strict.
    """
    obj = _recognised(body, kind)
    _check_types(obj, kind)
    obj = _with_zeros(obj, kind)
    kept, unknown = prune(obj, _known_fields(obj, kind))
    validation = FieldValidation(wanted or FieldValidation.WARN)
    sentences = [f'unknown field "{path}"' for path in sorted(unknown)]
    if sentences and validation is FieldValidation.STRICT:
        raise statuses.bad_request(
            f"{_prefix(obj, kind)}strict decoding error: {', '.join(sentences[:_MOST_WARNINGS])}"
        )
    warnings = sentences[:_MOST_WARNINGS] if validation is FieldValidation.WARN else []
    return canonical_object(kept, kind), warnings


def decode_for_apply(body: Object, kind: Kind) -> Object:
    """The object in an apply, with every empty list and map that it names. Pure.

    Raises:
        ApiError: 400 when it is no object of this kind, 500 when it does not fit its schema.
    """
    obj = _recognised(body, kind)
    found = (wrong for wrong in wrong_types(obj, kind.schema) if wrong.wanted not in _ENCODED)
    if wrong := next(found, None):
        wanted = _TYPED.get(wrong.wanted, "scalar")
        raise not_typed(obj, f".{wrong.path}: expected {wanted}, got {_TYPED[wrong.actual]}")
    kept, unknown = prune(obj, kind.schema, keeps_nulls=True)
    if unknown:
        raise not_typed(obj, f".{unknown[0]}: field not declared in schema")
    applied: Object = kept
    return applied


def not_typed(obj: Object, why: str) -> ApiError:
    """500: an apply that does not fit the schema is refused so, and not with 400. Pure."""
    gvk = f"{statuses.group_version(obj)}, Kind={obj['kind']}"
    message = f"failed to create typed patch object ({_named(obj)}; {gvk}): {why}"
    return statuses.error(500, "", message)


def converted(obj: Object, kind: Kind, applied: Object) -> Object:
    """What an apply made of an object, as it is stored. Pure.

    Args:
        obj: what was made.
        kind: of which kind it is.
        applied: what was wanted; errors name this.

    Raises:
        ApiError: 500 for a text that stands for something that it is not: base64, time, amount.
    """
    try:
        _check_types(obj, kind)
        kept, _ = prune(_with_zeros(obj, kind), kind.schema)
        return canonical_object(kept, kind)
    except ApiError as problem:
        gvk = f"{statuses.group_version(obj)}, Kind={obj['kind']}"
        message = (
            f"failed to convert new object ({_named(applied)}; {gvk}) to proper version: unable to "
            f"convert unstructured object to {gvk}: error decoding from json: {problem.message}"
        )
        raise statuses.error(500, "", message) from problem


def _named(obj: Object) -> str:
    metadata = obj["metadata"] if isinstance(obj["metadata"], dict) else {}
    return f"{metadata.get('namespace', '')}/{metadata.get('name', '')}"


def canonical_object(obj: Object, kind: Kind) -> Object:
    """An object as it is stored; custom kinds keep all but metadata as it was written. Pure."""
    if kind.is_custom:
        metadata = canonical(obj["metadata"], kind.schema["properties"]["metadata"])
        return obj | {"metadata": metadata}
    try:
        filled: Object = canonical(obj, kind.schema)
    except ValueError as problem:
        raise statuses.bad_request(f"{_prefix(obj, kind)}{problem}") from problem
    if obj["metadata"].get("managedFields") == []:
        # Unlike no list, an empty one asks to forget all managers.
        return filled | {"metadata": filled["metadata"] | {"managedFields": []}}
    return filled


def _prefix(obj: Object, kind: Kind) -> str:
    version = str(obj.get("apiVersion", "")).rpartition("/")[2]
    return f'{obj["kind"]} in version "{version}" cannot be handled as a {kind.kind}: '


def _recognised(body: Any, kind: Kind) -> Object:
    unrecognised = f"the object provided is unrecognized (must be of type {kind.kind}): "
    if not isinstance(body, dict):
        raise statuses.bad_request(f"{unrecognised}couldn't get version/kind; json parse error")
    if not kind.is_custom:
        body = {"apiVersion": kind.api_version, "kind": kind.kind} | body
    if not body.get("kind"):
        raise statuses.bad_request(f"{unrecognised}Object 'Kind' is missing")
    api_version = str(body.get("apiVersion", ""))
    # That an object is not of this custom kind is told with all that is wrong with it.
    if not kind.is_custom and (body["kind"], api_version) != (kind.kind, kind.api_version):
        raise statuses.bad_request(
            f"{body['kind']} in version {statuses.shown(api_version)} cannot be handled as a "
            f"{kind.kind}: no kind {statuses.shown(body['kind'])} is registered for version "
            f'{statuses.shown(api_version)} in scheme "pkg/runtime/scheme.go:111"'
        )
    return {"metadata": {}} | {k: v for k, v in body.items() if v is not None}


def _known_fields(obj: Object, kind: Kind) -> Object:
    """The schema of an object; of one that is not of this custom kind only metadata is known."""
    group = str(obj.get("apiVersion", "")).rpartition("/")[0]
    if not kind.is_custom or (group, obj["kind"]) == (kind.group, kind.kind):
        return kind.schema
    return {"properties": {"metadata": kind.schema["properties"]["metadata"]}, PRESERVE: True}


def _check_types(obj: Object, kind: Kind) -> None:
    """Custom kinds are decoded without types, except for their metadata."""
    schema, value = kind.schema, obj
    if kind.is_custom:
        schema, value = schema["properties"]["metadata"], obj["metadata"]
    wrong = next(wrong_types(value, schema), None)
    if wrong:
        actual = _GO_ACTUAL.get(wrong.actual, wrong.actual)
        if wrong.wanted in _ENCODED:
            raise statuses.bad_request(f"{_prefix(obj, kind)}{_ENCODED[wrong.wanted](wrong)}")
        go_type = _GO_TYPES.get(wrong.wanted, wrong.wanted)
        raise statuses.bad_request(
            f"{_prefix(obj, kind)}json: cannot unmarshal {actual} into Go struct field "
            f"{wrong.struct}.{wrong.path} of type {go_type}"
        )


def _with_zeros(obj: Object, kind: Kind) -> Object:
    """An object whose typed part has no null in a map of texts or amounts, as Go reads it."""
    if not kind.is_custom:
        filled: Object = _filled(obj, kind.schema)
        return filled
    metadata = _filled(obj["metadata"], kind.schema["properties"]["metadata"])
    return obj | {"metadata": metadata}


def _filled(value: Any, schema: Object) -> Any:
    match value:
        case dict():
            zero = _zero(schema.get("additionalProperties"))
            return {
                k: zero if v is None else _filled(v, field_schema(schema, k) or {})
                for k, v in value.items()
            }
        case list():
            return [_filled(item, schema.get("items", {})) for item in value]
        case _:
            return value


def _zero(values: Any) -> str | None:
    """What Go makes of a null among values of this schema; None if that is left out."""
    if not isinstance(values, dict):
        return None
    if values.get("x-quantity"):
        return "0"
    return "" if values.get("type") == "string" else None


def _is_omitted(value: Any, schema: Object) -> bool:
    """Whether Go leaves a field out as empty: lists and maps, but no structures. Pure."""
    return value == [] or (value == {} and "additionalProperties" in schema)


def canonical(value: Any, schema: Object) -> Any:
    """A value of a built-in kind with its quantities in Kubernetes' canonical form. Pure.

    Raises:
        ValueError: for a quantity that is none.
    """
    if schema.get("x-quantity"):
        return canonical_quantity(str(value))
    match value:
        case dict():
            needed = schema.get("required", ())
            nested = {k: field_schema(schema, k) or {} for k in value}
            filled = {k: canonical(v, nested[k]) for k, v in value.items()}
            return {k: v for k, v in filled.items() if k in needed or not _is_omitted(v, nested[k])}
        case list():
            items = schema.get("items", {})
            # Go reads a null in a list as an empty structure or text.
            empty: Any = {"object": {}, "string": ""}.get(items.get("type", ""))
            return [canonical(empty if item is None else item, items) for item in value]
        case _:
            return value
