"""Values against the schema of a custom kind, with the API server's sentences. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from sandbox.api.statuses import (
    Cause,
    CauseType,
    duplicate,
    invalid,
    required,
    shown,
    type_invalid,
    unsupported,
)
from sandbox.api.structure import (
    child_path,
    field_schema,
    has_type,
    is_date_time,
    json_type,
    wanted_type,
)
from sandbox.client import Object

JsonValue = Any

_NOWHERE = "<nil>"  # The API server's name for the root of an object.
_BLOCKING = frozenset({
    CauseType.NOT_SUPPORTED, CauseType.REQUIRED, CauseType.TOO_LONG, CauseType.TOO_MANY,
    CauseType.TYPE_INVALID,
})  # fmt: skip
_NOT_CHECKED = (
    "some validation rules were not checked because the object was invalid; "
    "correct the existing errors to complete validation"
)
RULES_NOT_CHECKED = invalid(_NOWHERE, None, _NOT_CHECKED)


def blocks_rules(causes: list[Cause]) -> bool:
    """Whether CEL rules can't be asked because the shape is wrong already. Pure."""
    return any(cause.type in _BLOCKING for cause in causes)


def validate(value: JsonValue, schema: Object, path: str = "") -> list[Cause]:
    """Everything in a value that breaks its structural schema. Pure."""
    return list(_causes(value, schema, path))


def _causes(value: JsonValue, schema: Object, path: str) -> Iterator[Cause]:
    if value is None and (schema.get("nullable") or not wanted_type(schema)):
        return
    if not has_type(value, schema):
        yield from _type_causes(value, schema, path)
    yield from _combination_causes(value, schema, path)
    for check in _CHECKS.get(json_type(value), ()):
        yield from check(value, schema, path)
    if "enum" in schema and value not in schema["enum"]:
        yield unsupported(path, value, schema["enum"])


def _type_causes(value: JsonValue, schema: Object, path: str) -> Iterator[Cause]:
    wanted = wanted_type(schema)
    actual = json_type(value)
    yield type_invalid(path, wanted, actual)
    if wanted == "integer,string":
        yield _unnamed(f'"{path}" must validate at least one schema (anyOf)')
        yield type_invalid(path, "integer", actual)
    if actual == "number":
        yield _unnamed(f"Checked value must be of type integer (default format) in {path}")


def _unnamed(detail: str) -> Cause:
    return invalid(_NOWHERE, "", detail)


def _combination_causes(value: JsonValue, schema: Object, path: str) -> Iterator[Cause]:
    for part in schema.get("allOf", ()):
        yield from _causes(value, part, path)
    # That an int-or-string is neither was said already.
    is_said = wanted_type(schema) == "integer,string" and not has_type(value, schema)
    if "anyOf" in schema and not is_said and not any(_fits(value, p) for p in schema["anyOf"]):
        yield _unnamed(f'"{path}" must validate at least one schema (anyOf)')
    if "oneOf" in schema and sum(_fits(value, part) for part in schema["oneOf"]) != 1:
        yield _unnamed(f'"{path}" must validate one and only one schema (oneOf)')
    if "not" in schema and _fits(value, schema["not"]):
        yield _unnamed(f'"{path}" must not validate the schema (not)')


def _fits(value: JsonValue, schema: Object) -> bool:
    return next(_causes(value, schema, ""), None) is None


def _object_causes(value: Object, schema: Object, path: str) -> Iterator[Cause]:
    yield from _count_causes(len(value), schema, path, "Properties")
    for name in schema.get("required", ()):
        if name not in value:
            yield required(child_path(path, name))
    for name, item in value.items():
        nested = field_schema(schema, name)
        if nested:
            yield from _causes(item, nested, child_path(path, name))


def _array_causes(value: list[JsonValue], schema: Object, path: str) -> Iterator[Cause]:
    yield from _count_causes(len(value), schema, path, "Items")
    items = schema.get("items")
    if isinstance(items, dict):
        for index, item in enumerate(value):
            yield from _causes(item, items, f"{path}[{index}]")
    yield from _duplicate_causes(value, schema, path)


