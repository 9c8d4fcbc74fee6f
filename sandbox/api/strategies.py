"""What each kind does differently when it is made, changed or deleted, as tables. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sandbox.api.crds import with_status
from sandbox.api.kinds import Kind
from sandbox.client import Object

CRDS = "customresourcedefinitions.apiextensions.k8s.io"


def _qos_class(pod: Object) -> str:
    """https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/."""
    containers = pod.get("spec", {}).get("containers") or []
    resources = [container.get("resources") or {} for container in containers]
    if not any(r.get("requests") or r.get("limits") for r in resources):
        return "BestEffort"
    if all(_is_guaranteed(r) for r in resources):
        return "Guaranteed"
    return "Burstable"


def _is_guaranteed(resources: Object) -> bool:
    limits = resources.get("limits") or {}
    requests = resources.get("requests") or {}
    names = ("cpu", "memory")
    return all(
        name in limits and requests.get(name, limits[name]) == limits[name] for name in names
    )


_FIRST_STATUS: dict[str, Callable[[Object], Object]] = {
    "pods": lambda pod: {"phase": "Pending", "qosClass": _qos_class(pod)},
    "namespaces": lambda _: {"phase": "Active"},
    "persistentvolumeclaims": lambda _: {"phase": "Pending"},
    "persistentvolumes": lambda _: {"phase": "Pending"},
    "services": lambda _: {"loadBalancer": {}},
    "statefulsets.apps": lambda _: {"replicas": 0, "availableReplicas": 0},
}
# A Node registers itself together with its status.
_KEEPS_STATUS = frozenset({"nodes"})


def before_create(obj: Object, kind: Kind, now: datetime) -> Object:
    """An object with the status that its kind begins with; what was sent as status is dropped."""
    if kind.resource == CRDS:
        return with_status(_without_status(obj), now)
    if "status" not in kind.subresources or kind.resource in _KEEPS_STATUS:
        return obj
    if kind.resource == "namespaces":
        # Its controller takes this away when the namespace is empty.
        obj = obj | {"spec": {"finalizers": ["kubernetes"]}}
    first = _FIRST_STATUS.get(kind.resource)
    return _without_status(obj) | ({"status": first(obj)} if first else {})


def before_update(new: Object, old: Object, kind: Kind, subresource: str, now: datetime) -> Object:
    """The update that an endpoint may make: all but the status, or the status alone. Pure."""
    if subresource == "status":
        # Custom kinds take nothing but the status here; for built-in ones we do the same.
        managed = new["metadata"].get("managedFields")
        metadata = old["metadata"] | ({"managedFields": managed} if managed else {})
        return _with_status_of(old | {"metadata": metadata}, new)
    if "status" not in kind.subresources:
        return new
    if kind.resource == "namespaces" and subresource != "finalize":
        # Its finalizers are its controller's alone.
        new = new | {"spec": old.get("spec", {})}
    kept = _with_status_of(new, old)
    return with_status(kept, now) if kind.resource == CRDS else kept


def _without_status(obj: Object) -> Object:
    return {k: v for k, v in obj.items() if k != "status"}


def _with_status_of(obj: Object, source: Object) -> Object:
    status = {"status": source["status"]} if "status" in source else {}
    return _without_status(obj) | status


def grace_period(obj: Object, kind: Kind, wanted: int | None) -> int:
    """How many seconds an object may live on after its deletion was asked for. Pure.

    Only pods get any, and only once they are on a node and not over.
    """
    if kind.resource != "pods" or not obj.get("spec", {}).get("nodeName"):
        return 0
    if obj.get("status", {}).get("phase") in {"Succeeded", "Failed"}:
        return 0
    if wanted is None:
        return int(obj["spec"].get("terminationGracePeriodSeconds") or 0)
    return max(wanted, 0)
