"""Sets of fields, as managedFields writes them (FieldsV1). Pure.

A path is a tuple of FieldsV1 elements: ``f:name``, ``k:{"name":"c"}`` for the item of a keyed list,
``v:"x"`` for a member of a set. Lists without keys, and maps that say so, are one field.
https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.api.schemas import STRUCT
from sandbox.api.structure import field_schema
from sandbox.client import Object

Path = tuple[str, ...]
FieldSet = frozenset[Path]

# What the server itself writes, or what only identifies an object, has no manager.
_UNMANAGED: FieldSet = frozenset(
    [("f:apiVersion",), ("f:kind",), ("f:metadata",)]
    + [
        ("f:metadata", f"f:{name}")
        for name in (
            "name", "namespace", "creationTimestamp", "deletionTimestamp", "selfLink", "uid",
            "deletionGracePeriodSeconds", "generation", "managedFields", "resourceVersion",
        )
    ]
)  # fmt: skip
_ZEROS = {"integer": 0, "string": ""}
_BRANCH = object()
"""Stands for the value of something that only holds other fields."""


@dataclass(frozen=True, slots=True)
class Field:
    """One place in an object. ``is_member``: an apply that names it owns it."""

    path: Path
    value: Any
    is_member: bool


class NotTypedError(Exception):
    """An item of a list that can't be told from the others."""


def item_element(item: Any, schema: Object) -> str | None:
    """The path element of a list's item; None when items have no identity of their own. Pure."""
    match schema.get("x-kubernetes-list-type"):
        case "set":
            return "v:" + _canonical(item)
        case "map" if isinstance(item, dict):
            keys = schema.get("x-kubernetes-list-map-keys", ())
            values = {key: _key_value(item, key, schema.get("items", {})) for key in keys}
            return "k:" + _canonical({k: v for k, v in values.items() if v is not None})
        case _:
            return None


def _key_value(item: Object, key: str, schema: Object) -> Any:
    """A key of an item, or what stands for one that is missing; None if nothing does."""
    if item.get(key) is not None:
        return item[key]
    known = schema.get("properties", {}).get(key, {})
    # What a Go structure has to have is there, as its zero value.
    is_there = STRUCT in schema and key in schema.get("required", ())
    return known.get("default", _ZEROS.get(known.get("type", "")) if is_there else None)


def _canonical(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def is_atomic(value: Any, schema: Object) -> bool:
    """Whether a value is owned as a whole. Pure."""
    if isinstance(value, list):
        return schema.get("x-kubernetes-list-type") not in {"map", "set"}
    if isinstance(value, dict):
        return schema.get("x-kubernetes-map-type") == "atomic"
    return True


def fields_of(value: Any, schema: Object, path: Path = ()) -> Iterator[Field]:
    """Every field of an object, branches included. Pure."""
    if is_atomic(value, schema):
        yield Field(path, value, is_member=True)
    elif isinstance(value, dict):
        yield from _map_fields(value, schema, path)
    else:
        yield from _list_fields(value, schema, path)


def _map_fields(value: Object, schema: Object, path: Path) -> Iterator[Field]:
    named = schema.get("properties", {})
    for name, item in value.items():
        below = (*path, f"f:{name}")
        nested = field_schema(schema, name) or {}
        if not is_atomic(item, nested):
            # A key of a map belongs to whoever named it; a field of a structure does not, unless
            # it is an empty map. Of an empty list nobody owns anything.
            yield Field(below, _BRANCH, is_member=name not in named or item == {})
        yield from fields_of(item, nested, below)


def _list_fields(value: list[Any], schema: Object, path: Path) -> Iterator[Field]:
    for item in value:
        element = item_element(item, schema) or ""
        below = (*path, element)
        if element.startswith("v:"):
            yield Field(below, item, is_member=True)
        else:
            yield Field(below, _BRANCH, is_member=True)
            yield from fields_of(item, schema.get("items", {}), below)


def check_keys(value: Any, schema: Object, path: Path = ()) -> None:
    """Nothing, if every item of every keyed list can be told from the others. Pure.

    Raises:
        NotTypedError: when two items have the same key, or one has none.
    """
    if is_atomic(value, schema):
        return
    if isinstance(value, dict):
        for name, item in value.items():
            check_keys(item, field_schema(schema, name) or {}, (*path, f"f:{name}"))
        return
    seen: set[str] = set()
    for item in value:
        _check_identity(item, schema, path)
        element = item_element(item, schema) or ""
        if element in seen:
            raise NotTypedError(f"{dotted(path)}: duplicate entries for key {dotted((element,))}")
        seen.add(element)
        check_keys(item, schema.get("items", {}), (*path, element))


def _check_identity(item: Any, schema: Object, path: Path) -> None:
    if item is None:
        raise NotTypedError(f"{dotted(path)}: associative list with null element")
    for key in schema.get("x-kubernetes-list-map-keys", ()):
        if _key_value(item, key, schema.get("items", {})) is None:
            why = f'associative list with keys has an element that omits key field "{key}"'
            raise NotTypedError(f"{dotted(path)}: {why} (and doesn't have default value)")


def owned_set(obj: Object, schema: Object) -> FieldSet:
    """The fields that an applied object claims. Pure."""
    fields = fields_of(obj, schema)
    return frozenset(field.path for field in fields if field.is_member) - _UNMANAGED


@dataclass(frozen=True, slots=True)
class Difference:
    """What a write did to an object's fields."""

    changed: FieldSet
    removed: FieldSet


def difference(old: Object, new: Object, schema: Object) -> Difference:
    """The fields that differ between two states of an object. Pure."""
    before = {field.path: field.value for field in fields_of(old, schema)}
    after = {field.path: field.value for field in fields_of(new, schema)}
    changed = {path for path, value in after.items() if before.get(path, _MISSING) != value}
    return Difference(
        frozenset(changed) - _UNMANAGED, frozenset(before.keys() - after.keys()) - _UNMANAGED
    )


_MISSING = object()


def to_fields_v1(paths: Iterable[Path]) -> Object:
    """A set of fields as FieldsV1. Pure."""
    root: Object = {}
    members = sorted(paths)
    for path in members:
        node = root
        for element in path:
            node = node.setdefault(element, {})
    for path in members:
        node = root
        for element in path:
            node = node[element]
        if node:
            node.setdefault(".", {})
    return root


def from_fields_v1(tree: Any, path: Path = ()) -> Iterator[Path]:
    """The paths in a FieldsV1; whatever is malformed holds none. Pure."""
    if not isinstance(tree, dict):
        return
    if path and (not tree or "." in tree):
        yield path
    for element, below in tree.items():
        if element != "." and isinstance(element, str):
            yield from from_fields_v1(below, (*path, element))


def set_order(path: Path) -> tuple[tuple[bool, str], ...]:
    """A key to sort paths by: what is here comes before what is below. Pure."""
    return tuple((place < len(path) - 1, element) for place, element in enumerate(path))


def dotted(path: Path) -> str:
    """A path as messages about conflicts write it: .spec.containers[name="c"].image. Pure."""
    return "".join(_dotted_element(element) for element in path)


def _dotted_element(element: str) -> str:
    kind, _, text = element.partition(":")
    match kind:
        case "k":
            keys = json.loads(text)
            return "[" + ",".join(f"{k}={json.dumps(v)}" for k, v in keys.items()) + "]"
        case "v":
            return f"[={text}]"
        case _:
            return f".{text}"
