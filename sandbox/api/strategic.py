"""Strategic merge patch: a merge patch that knows the keys of lists. Pure.

https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
"""

from __future__ import annotations

from typing import Any

from sandbox.api import statuses
from sandbox.api.structure import field_schema
from sandbox.client import Object

_PATCH = "$patch"
_RETAIN = "$retainKeys"
_DELETE_FROM = "$deleteFromPrimitiveList/"
_ORDER = "$setElementOrder/"


def strategic_merge(value: Any, patch: Any, schema: Object) -> Any:
    """A value with a strategic merge patch laid over it. Pure.

    Raises:
        ApiError: 400 for directives that can't be followed.
    """
    if not isinstance(patch, dict):
        return patch
    directive = patch.get(_PATCH)
    fields = {k: v for k, v in patch.items() if k not in {_PATCH, _RETAIN}}
    if directive == "replace":
        return fields
    if directive == "delete":
        return {}
    merged = dict(value) if isinstance(value, dict) else {}
    if isinstance(patch.get(_RETAIN), list):
        merged = {k: v for k, v in merged.items() if k in patch[_RETAIN]}
    for name, change in fields.items():
        _merge_field(merged, name, change, schema, patch)
    return merged


def _merge_field(merged: Object, name: str, change: Any, schema: Object, patch: Object) -> None:
    if name.startswith(_DELETE_FROM):
        field = name.removeprefix(_DELETE_FROM)
        merged[field] = [item for item in merged.get(field) or [] if item not in change]
    elif name.startswith(_ORDER):
        field = name.removeprefix(_ORDER)
        if field not in patch and isinstance(merged.get(field), list):
            merged[field] = _ordered(merged[field], change, field_schema(schema, field) or {})
    elif change is None:
        merged.pop(name, None)
    else:
        nested = field_schema(schema, name) or {}
        order = patch.get(_ORDER + name)
        merged[name] = _merged_value(merged.get(name), change, nested, order)


def _merged_value(value: Any, change: Any, schema: Object, order: Any) -> Any:
    if isinstance(change, dict):
        return strategic_merge(value, change, schema)
    if not isinstance(change, list) or not _is_merged(schema):
        return change
    current = value if isinstance(value, list) else []
    key = schema.get("x-kubernetes-patch-merge-key")
    if not key:
        merged = [*current, *(item for item in change if item not in current)]
    else:
        merged = _merge_keyed(current, change, key, schema.get("items", {}))
    return _ordered(merged, order, schema) if order else merged


def _is_merged(schema: Object) -> bool:
    return "merge" in str(schema.get("x-kubernetes-patch-strategy", "")).split(",")


def _merge_keyed(current: list[Any], change: list[Any], key: str, schema: Object) -> list[Any]:
    if not all(isinstance(item, dict) for item in change):
        raise statuses.bad_request("the patch holds an item that is no object in a keyed list")
    if any(item.get(_PATCH) == "replace" for item in change):
        return [item for item in change if item.get(_PATCH) != "replace"]
    merged = {item.get(key): item for item in current if isinstance(item, dict)}
    for item in change:
        if key not in item:
            raise statuses.bad_request(f"map: {statuses.shown(item)} does not contain key {key}")
        if not isinstance(item[key], str | int):
            raise statuses.bad_request(f"the key {key} of an item must be text or a number")
        if item.get(_PATCH) == "delete":
            merged.pop(item[key], None)
        else:
            merged[item[key]] = strategic_merge(merged.get(item[key]), item, schema)
    return list(merged.values())


def _ordered(items: list[Any], order: Any, schema: Object) -> list[Any]:
    """Items in the order that the patch wishes; those that it does not name come last."""
    if not isinstance(order, list):
        return items
    key = schema.get("x-kubernetes-patch-merge-key")
    wanted = [_identity(item, key) for item in order]
    known = [item for item in items if _identity(item, key) in wanted]
    known.sort(key=lambda item: wanted.index(_identity(item, key)))
    return known + [item for item in items if _identity(item, key) not in wanted]


def _identity(item: Any, key: str | None) -> Any:
    return item.get(key) if key and isinstance(item, dict) else item