def _count_causes(count: int, schema: Object, path: str, of: str) -> Iterator[Cause]:
    most = schema.get(f"max{of}")
    if most is not None and count > most:
        items = "item" if most == 1 else "items"
        yield Cause(
            CauseType.TOO_MANY, path, f"Too many: {count}: must have at most {most} {items}"
        )
    least = schema.get(f"min{of}")
    if least is not None and count < least:
        yield invalid(path, count, f"{path} in body should have at least {least} {of.lower()}")


def _duplicate_causes(value: list[JsonValue], schema: Object, path: str) -> Iterator[Cause]:
    seen: set[str] = set()
    for index, item in enumerate(value):
        key = list_key(item, schema)
        if key is None:
            continue
        if shown(key) in seen:
            yield duplicate(f"{path}[{index}]", key)
        seen.add(shown(key))


def list_key(item: JsonValue, schema: Object) -> JsonValue:
    """What tells an item of a list from the others; None for a list without identities. Pure."""
    match schema.get("x-kubernetes-list-type"):
        case "set":
            return item
        case "map" if isinstance(item, dict):
            keys = schema.get("x-kubernetes-list-map-keys", ())
            return {key: item[key] for key in keys if key in item}
        case _:
            return None


def _string_causes(value: str, schema: Object, path: str) -> Iterator[Cause]:
    most = schema.get("maxLength")
    if most is not None and len(value) > most:
        too_long = f"Too long: may not be more than {most} bytes"
        yield Cause(CauseType.TOO_LONG, path, too_long)
        return
    least = schema.get("minLength")
    if least is not None and len(value) < least:
        yield invalid(path, value, f"{path} in body should be at least {least} chars long")
    pattern = schema.get("pattern")
    if pattern is not None and not matches(pattern, value):
        yield invalid(path, value, f"{path} in body should match '{pattern}'")
    is_valid = _FORMATS.get(schema.get("format", ""))
    if is_valid and not is_valid(value):
        yield type_invalid(path, schema["format"], value)


def matches(pattern: str, text: str) -> bool:
    """Whether a regular expression of the API server's dialect (RE2) is found in a text. Pure."""
    compiled = _compiled(pattern)
    return compiled is not None and compiled.search(text.encode("utf-8", "replace")) is not None


def is_pattern(pattern: str) -> bool:
    """Whether a text is a regular expression of that dialect. Pure."""
    return _compiled(pattern) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 slow to load and needed only once a CRD has a pattern

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern.encode("utf-8", "replace"), options)
    except re2.error:
        return None


def _number_causes(value: float, schema: Object, path: str) -> Iterator[Cause]:
    least, most, step = (schema.get(k) for k in ("minimum", "maximum", "multipleOf"))
    is_open_below = bool(schema.get("exclusiveMinimum"))
    is_open_above = bool(schema.get("exclusiveMaximum"))
    if least is not None and (value < least or (is_open_below and value == least)):
        words = "greater than" if is_open_below else "greater than or equal to"
        yield invalid(path, value, f"{path} in body should be {words} {least}")
    if most is not None and (value > most or (is_open_above and value == most)):
        words = "less than" if is_open_above else "less than or equal to"
        yield invalid(path, value, f"{path} in body should be {words} {most}")
    if step and value % step:
        yield invalid(path, value, f"{path} in body should be a multiple of {step}")
    bits = {"int32": 31, "int64": 63}.get(schema.get("format", ""))
    if bits and not -(2**bits) <= value < 2**bits:
        wanted = f"Checked value must be of type integer with format {schema['format']} in {path}"
        yield _unnamed(wanted)


_FORMATS: dict[str, Callable[[str], bool]] = {"date-time": is_date_time}
_CHECKS: dict[str, tuple[Callable[[Any, Object, str], Iterator[Cause]], ...]] = {
    "object": (_object_causes,),
    "array": (_array_causes,),
    "string": (_string_causes,),
    "integer": (_number_causes,),
    "number": (_number_causes,),
}
