"""The Client protocol over a dictionary: what controllers and node need of an API server."""

from __future__ import annotations

import asyncio
import copy
import itertools
import re
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from sandbox.api.merge_patch import merge_patch
from sandbox.client import MERGE_PATCH, ApiError, EventType, Object, WatchEvent

_NAMESPACED = re.compile(r"(.*)/namespaces/([^/]+)/([^/]+)(.*)")
_SUBRESOURCES = ("status", "binding")


class MemoryApi:
    """Objects by kind of collection, and queues for those who watch.

    ``refusals`` says what creating an object of a collection (its plural) is answered with.
    """

    def __init__(self) -> None:
        self.objects: dict[str, dict[tuple[str, str], Object]] = {}
        self.writes: list[str] = []
        self.refusals: dict[str, ApiError] = {}
        self._version = itertools.count(1)
        self._last = 0
        self._watchers: list[tuple[str, asyncio.Queue[WatchEvent]]] = []

    async def get(self, path: str) -> Object:
        collection, key, _ = _split(path)
        return self._find(collection, key)

    async def list(
        self, path: str, *, label_selector: str = "", field_selector: str = ""
    ) -> tuple[list[Object], str]:
        assert not label_selector
        assert not field_selector
        collection, (namespace, _), _ = _split(path)
        found = self.objects.get(collection, {}).items()
        items = [obj for (space, _), obj in found if namespace in {"", space}]
        return items, str(self._last)

    async def create(self, path: str, obj: Object) -> Object:
        collection, (namespace, name), subresource = _split(path)
        if subresource == "binding":
            pod = self._find(collection, (namespace, name))
            spec = {**pod["spec"], "nodeName": obj["target"]["name"]}
            return self._store(collection, {**pod, "spec": spec}, EventType.MODIFIED)
        if refusal := self.refusals.get(collection.rsplit("/", 1)[-1]):
            raise refusal
        metadata = dict(obj["metadata"])
        if "name" not in metadata:
            metadata["name"] = metadata["generateName"] + uuid.uuid4().hex[:5]
        if namespace:
            metadata["namespace"] = namespace
        if (namespace, metadata["name"]) in self.objects.get(collection, {}):
            raise _error(409, "AlreadyExists", f"{metadata['name']} already exists")
        created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        metadata |= {"uid": str(uuid.uuid4()), "generation": 1, "creationTimestamp": created}
        return self._store(collection, {**obj, "metadata": metadata}, EventType.ADDED)

    async def update(self, path: str, obj: Object) -> Object:
        collection, key, _ = _split(path)
        self._find(collection, key)
        return self._store(collection, obj, EventType.MODIFIED)

    async def patch(
        self, path: str, patch: Object | Sequence[Object], *, content_type: str = MERGE_PATCH
    ) -> Object:
        assert content_type == MERGE_PATCH
        assert isinstance(patch, dict)
        collection, key, _ = _split(path)
        old = self._find(collection, key)
        new = merge_patch(old, patch)
        if new == old:
            return old
        if new["metadata"].get("deletionTimestamp") and not new["metadata"].get("finalizers"):
            return self._remove(collection, new)
        if "spec" in patch:
            new["metadata"]["generation"] = old["metadata"]["generation"] + 1
        return self._store(collection, new, EventType.MODIFIED)

    async def delete(
        self, path: str, *, uid: str = "", grace_period_seconds: int | None = None
    ) -> Object:
        collection, key, _ = _split(path)
        old = self._find(collection, key)
        if uid and old["metadata"]["uid"] != uid:
            raise _error(409, "Conflict", "uid differs")
        waits = collection.endswith("/pods") and old["spec"].get("nodeName")
        if old["metadata"].get("finalizers") or (waits and grace_period_seconds != 0):
            grace = 30 if grace_period_seconds is None else grace_period_seconds
            marks = {
                "deletionTimestamp": "2026-01-01T00:00:00Z",
                "deletionGracePeriodSeconds": grace,
            }
            metadata = {**old["metadata"], **marks}
            return self._store(collection, {**old, "metadata": metadata}, EventType.MODIFIED)
        return self._remove(collection, old)

    async def watch(self, path: str, *, resource_version: str) -> AsyncIterator[WatchEvent]:
        assert int(resource_version) <= self._last
        queue: asyncio.Queue[WatchEvent] = asyncio.Queue()
        self._watchers.append((_split(path)[0], queue))
        while True:
            yield await queue.get()

    def all(self, plural: str) -> Sequence[Object]:
        """Every object of the collections of this name."""
        return [
            obj
            for collection, objects in self.objects.items()
            if collection.rsplit("/", 1)[-1] == plural
            for obj in objects.values()
        ]

    def _find(self, collection: str, key: tuple[str, str]) -> Object:
        try:
            return self.objects[collection][key]
        except KeyError:
            raise _error(404, "NotFound", f"{collection} {key} not found") from None

    def _store(self, collection: str, obj: Object, kind: EventType) -> Object:
        stored = copy.deepcopy(obj)
        self._last = next(self._version)
        stored["metadata"]["resourceVersion"] = str(self._last)
        self.objects.setdefault(collection, {})[_key(stored)] = stored
        self._tell(collection, WatchEvent(kind, stored))
        return stored

    def _remove(self, collection: str, obj: Object) -> Object:
        del self.objects[collection][_key(obj)]
        self._last = next(self._version)
        self._tell(collection, WatchEvent(EventType.DELETED, obj))
        return obj

    def _tell(self, collection: str, event: WatchEvent) -> None:
        self.writes.append(f"{event.type} {collection} {event.object['metadata']['name']}")
        for watched, queue in self._watchers:
            if watched == collection:
                queue.put_nowait(event)


def _key(obj: Object) -> tuple[str, str]:
    return obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


def _split(path: str) -> tuple[str, tuple[str, str], str]:
    """The collection without its namespace, the key (namespace, name), and the subresource."""
    namespace = ""
    if match := _NAMESPACED.fullmatch(path):
        root, namespace, plural, rest = match.groups()
        path = f"{root}/{plural}{rest}"
    root_length = 3 if path.startswith("/api/") else 4
    parts = path.split("/")
    name = parts[root_length + 1] if len(parts) > root_length + 1 else ""
    subresource = parts[root_length + 2] if len(parts) > root_length + 2 else ""
    assert subresource in ("", *_SUBRESOURCES)
    return "/".join(parts[: root_length + 1]), (namespace, name), subresource


def _error(code: int, reason: str, message: str) -> ApiError:
    return ApiError(code, reason, message, {"kind": "Status", "code": code, "message": message})
