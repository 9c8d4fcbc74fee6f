"""What the controller sees of the cluster: one informer a resource, and whom a change concerns."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping

from controller.catalog_setting import NAMES, catalog_setting
from controller.children import Children, uid_of
from controller.event_index import EventIndex
from nbcore.catalog import Catalog, shipped_catalog
from nbcore.kube.client import Kube
from nbcore.kube.informer import Informer, Pace
from nbcore.kube.metadata import Key, key_of
from nbcore.kube.requests import Selection
from nbcore.kube.resources import (
    EVENTS,
    NETWORK_POLICIES,
    NOTEBOOKS,
    PODS,
    SERVICES,
    SETTINGS,
    STATEFUL_SETS,
    Resource,
)
from nbcore.names import NOTEBOOK_NAME_LABEL, JsonObject
from nbcore.objects import text_at

Wake = Callable[[Key], None]

_CHILDREN = (STATEFUL_SETS, SERVICES, PODS)
_OURS = Selection(label_selector=NOTEBOOK_NAME_LABEL)
# API servers send no bookmarks for Events: they end these watches before silence would.
_EVENTS_PACE = Pace(watch=55)


class View:
    """Memory only; every change wakes the notebook that it concerns.

    Args:
        kube: acts as the controller's account.
        wake: called with namespace and name of a notebook, from any thread.
        wake_setting: called with the catalog's Setting when it changed; None when it is gone.
        with_policies: whether NetworkPolicies are looked after; else none is read.
    """

    def __init__(
        self,
        kube: Kube,
        wake: Wake,
        wake_setting: Callable[[JsonObject | None], None],
        *,
        with_policies: bool = False,
    ) -> None:
        self._wake = wake
        self._wake_setting = wake_setting
        self._events = EventIndex()
        self._catalog: tuple[JsonObject | None, Catalog] = (None, shipped_catalog())
        self.notebooks = Informer(kube, NOTEBOOKS, on_change=self._notebook_changed)
        self._settings = Informer(kube, SETTINGS, on_change=self._setting_changed)
        self._children: dict[Resource, Informer] = {
            resource: Informer(kube, resource, _OURS, on_change=self._child_changed)
            for resource in (*_CHILDREN, *((NETWORK_POLICIES,) if with_policies else ()))
        }
        self._event_informers = [
            Informer(
                kube,
                EVENTS,
                Selection(field_selector=f"involvedObject.kind={kind}"),
                on_change=self._event_changed,
                pace=_EVENTS_PACE,
            )
            for kind in ("Pod", "StatefulSet")
        ]

    def start(self) -> None:
        """Begins to follow the cluster; returns at once."""
        for informer in self._all():
            informer.start()

    def stop(self) -> None:
        """Ends every connection and thread."""
        threads = [threading.Thread(target=informer.stop) for informer in self._all()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    @property
    def is_synced(self) -> bool:
        """Whether decisions can be made: all but Settings, which a cluster may do without."""
        return all(each.is_synced for each in self._all() if each is not self._settings)

    def children(self, notebook: JsonObject, settled: Mapping[str, str]) -> Children:
        """What belongs to a notebook, as last seen."""
        namespace, name = key_of(notebook)
        statefulset = self._children[STATEFUL_SETS].get(namespace, name)
        pod = self._children[PODS].get(namespace, f"{name}-0")
        policies = self._children.get(NETWORK_POLICIES)
        return Children(
            statefulset=statefulset,
            service=self._children[SERVICES].get(namespace, name),
            pod=pod,
            network_policy=policies.get(namespace, name) if policies else None,
            events=self._events.of(uid_of(pod), uid_of(statefulset)),
            settled=settled,
        )

    def learn(self, resource: Resource, before: JsonObject, after: JsonObject) -> None:
        """Takes over the answer to a write of ours."""
        informer = self.notebooks if resource is NOTEBOOKS else self._children[resource]
        informer.learn(before, after)

    def settings(self) -> tuple[JsonObject | None, JsonObject | None] | None:
        """The catalog's Setting by both of its names; None before they were read."""
        if not self._settings.is_synced:
            return None
        ours, old = (self._settings.get("", name) for name in NAMES)
        return ours, old

    def catalog(self) -> Catalog:
        """The catalog in force; the shipped one where there is no Setting."""
        setting = catalog_setting(*(self.settings() or (None, None)))
        read, catalog = self._catalog
        # Read once a change, not once a notebook: hundreds of images take milliseconds.
        if read is not setting:
            catalog = Catalog.from_setting(setting).catalog
            self._catalog = (setting, catalog)
        return catalog

    def _all(self) -> Iterator[Informer]:
        yield from (self.notebooks, self._settings)
        yield from self._children.values()
        yield from self._event_informers

    def _notebook_changed(self, old: JsonObject | None, new: JsonObject | None) -> None:
        for obj in filter(None, (new or old,)):
            self._wake(key_of(obj))

    def _child_changed(self, old: JsonObject | None, new: JsonObject | None) -> None:
        for obj in filter(None, (new or old,)):
            name = text_at(obj, "metadata", "labels", NOTEBOOK_NAME_LABEL)
            self._wake((key_of(obj)[0], name))

    def _event_changed(self, old: JsonObject | None, new: JsonObject | None) -> None:
        self._events.change(old, new)
        # An Event that expires says nothing new.
        if new is not None:
            kind, namespace, name = (
                text_at(new, "involvedObject", key) for key in ("kind", "namespace", "name")
            )
            self._wake((namespace, name.removesuffix("-0") if kind == "Pod" else name))

    def _setting_changed(self, old: JsonObject | None, new: JsonObject | None) -> None:
        if any(obj is not None and key_of(obj)[1] in NAMES for obj in (old, new)):
            self._wake_setting(new)
            for notebook in self.notebooks.items():
                self._wake(key_of(notebook))
