"""Objects against their structural schemas: what is dropped, and what is filled in. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.client import Object

PRESERVE = "x-kubernetes-preserve-unknown-fields"
INT_OR_STRING = "x-kubernetes-int-or-string"


def lets_all_through(schema: Object) -> bool:
    """Whether unknown fields are kept at this place. Pure."""
    return bool(schema.get(PRESERVE)) or not (schema.keys() & {"type", "properties"})


def field_schema(schema: Object, name: str) -> Object | None:
    """The schema of one field of an object; None when the field is not known. Pure."""
    known: Object | None = schema.get("properties", {}).get(name)
    if known is not None:
        return known
    values = schema.get("additionalProperties")
    return values if isinstance(values, dict) else ({} if values is True else None)


def child_path(path: str, name: str) -> str:
    """The path of a field as messages write it. Pure."""
    return f"{path}.{name}" if path else name


def prune(
    value: Any, schema: Object, path: str = "", *, keeps_nulls: bool = False
) -> tuple[Any, list[str]]:
    """A value without what its schema does not know, and the paths of what was dropped. Pure.

    A null where the schema takes none counts as missing, as in the API server, unless nulls are to
    be kept.
    """
    match value:
        case dict():
            return _prune_object(value, schema, path, keeps_nulls=keeps_nulls)
        case list() if isinstance(schema.get("items"), dict):
            pairs = [
                prune(item, schema["items"], f"{path}[{index}]", keeps_nulls=keeps_nulls)
                for index, item in enumerate(value)
            ]
            return [kept for kept, _ in pairs], [p for _, dropped in pairs for p in dropped]
        case _:
            return value, []


def _prune_object(
    value: Object, schema: Object, path: str, *, keeps_nulls: bool
) -> tuple[Object, list[str]]:
    kept: Object = {}
    dropped: list[str] = []
    keeps_unknown = lets_all_through(schema)
    for name, item in value.items():
        known = field_schema(schema, name)
        if known is None:
            if keeps_unknown:
                kept[name] = item
            else:
                dropped.append(child_path(path, name))
        elif item is not None or keeps_nulls or known.get("nullable") or lets_all_through(known):
            below = child_path(path, name)
            kept[name], deeper = prune(item, known, below, keeps_nulls=keeps_nulls)
            dropped += deeper
    return kept, dropped


def with_defaults(value: Any, schema: Object) -> Any:
    """A value with the schema's defaults filled in where fields are missing. Pure."""
    match value:
        case dict():
            return _object_with_defaults(value, schema)
        case list() if isinstance(schema.get("items"), dict):
            return [with_defaults(item, schema["items"]) for item in value]
        case _:
            return value


def _object_with_defaults(value: Object, schema: Object) -> Object:
    filled = dict(value)
    for name, nested in schema.get("properties", {}).items():
        if name not in filled and "default" in nested:
            filled[name] = nested["default"]
    for name, item in filled.items():
        known = field_schema(schema, name)
        if known:
            filled[name] = with_defaults(item, known)
    return filled


@dataclass(frozen=True, slots=True)
class WrongType:
    """A value that Go could not decode: where, what it is, and what it should be.

    Text that should be base64 is wanted as "byte"; ``actual`` is where it stops being that. Text
    that should be a time is wanted as "date-time"; ``actual`` is the text.
    """

    struct: str
    path: str
    actual: str
    wanted: str


def wrong_types(
    value: Any, schema: Object, path: str = "", struct: str = ""
) -> Iterator[WrongType]:
    """Where a value does not fit its schema. Only types are looked at.

    Decoding into Go's structs finds the same before anything else does. Pure.
    """
    if value is None:
        return
    if schema.get("format") == "byte" and isinstance(value, str):
        if (position := misplaced_byte(value)) is not None:
            yield WrongType(struct, path, str(position), "byte")
    elif schema.get("format") == "date-time" and isinstance(value, str):
        if not is_date_time(value):
            yield WrongType(struct, path, value, "date-time")
    elif not has_type(value, schema) or is_out_of_range(value, schema):
        yield WrongType(struct, path, json_type(value), wanted_type(schema))
    else:
        yield from _wrong_types_below(value, schema, path, struct)


def _wrong_types_below(value: Any, schema: Object, path: str, struct: str) -> Iterator[WrongType]:
    if isinstance(value, dict):
        named = schema.get("properties", {})
        inside = schema.get("x-struct", struct)
        for name, item in value.items():
            nested = field_schema(schema, name)
            if nested:
                # Keys of maps, and indices, are not part of the path that Go reports.
                below = child_path(path, name) if name in named else path
                yield from wrong_types(item, nested, below, inside)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for item in value:
            yield from wrong_types(item, schema["items"], path, struct)


def is_date_time(text: str) -> bool:
    """Whether a text is a time as RFC 3339 writes it. Pure."""
    if not _DATE_TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text[:19].upper())
    except ValueError:
        return False
    return True


_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def misplaced_byte(text: str) -> int | None:
    """Where a text stops being base64; None if it is base64 to its end. Pure."""
    good = _BASE64.match(text)
    length = len(good[0]) if good else 0
    return None if length == len(text) else length


_BASE64 = re.compile(r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


def wanted_type(schema: Object) -> str:
    """The type that a schema asks for, "" when it takes any. Pure."""
    if schema.get(INT_OR_STRING):
        return "integer,string"
    wanted: str = schema.get("type", "")
    return wanted


def has_type(value: Any, schema: Object) -> bool:
    """Whether a value is of the type that its schema asks for. Pure."""
    wanted = wanted_type(schema)
    actual = json_type(value)
    if not wanted or actual == wanted:
        return True
    if wanted == "integer,string":
        is_quantity = bool(schema.get("x-quantity")) and actual == "number"
        return actual in {"integer", "string"} or is_quantity
    return wanted == "number" and actual == "integer"


def is_out_of_range(value: Any, schema: Object) -> bool:
    """Whether a whole number does not fit into the bits that its schema says. Pure."""
    if schema.get("type") != "integer" or not isinstance(value, int | float):
        return False
    bits = 31 if schema.get("format") == "int32" else 63
    return not -(2**bits) <= value < 2**bits


def json_type(value: Any) -> str:
    """The name of a value's JSON type; a float without a fraction is an integer. Pure."""
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    return _JSON_TYPES[type(value)]


_JSON_TYPES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    str: "string",
    list: "array",
    dict: "object",
}
