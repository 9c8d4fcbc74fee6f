"""What pages and gateway know of the cluster, in memory: reading it never asks the API server."""

from __future__ import annotations

import threading
import time

from nbcore.bindings import BindingIndex, Grants
from nbcore.identity import Person
from nbcore.kube.client import Kube
from nbcore.kube.informer import USUAL_PACE, Informer, OnChange, Pace
from nbcore.kube.outage import Outage
from nbcore.kube.pulse import USUAL_BEAT, Beat, Pulse
from nbcore.kube.requests import EVERYTHING, Selection
from nbcore.kube.resources import (
    ENDPOINT_SLICES,
    NAMESPACES,
    NODES,
    NOTEBOOKS,
    PERSISTENT_VOLUME_CLAIMS,
    PODS,
    ROLE_BINDINGS,
    ROLES,
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
    (ROLE_BINDINGS, EVERYTHING),
    (ROLES, EVERYTHING),
)


class ClusterCache:
    """The objects that all viewers share, as the app's own account sees them.

    Safe from any thread and from an event loop. Objects that it hands out are shared: never
    change them.
    """

    def __init__(self, kube: Kube, *, pace: Pace = USUAL_PACE, beat: Beat = USUAL_BEAT) -> None:
        self._lock = threading.Lock()
        self._revision = 0
        self._began = time.monotonic()
        outage = Outage()
        self._bindings = BindingIndex()
        told: dict[Resource, OnChange] = {ROLE_BINDINGS: self._bound, ROLES: self._ruled}
        self._informers = {
            resource: Informer(
                kube,
                resource,
                selection,
                on_change=told.get(resource, self._count),
                pace=pace,
                outage=outage,
            )
            for resource, selection in FOLLOWED
        }
        self._pulse = Pulse(
            kube, heard=self._heard, outage=outage, on_return=self._renew, beat=beat
        )

    def start(self) -> None:
        """Begins to follow the cluster; returns at once."""
        self._began = time.monotonic()
        for informer in self._informers.values():
            informer.start()
        self._pulse.start()

    def stop(self) -> None:
        """Ends every connection and thread; the last state stays readable."""
        stops = [self._pulse.stop, *(informer.stop for informer in self._informers.values())]
        threads = [threading.Thread(target=stop) for stop in stops]
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

    def grants(self, person: Person) -> Grants:
        """Where a RoleBinding names the person or one of the groups, and for which roles."""
        return self._bindings.grants(person)

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
        """Seconds since the cluster last said anything, or since the start if it never did.

        A cluster where nothing happens is asked, so that this stays below ten seconds.

        Args:
            now: time.monotonic().
        """
        return max(0.0, now - max(self._began, self._pulse.last_contact, self._heard()))

    def _heard(self) -> float:
        return max(informer.last_contact for informer in self._informers.values())

    def _renew(self) -> None:
        for informer in self._informers.values():
            informer.renew()

    def _bound(self, old: JsonObject | None, new: JsonObject | None) -> None:
        self._bindings.change(old, new)
        self._count(old, new)

    def _ruled(self, old: JsonObject | None, new: JsonObject | None) -> None:
        self._bindings.change_role(old, new)
        self._count(old, new)

    def _count(self, _old: JsonObject | None, _new: JsonObject | None) -> None:
        with self._lock:
            self._revision += 1
