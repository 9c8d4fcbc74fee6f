"""Strategic merge patch: a merge patch that knows the keys of lists. Pure.

https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
https://github.com/kubernetes/apimachinery/blob/v0.36.2/pkg/util/strategicpatch/patch.go
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable
from typing import Any

from sandbox.api import statuses
from sandbox.api.structure import field_schema
from sandbox.client import ApiError, Object

_PATCH = "$patch"
_RETAIN = "$retainKeys"
_DELETE_FROM = "$deleteFromPrimitiveList"
_ORDER = "$setElementOrder"
_DROPPED = object()
"""Stands for what a directive takes away."""


def strategic_merge(value: Object, patch: Object, schema: Object) -> Object:
    """A value with a strategic merge patch laid over it. Pure.

    Raises:
        ApiError: 400, 422 or 500, as a real server, for directives that can't be followed.
    """
    if _PATCH in patch:
        return _whole(patch)
    merged = dict(value)
    fields = {name: change for name, change in patch.items() if name != _RETAIN}
    if _RETAIN in patch:
        merged = _retained(merged, fields, patch[_RETAIN])
    for directive in [name for name in fields if name.startswith(_ORDER)]:
        _merge_in_order(merged, fields, directive, schema)
    for name, change in fields.items():
        _merge_field(merged, name, change, schema)
    return merged


def _whole(patch: Object) -> Object:
    match patch[_PATCH]:
        case "replace":
            return {name: change for name, change in patch.items() if name != _PATCH}
        case "delete":
            return {}
        case other:
            raise _unusable(f"unknown patch type: {other} in map: {statuses.shown(patch)}")


def _unusable(why: str) -> ApiError:
    return statuses.error(500, "", why)


def _retained(value: Object, fields: Object, names: Any) -> Object:
    """What $retainKeys leaves of a value; it has to name all that the patch sets."""
    texts = {name for name in names if isinstance(name, str)} if isinstance(names, list) else None
    set_here = (n for n, v in fields.items() if v is not None and _directive(n) == n)
    if texts is None or not texts.issuperset(set_here):
        raise statuses.bad_request("invalid patch format of retainKeys")
    return {name: item for name, item in value.items() if name in texts}


def _directive(name: str) -> str:
    """The field that a directive is about; the name itself where it is none."""
    for prefix, what in ((_DELETE_FROM, "primitive list"), (_ORDER, "setElementOrder list")):
        if name.startswith(prefix):
            start, _, field = name.partition("/")
            if start != prefix or not field:
                raise statuses.bad_request(f"invalid patch format of {what}")
            return field
    return name


def _merge_field(merged: Object, name: str, change: Any, schema: Object) -> None:
    field = _directive(name)
    is_deletion = field != name
    if change is None:
        merged.pop(field, None)
    elif field not in merged or type(merged[field]) is not type(change):
        if not is_deletion:
            _take(merged, field, change)
    else:
        nested = field_schema(schema, field) or {}
        merged[field] = _merged(merged[field], change, nested, is_deletion=is_deletion)


def _take(merged: Object, field: str, change: Any) -> None:
    taken = _without_directives(_without_nulls(change))
    merged.pop(field, None)
    if taken is not _DROPPED:
        merged[field] = taken


def _without_nulls(change: Any) -> Any:
    if isinstance(change, dict):
        return {k: _without_nulls(v) for k, v in change.items() if v is not None}
    return [_without_nulls(item) for item in change] if isinstance(change, list) else change


def _without_directives(change: Any) -> Any:
    if isinstance(change, dict):
        if _PATCH in change:
            return _DROPPED
        pairs = ((name, _without_directives(item)) for name, item in change.items())
        return {name: item for name, item in pairs if item is not _DROPPED}
    if isinstance(change, list):
        kept = (_without_directives(item) for item in change)
        return [item for item in kept if item is not _DROPPED]
    return change


def _merged(value: Any, change: Any, schema: Object, *, is_deletion: bool) -> Any:
    if isinstance(change, dict):
        return strategic_merge(value, change, schema)
    if isinstance(change, list):
        return _merged_list(value, change, schema, is_deletion=is_deletion)
    return change


def _merge_in_order(merged: Object, fields: Object, directive: str, schema: Object) -> None:
    """Merge a list together with the order that its $setElementOrder wishes."""
    order, field = fields.pop(directive), _directive(directive)
    nested = field_schema(schema, field)
    current, change = merged.get(field, []), fields.get(field, [])
    if nested is None or not all(isinstance(part, list) for part in (order, current, change)):
        raise _unusable(f"{directive} is not about a list")
    key = nested.get("x-kubernetes-patch-merge-key", "")
    _check_order(change, order, key)
    if field not in fields:
        items = current
    elif field not in merged:
        items = _without_directives(change)
    else:
        items = _merged_list(current, change, nested, is_deletion=False)
    if fields.pop(field, None) is not None or field in merged:
        _holds_objects([*current, *change])
        merged[field] = _ordered(items, order, current, key)


def _check_order(change: list[Any], order: list[Any], key: str) -> None:
    """Nothing, if an order names what a patch does, in the same order.

    Raises:
        ApiError: 500.
    """
    if not order or not change:
        return
    wanted = iter(_identity(item, key) for item in order)
    named = [item for item in change if not (key and isinstance(item, dict) and _PATCH in item)]
    if not all(_identity(item, key) in wanted for item in named):
        raise _unusable(f"The order in patch list doesn't match {_ORDER} list")


def _merged_list(
    value: list[Any], change: list[Any], schema: Object, *, is_deletion: bool
) -> list[Any]:
    is_merged = "merge" in str(schema.get("x-kubernetes-patch-strategy", "")).split(",")
    if not is_deletion and not is_merged:
        return change
    if not value and not change:
        return value
    if not _holds_objects([*value, *change]):
        named = {_identity(item, "") for item in change}
        if is_deletion:
            return [item for item in value if _identity(item, "") not in named]
        both = {_identity(item, ""): item for item in reversed([*value, *change])}
        return _ordered(both.values(), change, value, "")
    key = schema.get("x-kubernetes-patch-merge-key", "")
    if not key:
        raise _unusable("cannot merge lists without merge key")
    value, change = _follow_items(value, change, key)
    items = _merged_items(value, change, key, schema.get("items", {}))
    return _ordered(items, change, value, key)


def _holds_objects(items: list[Any]) -> bool:
    """Whether the items of a list are objects, not scalars.

    Raises:
        ApiError: 500 for a mixture, 422 for a list of lists.
    """
    if items and isinstance(items[0], list):
        raise statuses.error(422, "Invalid", "lists of lists are not supported", {})
    if not items or items[0] is None or any(type(item) is not type(items[0]) for item in items):
        raise _unusable("list element types are not identical")
    return isinstance(items[0], dict)


def _follow_items(value: list[Any], change: list[Any], key: str) -> tuple[list[Any], list[Any]]:
    """A list and its patch after the items that are directives have done their work."""
    special = [item for item in change if _PATCH in item]
    plain = [item for item in change if _PATCH not in item]
    directives = {str(item[_PATCH]) for item in special}
    if directives - {"delete", "replace"}:
        raise _unusable("merging lists cannot yet be specified in the patch")
    gone = {_identity(item, key) for item in special if item[_PATCH] == "delete"}
    if "replace" in directives:
        return plain, []
    return [item for item in value if key not in item or _identity(item, key) not in gone], plain


def _merged_items(value: list[Any], change: list[Any], key: str, schema: Object) -> list[Any]:
    merged = list(value)
    places = {_identity(item, key): place for place, item in reversed([*enumerate(value)])}
    for item in change:
        identity = _identity(item, key)
        if identity in places:
            merged[places[identity]] = strategic_merge(merged[places[identity]], item, schema)
        else:
            places[identity] = len(merged)
            merged.append(item)
    return merged


def _ordered(items: Iterable[Any], order: list[Any], before: list[Any], key: str) -> list[Any]:
    """Items in the order that is wished; what it does not name stays before what it preceded."""
    wished, was = _places(order, key), _places(before, key)
    pairs = [(_identity(item, key), item) for item in items]
    ours = deque(sorted((p for p in pairs if p[0] in wished), key=lambda p: wished[p[0]]))
    theirs = deque(
        sorted((p for p in pairs if p[0] not in wished), key=lambda p: was.get(p[0], len(was)))
    )
    merged: list[Any] = []
    while ours and theirs:
        place, other = was.get(theirs[0][0]), was.get(ours[0][0])
        comes_first = place is not None and other is not None and place < other
        merged.append((theirs if comes_first else ours).popleft()[1])
    return merged + [item for _, item in (*ours, *theirs)]


def _places(items: list[Any], key: str) -> dict[Hashable, int]:
    return {_identity(item, key): place for place, item in reversed([*enumerate(items)])}


def _identity(item: Any, key: str) -> Hashable:
    """What tells an item from the others: itself, or the value of its key.

    Raises:
        ApiError: 500 when it has none.
    """
    if key and not (isinstance(item, dict) and key in item):
        raise _unusable(f"map: {statuses.shown(item)} does not contain declared merge key: {key}")
    identity = item[key] if key else item
    if isinstance(identity, dict | list):
        raise _unusable("an object or a list can't be the key of an item")
    return type(identity), identity
