"""What pages and gateway know of the cluster, in memory: reading it never asks the API server."""

from __future__ import annotations

import threading
import time

from nbcore.kube.client import Kube
from nbcore.kube.informer import USUAL_PACE, Informer, Pace
from nbcore.kube.requests import EVERYTHING, Selection
from nbcore.kube.resources import (
    ENDPOINT_SLICES,
    NAMESPACES,
    NODES,
    NOTEBOOKS,
    PERSISTENT_VOLUME_CLAIMS,
    PODS,
    SETTINGS,
    STATEFUL_SETS,
    STORAGE_CLASSES,
    Resource,
)
from nbcore.names import NOTEBOOK_NAME_LABEL, JsonObject

_OF_NOTEBOOKS = Selection(label_selector=NOTEBOOK_NAME_LABEL)

FOLLOWED: tuple[tuple[Resource, Selection], ...] = (
    (NOTEBOOKS, EVERYTHING),
    (STATEFUL_SETS, _OF_NOTEBOOKS),
    (PODS, _OF_NOTEBOOKS),
    # The cluster copies a Service's labels to its slices.
    (ENDPOINT_SLICES, _OF_NOTEBOOKS),
    (PERSISTENT_VOLUME_CLAIMS, EVERYTHING),
    (SETTINGS, EVERYTHING),
    (STORAGE_CLASSES, EVERYTHING),
    (NAMESPACES, EVERYTHING),
    (NODES, EVERYTHING),
)


class ClusterCache:
    """The objects that all viewers share, as the app's own account sees them.

    Safe from any thread and from an event loop. Objects that it hands out are shared: never
    change them.
    """

    def __init__(self, kube: Kube, *, pace: Pace = USUAL_PACE) -> None:
        self._lock = threading.Lock()
        self._revision = 0
        self._began = 0.0
        self._informers = {
            resource: Informer(kube, resource, selection, on_change=self._count, pace=pace)
            for resource, selection in FOLLOWED
        }

    def start(self) -> None:
        """Begins to follow the cluster; returns at once."""
        self._began = time.monotonic()
        for informer in self._informers.values():
            informer.start()

    def stop(self) -> None:
        """Ends every connection and thread; the last state stays readable."""
        threads = [threading.Thread(target=informer.stop) for informer in self._informers.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def list(self, resource: Resource, namespace: str = "") -> list[JsonObject]:
        """All objects of one of the FOLLOWED resources, in no particular order."""
        items = self._informers[resource].items()
        if not namespace:
            return items
        return [item for item in items if item["metadata"].get("namespace") == namespace]

    def get(self, resource: Resource, name: str, namespace: str = "") -> JsonObject | None:
        """One object of one of the FOLLOWED resources, or None."""
        return self._informers[resource].get(namespace, name)

    @property
    def revision(self) -> int:
        """Grows with each change of any object; equal revisions mean equal contents."""
        return self._revision

    @property
    def is_synced(self) -> bool:
        """Whether every resource was read at least once."""
        return all(informer.is_synced for informer in self._informers.values())

    def has_synced(self, resource: Resource) -> bool:
        """Whether this resource was read at least once."""
        return self._informers[resource].is_synced

    def silence(self, now: float) -> float:
        """Seconds since the cluster last answered, or since the start; 0 while it is connected.

        Args:
            now: time.monotonic().
        """
        informers = self._informers.values()
        if any(informer.is_connected for informer in informers):
            return 0.0
        return max(0.0, now - max(self._began, *(each.last_contact for each in informers)))

    def _count(self, _old: JsonObject | None, _new: JsonObject | None) -> None:
        with self._lock:
            self._revision += 1
