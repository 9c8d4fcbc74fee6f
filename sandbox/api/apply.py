"""Server-side apply: merge what is wanted, take away what the manager no longer names. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.api import statuses
from sandbox.api.fields import (
    FieldSet,
    Path,
    difference,
    dotted,
    is_atomic,
    item_element,
    owned_set,
    set_order,
)
from sandbox.api.kinds import Kind
from sandbox.api.managed import (
    Manager,
    Share,
    Shares,
    read_shares,
    released,
    tracked,
    with_shares,
)
from sandbox.api.meta import timestamp
from sandbox.api.structure import field_schema
from sandbox.client import ApiError, Object


def apply(
    live: Object, wanted: Object, kind: Kind, manager: Manager, *, now: datetime, force: bool
) -> Object:
    """The live object after a manager applied what it wants. Pure.

    Raises:
        ApiError: 409 when another manager owns a field with another value and ``force`` is off.
    """
    schema = kind.schema
    shares = read_shares(tracked(live, kind, now))
    last = shares.get(manager, Share(frozenset())).fields
    own = owned_set(wanted, schema)
    merged = _keep_identity(merge(live, wanted, schema), live)
    others = (share.fields for other, share in shares.items() if other != manager)
    merged = remove(merged, removable(last - own, own.union(*others)), schema)
    change = difference(live, merged, schema)
    found = conflicts(shares, manager, change.changed)
    if found and not force:
        raise conflict_error(found)
    shares_after = released(shares, manager, change.changed, change.removed)
    is_same = own == last and not change.changed and not change.removed
    since = shares[manager].time if is_same and manager in shares else timestamp(now)
    return with_shares(merged, {**shares_after, manager: Share(own, since)})


def first_apply(
    made: Object, wanted: Object, kind: Kind, manager: Manager, now: datetime
) -> Object:
    """An object that an apply made: its manager owns what it named, not the defaults. Pure."""
    share = Share(owned_set(wanted, kind.schema), timestamp(now))
    return with_shares(made, {manager: share})


def _keep_identity(merged: Object, live: Object) -> Object:
    """An apply may name the version or uid that it expects: that is checked later, not merged."""
    return merged | {"apiVersion": live["apiVersion"], "kind": live["kind"]}


def merge(live: Any, wanted: Any, schema: Object) -> Any:
    """A value with what is wanted laid over it, by the rules of its schema. Pure."""
    if isinstance(wanted, dict) and isinstance(live, dict) and not is_atomic(wanted, schema):
        merged = dict(live)
        for name, item in wanted.items():
            nested = field_schema(schema, name) or {}
            merged[name] = merge(live[name], item, nested) if name in live else item
        return merged
    if isinstance(wanted, list) and isinstance(live, list) and not is_atomic(wanted, schema):
        return _merge_lists(live, wanted, schema)
    return wanted


def _merge_lists(live: list[Any], wanted: list[Any], schema: Object) -> list[Any]:
    """Wanted items in their order; those only alive stay before what they preceded.

    What both have is merged in the order that is wanted.
    https://github.com/kubernetes-sigs/structured-merge-diff
    """
    alive = {item_element(item, schema): item for item in live}
    named = {item_element(item, schema): item for item in wanted}
    left = list(alive)
    shared = [element for element in named if element in alive]
    merged: list[Any] = []
    for element, item in named.items():
        following = shared[0] if shared else None
        while left and left[0] != element and (left[0] not in named or left[0] != following):
            first = left.pop(0)
            merged += [] if first in named else [alive[first]]
        if element not in alive:
            merged.append(item)
            continue
        shared.remove(element)
        left = [e for e in left if e != element]
        merged.append(merge(alive[element], item, schema.get("items", {})))
    return merged + [alive[e] for e in left if e not in named]


def removable(dropped: FieldSet, owned: FieldSet) -> FieldSet:
    """What nobody names any more: not where somebody still owns it, or a field in it. Pure.

    An item of a list goes with all its fields, whoever owns them, when nobody owns the item.
    """
    above = {path[:length] for path in owned for length in range(1, len(path))}
    fields = {path for path in above if path[-1].startswith("f:")}
    return frozenset(dropped - owned - fields)


def remove(value: Any, paths: FieldSet, schema: Object) -> Any:
    """A value without some of its fields, and without what became empty by that. Pure."""
    here = frozenset(path[0] for path in paths if len(path) == 1)
    below: dict[str, set[Path]] = {}
    for path in paths:
        if len(path) > 1:
            below.setdefault(path[0], set()).add(path[1:])
    if isinstance(value, dict):
        return _remove_fields(value, here, below, schema)
    if isinstance(value, list):
        return _remove_items(value, here, below, schema)
    return value


def _remove_fields(
    value: Object, here: frozenset[str], below: dict[str, set[Path]], schema: Object
) -> Object:
    kept: Object = {}
    for name, item in value.items():
        element = f"f:{name}"
        if element in here:
            continue
        if element not in below:
            kept[name] = item
            continue
        rest = remove(item, frozenset(below[element]), field_schema(schema, name) or {})
        if rest or not item:
            kept[name] = rest
    return kept


def _remove_items(
    value: list[Any], here: frozenset[str], below: dict[str, set[Path]], schema: Object
) -> list[Any]:
    kept = []
    for item in value:
        element = item_element(item, schema) or ""
        if element not in here:
            rest = frozenset(below.get(element, ()))
            kept.append(remove(item, rest, schema.get("items", {})) if rest else item)
    return kept


def conflicts(shares: Shares, manager: Manager, changed: FieldSet) -> dict[Manager, list[Path]]:
    """Which other managers own something of what changes. Pure."""
    found = {
        other: sorted(share.fields & changed, key=set_order)
        for other, share in shares.items()
        if other != manager and share.fields & changed
    }
    return dict(sorted(found.items(), key=lambda item: item[0].name))


def conflict_error(found: dict[Manager, list[Path]]) -> ApiError:
    """409 in the words that kubectl shows. Pure."""
    count = sum(len(paths) for paths in found.values())
    if count == 1:
        [(manager, [path])] = found.items()
        message = f"Apply failed with 1 conflict: conflict with {_named(manager)}: {dotted(path)}"
    else:
        lines = "\n".join(_lines(found))
        message = f"Apply failed with {count} conflicts: {lines}"
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f"conflict with {_named(manager)}",
            "field": dotted(path),
        }
        for manager, paths in found.items()
        for path in paths
    ]
    return statuses.error(409, "Conflict", message, {"causes": causes})


def _lines(found: dict[Manager, list[Path]]) -> Iterator[str]:
    for manager, paths in found.items():
        yield f"conflicts with {_named(manager)}:"
        yield from (f"- {dotted(path)}" for path in paths)


def _named(manager: Manager) -> str:
    parts = [f'"{manager.name}"']
    if manager.subresource:
        parts.append(f'with subresource "{manager.subresource}"')
    if manager.operation != "Apply":
        parts.append(f"using {manager.api_version}")
    return " ".join(parts)
