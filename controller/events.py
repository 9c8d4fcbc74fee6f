"""Events by the object that they are about, and what the newest of them say."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from nbcore.actions import read_time
from nbcore.kube.informer import key_of
from nbcore.names import JsonObject
from nbcore.objects import text_at

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class EventIndex:
    """The Events that an informer holds, found by the uid of their object; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_uid: dict[str, dict[tuple[str, str], JsonObject]] = defaultdict(dict)

    def change(self, old: JsonObject | None, new: JsonObject | None) -> None:
        """An informer's on_change."""
        with self._lock:
            if old is not None:
                self._remove(old)
            if new is not None:
                self._by_uid[_about(new)][key_of(new)] = new

    def of(self, *uids: str) -> tuple[JsonObject, ...]:
        """The Events about the objects with these uids."""
        with self._lock:
            return tuple(
                event for uid in uids if uid for event in self._by_uid.get(uid, {}).values()
            )

    def _remove(self, event: JsonObject) -> None:
        uid = _about(event)
        events = self._by_uid.get(uid, {})
        events.pop(key_of(event), None)
        if not events:
            self._by_uid.pop(uid, None)


def _about(event: JsonObject) -> str:
    return text_at(event, "involvedObject", "uid")


def time_of(event: JsonObject) -> datetime:
    """When it last happened; old and new Events say so in different fields. Pure."""
    said = (
        text_at(event, "series", "lastObservedTime"),
        text_at(event, "lastTimestamp"),
        text_at(event, "eventTime"),
        text_at(event, "metadata", "creationTimestamp"),
    )
    return next((when for when in map(read_time, said) if when), _LONG_AGO)


def newest(
    events: Iterable[JsonObject], *reasons: str, since: datetime | None = None
) -> JsonObject | None:
    """The last Event with one of the reasons, at or after ``since``, or None. Pure."""
    found = [
        event
        for event in events
        if text_at(event, "reason") in reasons and time_of(event) >= (since or _LONG_AGO)
    ]
    return max(found, key=time_of, default=None)
