"""A copy of one collection of the API, kept current by list and watch."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sandbox.client import ApiError, Client, EventType, Object, WatchEvent
from sandbox.controllers.objects import Key, key_of

_LOG = logging.getLogger(__name__)
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0

Listener = Callable[[Object], None]
"""Is told of an object that was added, changed or deleted (then: as it was last)."""


class Mirror:
    """The objects of one collection, as of the last event seen.

    Listeners run in the event loop and must not block. Objects are shared: never change one.
    """

    def __init__(self, client: Client, path: str, api_version: str, kind: str) -> None:
        # The items of a list do not say what they are; the copy does.
        self._type = {"apiVersion": api_version, "kind": kind}
        self._client = client
        self._path = path
        self._objects: dict[str, dict[str, Object]] = {}
        self._listeners: list[Listener] = []
        self.synced = asyncio.Event()

    def subscribe(self, listener: Listener) -> None:
        """Tell this listener of every change from now on; of what exists, at the first list."""
        self._listeners.append(listener)

    def get(self, namespace: str, name: str) -> Object | None:
        """The object, or None."""
        return self._objects.get(namespace, {}).get(name)

    def items(self, namespace: str | None = None) -> list[Object]:
        """The objects of a namespace; None means everywhere."""
        if namespace is not None:
            return list(self._objects.get(namespace, {}).values())
        return [obj for group in self._objects.values() for obj in group.values()]

    def expect(self, obj: Object) -> None:
        """Take an object that was just made, before the watch brings it."""
        if self.get(*key_of(obj)) is None:
            self._store(obj)

    def assume(self, obj: Object) -> None:
        """Put our own change into the copy, until the watch brings it; listeners are not told."""
        key = key_of(obj)
        if self.get(*key) is not None:
            self._objects[key.namespace][key.name] = obj

    async def run(self) -> None:
        """Keep the copy current until cancelled; errors and expired watches are survived."""
        pause = _FIRST_PAUSE
        while True:
            try:
                version = await self._relist()
                pause = _FIRST_PAUSE
                await self._follow(version)
                # A server that ends every watch at once must not be asked in a hot loop.
                await asyncio.sleep(_FIRST_PAUSE)
            except (ApiError, OSError, TimeoutError) as error:
                _LOG.warning("%s: %s; trying again in %.1f s", self._path, error, pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    async def _relist(self) -> str:
        items, version = await self._client.list(self._path)
        gone = {key_of(obj): obj for obj in self.items()}
        for item in items:
            obj = self._type | item
            old = gone.pop(key_of(obj), None)
            if old is None or old != obj:
                self._store(obj)
        for obj in gone.values():
            self._forget(obj)
        self.synced.set()
        return version

    async def _follow(self, version: str) -> None:
        async for event in self._client.watch(self._path, resource_version=version):
            if event.type is EventType.ERROR:
                # 410 Gone, or the server's other reasons to end a watch: list again.
                return
            self._take(event)

    def _take(self, event: WatchEvent) -> None:
        if event.type is EventType.DELETED:
            self._forget(event.object)
        elif event.type is not EventType.BOOKMARK:
            self._store(event.object)

    def _store(self, obj: Object) -> None:
        key = key_of(obj)
        self._objects.setdefault(key.namespace, {})[key.name] = obj
        self._tell(obj)

    def _forget(self, obj: Object) -> None:
        key: Key = key_of(obj)
        self._objects.get(key.namespace, {}).pop(key.name, None)
        self._tell(obj)

    def _tell(self, obj: Object) -> None:
        for listener in self._listeners:
            listener(obj)
