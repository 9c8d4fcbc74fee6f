"""Watch: the changes of a collection, from a resourceVersion on, as one ordered stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from sandbox.api import statuses
from sandbox.api.context import Call
from sandbox.api.kinds import Kind
from sandbox.api.reads import bad_version
from sandbox.api.selectors import Test, selection
from sandbox.api.store import Change, CompactedError, Stored
from sandbox.client import EventType, Object

BOOKMARK_SECONDS = 55.0
"""Clients give up on a silent watch after 70 s or so; a real server sends one each minute."""
_LONGEST_QUEUE = 10_000
_DEFAULT_TIMEOUT = 1800.0
_INITIAL_EVENTS_END = "k8s.io/initial-events-end"

Event = tuple[EventType, Object, bytes]
"""What happened, the object, and the object's bytes."""


def seen_as(change: Change, test: Test | None, namespace: str) -> tuple[EventType, Stored] | None:
    """What a change looks like through a selection: objects come and go with their labels. Pure."""
    if namespace and change.new.key[0] != namespace:
        return None
    was_in = change.old is not None and (test is None or test(change.old.object))
    is_in = change.type is not EventType.DELETED and (test is None or test(change.new.object))
    match was_in, is_in:
        case False, True:
            return EventType.ADDED, change.new
        case True, True:
            return EventType.MODIFIED, change.new
        case True, False:
            return EventType.DELETED, change.new
        case _:
            return None


class Watch:
    """One running watch. It begins to collect when it is made, so that nothing is missed.

    Raises:
        ApiError: 400 for parameters that can't be read.
    """

    def __init__(self, call: Call) -> None:
        query = call.request.query
        self._call = call
        self._store = call.world.store
        name = query.get("fieldSelector", "")
        self._test = selection(call.kind, query.get("labelSelector", ""), name)
        self._queue: asyncio.Queue[Change | None] = asyncio.Queue(_LONGEST_QUEUE)
        self._wants_bookmarks = call.request.flag("allowWatchBookmarks")
        timeout = call.request.number("timeoutSeconds")
        self._timeout = float(timeout) if timeout else _DEFAULT_TIMEOUT
        self._has_failed = False
        self._backlog = list(self._first_events())
        self._unsubscribe = self._store.subscribe(self._on_change)

    @property
    def kind(self) -> Kind:
        """Of which kind the objects are."""
        return self._call.kind

    def _first_events(self) -> Iterator[Event]:
        version = self._call.request.query.get("resourceVersion", "")
        if version in {"", "0"} or self._call.request.flag("sendInitialEvents"):
            yield from self._initial_events()
            return
        if not version.isdecimal():
            raise bad_version(version)
        try:
            changes = self._store.since(int(version))
        except CompactedError:
            # A real server says so inside the stream, with HTTP 200.
            message = f"too old resource version: {version} ({self._store.compacted})"
            body = statuses.expired(message).body
            yield EventType.ERROR, body, b""
            self._has_failed = True
            return
        yield from (event for change in changes for event in self._events(change))

    def _initial_events(self) -> Iterator[Event]:
        for stored in self._call.siblings():
            if self._test is None or self._test(stored.object):
                yield EventType.ADDED, stored.object, stored.raw
        if self._call.request.flag("sendInitialEvents") and self._wants_bookmarks:
            yield self._bookmark({_INITIAL_EVENTS_END: "true"})

    def _on_change(self, change: Change) -> None:
        if change.resource != self._call.kind.resource:
            return
        try:
            self._queue.put_nowait(change)
        except asyncio.QueueFull:
            self.close()  # A reader this slow lists again: better than memory without end.

    def _events(self, change: Change) -> Iterator[Event]:
        if change.resource == self._call.kind.resource:
            seen = seen_as(change, self._test, self._call.namespace)
            if seen:
                yield seen[0], seen[1].object, seen[1].raw

    def _bookmark(self, annotations: Object | None = None) -> Event:
        kind = self._call.kind
        metadata: Object = {"resourceVersion": str(self._store.revision)}
        metadata |= {"annotations": annotations} if annotations else {}
        body: Object = {"kind": kind.kind, "apiVersion": kind.api_version, "metadata": metadata}
        return EventType.BOOKMARK, body, b""

    def close(self) -> None:
        """Stop collecting; the stream ends when it has delivered what it has."""
        self._unsubscribe()
        while self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def events(self) -> AsyncIterator[Event]:
        """The stream; it ends by itself after the watch's timeout."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout
        try:
            for event in self._backlog:
                yield event
            self._backlog = []
            if self._has_failed:
                return
            while (left := deadline - loop.time()) > 0:
                try:
                    async with asyncio.timeout(min(left, BOOKMARK_SECONDS)):
                        change = await self._queue.get()
                except TimeoutError:
                    if self._wants_bookmarks:
                        yield self._bookmark()
                    continue
                if change is None:
                    return
                for event in self._events(change):
                    yield event
        finally:
            self._unsubscribe()
