"""Who manages which field (metadata.managedFields). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.api.fields import (
    FieldSet,
    Path,
    difference,
    from_fields_v1,
    to_fields_v1,
)
from sandbox.api.kinds import Kind
from sandbox.api.meta import timestamp
from sandbox.api.request import Request
from sandbox.client import Object

APPLY = "Apply"
UPDATE = "Update"


@dataclass(frozen=True, slots=True)
class Manager:
    """Who writes: a name, the operation (Apply or Update), and the part of the object."""

    name: str
    operation: str = UPDATE
    subresource: str = ""
    api_version: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """What a manager owns, and since when it is that."""

    fields: FieldSet
    time: str = ""


Shares = Mapping[Manager, Share]


def manager_of(request: Request, subresource: str) -> Manager:
    """The manager that a request names, or else the program that sent it. Pure."""
    program = request.user_agent.partition("/")[0][:128] or "unknown"
    return Manager(request.query.get("fieldManager") or program, UPDATE, subresource)


def read_shares(obj: Object) -> dict[Manager, Share]:
    """The managers of an object; malformed entries are left out. Pure."""
    entries = obj["metadata"].get("managedFields") or []
    pairs = [_read_entry(entry) for entry in entries if isinstance(entry, dict)]
    return {manager: share for manager, share in pairs if share.fields}


def _read_entry(entry: Object) -> tuple[Manager, Share]:
    words = ("manager", "operation", "subresource", "apiVersion")
    manager = Manager(*(str(entry.get(word) or "") for word in words))
    fields = frozenset(from_fields_v1(entry.get("fieldsV1")))
    return manager, Share(fields, str(entry.get("time") or ""))


def write_shares(shares: Shares) -> list[Object]:
    """ManagedFields as the API writes it. Pure."""
    ordered = sorted(shares.items(), key=lambda item: _order(*item))
    return [_entry(manager, share) for manager, share in ordered if share.fields]


def _order(manager: Manager, share: Share) -> tuple[str, ...]:
    return manager.operation, share.time, manager.name, manager.api_version, manager.subresource


def _entry(manager: Manager, share: Share) -> Object:
    entry: Object = {
        "manager": manager.name,
        "operation": manager.operation,
        "apiVersion": manager.api_version,
        "time": share.time,
        "fieldsType": "FieldsV1",
        "fieldsV1": to_fields_v1(share.fields),
    }
    return entry | ({"subresource": manager.subresource} if manager.subresource else {})


def with_shares(obj: Object, shares: Shares) -> Object:
    """An object with its managedFields written anew. Pure."""
    metadata = {k: v for k, v in obj["metadata"].items() if k != "managedFields"}
    entries = write_shares(shares)
    return obj | {"metadata": metadata | ({"managedFields": entries} if entries else {})}


def released(shares: Shares, manager: Manager, taken: FieldSet, removed: FieldSet) -> Shares:
    """The shares after everybody but ``manager`` lost what was taken or removed. Pure."""
    lost = taken | removed
    return {
        other: share if other == manager else Share(share.fields - lost, share.time)
        for other, share in shares.items()
    }


def with_ownership(
    new: Object, old: Object | None, kind: Kind, manager: Manager, now: datetime
) -> Object:
    """The object after a create or an update: the writer owns what it changed. Pure.

    Nobody owns anything of an object that has forgotten its managers, until the next apply.
    """
    before: Object = old or _blank(kind)
    shares: Shares = read_shares(new if _names_managers(new) else before)
    if old and (_resets(new) or not shares):
        return with_shares(new, {})
    change = difference(before, new, kind.schema)
    me = Manager(manager.name, manager.operation, manager.subresource, kind.api_version)
    shares = released(shares, me, change.changed, change.removed)
    own = shares[me].fields if me in shares else frozenset()
    written = frozenset(path for path in change.changed if _is_for(manager, kind, path))
    own = (own - change.removed) | written
    # A value that changed counts as well as a field that came; one that went alone does not.
    since = timestamp(now) if written or me not in shares else shares[me].time
    return with_shares(new, {**shares, me: Share(own, since)})


def tracked(live: Object, kind: Kind, now: datetime) -> Object:
    """An object whose fields have owners, before it is applied: all that is there has one. Pure."""
    if read_shares(live):
        return live
    return with_ownership(live, None, kind, Manager(_BEFORE_FIRST_APPLY), now)


_BEFORE_FIRST_APPLY = "before-first-apply"


def _blank(kind: Kind) -> Object:
    """An object of a kind before anything was written into it. Pure."""
    if kind.is_custom:
        return {"metadata": {}}
    return {"metadata": {}, "spec": {}, "status": {}} | _BLANKS.get(kind.resource, {})


_BLANKS: dict[str, Object] = {
    "persistentvolumeclaims": {"spec": {"resources": {}}},
    "statefulsets.apps": {
        "spec": {"template": {"metadata": {}, "spec": {}}, "updateStrategy": {}},
    },
}
"""Structures that are always there in Go, so that nobody becomes their owner by filling them."""


def _is_for(manager: Manager, kind: Kind, path: Path) -> bool:
    """The status of a kind that has an endpoint for it is owned through that alone. Pure."""
    has_part = "status" in kind.subresources
    return bool(manager.subresource) or not has_part or path[0] != "f:status"


def _names_managers(obj: Object) -> bool:
    return bool(obj["metadata"].get("managedFields"))


def _resets(obj: Object) -> bool:
    """Whether a writer forgets all managers on purpose, by an empty list or an empty entry."""
    entries: Any = obj["metadata"].get("managedFields")
    return entries in ([], [{}])
