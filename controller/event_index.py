"""Events by the object that they are about."""

from __future__ import annotations

import threading
from collections import defaultdict

from nbcore.kube.metadata import key_of
from nbcore.names import JsonObject
from nbcore.objects import text_at


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
