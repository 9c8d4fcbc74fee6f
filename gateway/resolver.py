"""Asks the cluster as we know it for a notebook and its address, and remembers the answer."""

from __future__ import annotations

from typing import Protocol

from gateway.routes import ToNotebook
from gateway.upstream import (
    SERVICE_NAME_LABEL,
    Address,
    Children,
    Refused,
    endpoints,
    find_upstream,
    target_name,
)
from nbcore.kube.resources import (
    ENDPOINT_SLICES,
    NAMESPACES,
    NOTEBOOKS,
    PODS,
    STATEFUL_SETS,
    Resource,
)
from nbcore.names import JsonObject

_PROVEN_BY = (NOTEBOOKS, STATEFUL_SETS, ENDPOINT_SLICES, PODS)


class ClusterView(Protocol):
    """The part of nbcore.kube.cache.ClusterCache that the gateway reads; memory only."""

    @property
    def is_synced(self) -> bool:
        """Whether every resource was read at least once."""
        ...

    def get(self, resource: Resource, name: str, namespace: str = "") -> JsonObject | None:
        """One object, or None."""
        ...

    def list(self, resource: Resource, namespace: str = "") -> list[JsonObject]:
        """All objects of a namespace, or of all namespaces."""
        ...


class Resolver:
    """Finds addresses; a proven one is kept for as long as the objects that prove it are the same.

    Without this, each request would go through every EndpointSlice of its namespace.
    """

    def __init__(self, cluster: ClusterView) -> None:
        self._cluster = cluster
        self._known: dict[tuple[str, str], Address] = {}

    @property
    def is_synced(self) -> bool:
        """Whether an unknown notebook is really unknown."""
        return self._cluster.is_synced

    def notebook(self, target: ToNotebook) -> JsonObject | None:
        """The Notebook object, or None."""
        return self._cluster.get(NOTEBOOKS, target.name, target.namespace)

    def has_namespace(self, name: str) -> bool:
        """Whether the cluster has it."""
        return self._cluster.get(NAMESPACES, name) is not None

    def address(self, target: ToNotebook, notebook: JsonObject) -> Address | Refused:
        """Where the notebook's server listens, or why it can't be reached."""
        key = (target.namespace, target.name)
        known = self._known.get(key)
        if known and self._holds(known, notebook, target.namespace):
            return known
        found = find_upstream(notebook, self._children(target))
        if isinstance(found, Address):
            self._known[key] = found
        else:
            self._known.pop(key, None)
        return found

    def _holds(self, address: Address, notebook: JsonObject, namespace: str) -> bool:
        """Whether the cluster still has the very same objects; they are never changed in place."""
        return address.proof[0] is notebook and all(
            self._cluster.get(resource, obj["metadata"]["name"], namespace) is obj
            for resource, obj in zip(_PROVEN_BY, address.proof, strict=True)
        )

    def _children(self, target: ToNotebook) -> Children:
        slices = tuple(
            endpoint_slice
            for endpoint_slice in self._cluster.list(ENDPOINT_SLICES, target.namespace)
            if (endpoint_slice["metadata"].get("labels") or {}).get(SERVICE_NAME_LABEL)
            == target.name
        )
        names = {target_name(endpoint) for one in slices for endpoint in endpoints(one)}
        pods = {name: self._cluster.get(PODS, name, target.namespace) for name in names}
        return Children(
            stateful_set=self._cluster.get(STATEFUL_SETS, target.name, target.namespace),
            endpoint_slices=slices,
            pods={name: pod for name, pod in pods.items() if pod is not None},
        )
