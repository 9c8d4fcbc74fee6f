"""Garbage collection by ownerReferences: in the background, in the foreground, or orphaning.

https://kubernetes.io/docs/concepts/architecture/garbage-collection/
"""

from __future__ import annotations

import asyncio
from collections import defaultdict

from sandbox.api.context import World
from sandbox.api.deletes import FOREGROUND, ORPHAN
from sandbox.api.store import Change, Stored
from sandbox.client import ApiError, Client, EventType, Object

Id = tuple[str, str, str]
"""Resource, namespace and name."""


def owners_of(obj: Object) -> list[Object]:
    """The ownerReferences of an object. Pure."""
    return obj["metadata"].get("ownerReferences") or []


class GarbageCollector:
    """Knows who is owned by whom from the store's changes, and acts on them one by one."""

    def __init__(self, world: World, client: Client) -> None:
        self._world = world
        self._client = client
        self._ids: dict[str, Id] = {}
        self._dependents: dict[str, set[Id]] = defaultdict(set)
        self._todo: asyncio.Queue[Id] = asyncio.Queue()
        for resource in world.store.resources():
            for stored in world.store.items(resource):
                self._learn(resource, stored)
        self._unsubscribe = world.store.subscribe(self._on_change)

    def _learn(self, resource: str, stored: Stored) -> None:
        metadata = stored.object["metadata"]
        self._ids[metadata["uid"]] = (resource, *stored.key)
        owners = owners_of(stored.object)
        for owner in owners:
            self._dependents[owner["uid"]].add((resource, *stored.key))
        if owners or metadata.get("deletionTimestamp"):
            self._todo.put_nowait((resource, *stored.key))

    def _on_change(self, change: Change) -> None:
        if change.type is not EventType.DELETED:
            self._learn(change.resource, change.new)
            return
        metadata = change.new.object["metadata"]
        self._ids.pop(metadata["uid"], None)
        for dependent in self._dependents.pop(metadata["uid"], ()):
            self._todo.put_nowait(dependent)
        for owner in owners_of(change.new.object):
            self._dependents[owner["uid"]].discard((change.resource, *change.new.key))
            self._reconsider(owner["uid"])

    def _reconsider(self, uid: str) -> None:
        """An owner that waits in the foreground may be able to go now."""
        if owner := self._ids.get(uid):
            self._todo.put_nowait(owner)

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                await self._look_at(await self._todo.get())
        finally:
            self._unsubscribe()

    async def _look_at(self, item: Id) -> None:
        stored = self._world.store.get(*item)
        kind = self._world.registry.by_resource(item[0])
        if stored is None or kind is None:
            return
        path = kind.path(item[1], item[2])
        try:
            await self._collect(path, stored.object)
        except ApiError:
            # Somebody was quicker, or forbids it: the next change brings us here again.
            return

    async def _collect(self, path: str, obj: Object) -> None:
        metadata = obj["metadata"]
        finalizers = metadata.get("finalizers") or []
        if metadata.get("deletionTimestamp"):
            if ORPHAN in finalizers:
                await self._orphan_dependents(metadata["uid"])
                await self._without_finalizer(path, finalizers, ORPHAN)
            elif FOREGROUND in finalizers:
                await self._end_in_foreground(path, metadata)
            return
        owners = owners_of(obj)
        if owners and not any(owner["uid"] in self._ids for owner in owners):
            await self._client.delete(path, uid=metadata["uid"])

    async def _end_in_foreground(self, path: str, metadata: Object) -> None:
        dependents = list(self._owned(metadata["uid"]))
        for dependent_path, dependent in dependents:
            if not dependent["metadata"].get("deletionTimestamp"):
                await self._client.delete(dependent_path)
        if not list(self._owned(metadata["uid"])):
            await self._without_finalizer(path, metadata["finalizers"], FOREGROUND)

    async def _orphan_dependents(self, uid: str) -> None:
        for path, dependent in self._owned(uid):
            kept = [owner for owner in owners_of(dependent) if owner["uid"] != uid]
            await self._client.patch(path, {"metadata": {"ownerReferences": kept or None}})
        self._dependents.pop(uid, None)

    async def _without_finalizer(self, path: str, finalizers: list[str], gone: str) -> None:
        kept = [name for name in finalizers if name != gone]
        await self._client.patch(path, {"metadata": {"finalizers": kept}})

    def _owned(self, uid: str) -> list[tuple[str, Object]]:
        found = []
        for item in sorted(self._dependents.get(uid, ())):
            stored = self._world.store.get(*item)
            kind = self._world.registry.by_resource(item[0])
            if stored and kind and any(o["uid"] == uid for o in owners_of(stored.object)):
                found.append((kind.path(item[1], item[2]), stored.object))
        return found
