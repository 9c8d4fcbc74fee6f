"""What belongs to one notebook in the cluster, as last seen. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from nbcore.names import JsonObject
from nbcore.objects import objects_at, text_at, value_at


@dataclass(frozen=True, slots=True)
class Children:
    """The objects of a notebook's name, whoever made them.

    Attributes:
        events: those of the pod and of the StatefulSet.
        settled: by kind, the digest that a child had after our last apply; see controller.drift.
    """

    statefulset: JsonObject | None = None
    service: JsonObject | None = None
    pod: JsonObject | None = None
    network_policy: JsonObject | None = None
    events: tuple[JsonObject, ...] = ()
    settled: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def is_controlled_by(child: JsonObject, uid: str) -> bool:
    """Whether the object's controlling owner is the one with this uid. Pure."""
    owners = objects_at(child, "metadata", "ownerReferences")
    return bool(uid) and any(
        owner.get("controller") is True and owner.get("uid") == uid for owner in owners
    )


def is_left_over(child: JsonObject, name: str) -> bool:
    """Whether an earlier notebook of this name made it; Kubernetes is about to remove it. Pure."""
    return any(
        owner.get("kind") == "Notebook" and owner.get("name") == name
        for owner in objects_at(child, "metadata", "ownerReferences")
    )


def is_terminating(obj: JsonObject) -> bool:
    """Whether its deletion has begun. Pure."""
    return bool(value_at(obj, "metadata", "deletionTimestamp"))


def uid_of(obj: JsonObject | None) -> str:
    """The uid, "" when there is none. Pure."""
    return text_at(obj, "metadata", "uid")


def own_pod(children: Children, notebook_uid: str) -> JsonObject | None:
    """The pod of the notebook's own StatefulSet; another pod of that name is none. Pure."""
    statefulset, pod = children.statefulset, children.pod
    if statefulset is None or pod is None or not is_controlled_by(statefulset, notebook_uid):
        return None
    return pod if is_controlled_by(pod, uid_of(statefulset)) else None
