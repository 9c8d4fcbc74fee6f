"""Keeps the objects of one resource in memory and tells what changed: list, then watch, for ever.

What a watch may miss (a delete while nobody was connected) is found by comparing after each new
list. Failures are retried with a growing delay; none of them ends the thread.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from nbcore.errors import ClusterError, ExpiredError, UnreachableError
from nbcore.kube.backoff import delay
from nbcore.kube.client import Kube
from nbcore.kube.metadata import (
    Key,
    differences,
    key_of,
    version_of,
    without_managed_fields,
)
from nbcore.kube.outage import Outage
from nbcore.kube.requests import EVERYTHING, Selection
from nbcore.kube.resources import Resource
from nbcore.kube.watch import Watch, WatchEvent
from nbcore.names import JsonObject

log = logging.getLogger(__name__)

OnChange = Callable[[JsonObject | None, JsonObject | None], None]
"""Called with the object before and after; None: it was not, or is no longer, there."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds, and what varies them.

    Attributes:
        watch: the server ends a watch after this, plus up to a quarter by chance.
        silence: without a byte for so long the other side is gone. Bookmarks come every minute.
        steady: a watch that lived so long was no failure; shorter ones count as such, so that a
            server that hangs up at once is not asked again at once.
        chance: from 0 to 1; keeps those who follow the same server out of step.
    """

    watch: int = 240
    silence: float = 75
    steady: float = 1
    chance: Callable[[], float] = random.random


USUAL_PACE = Pace()
_STOP_SECONDS = 2


class Informer:
    """One resource, or a selection of it, followed by a thread.

    Objects that it hands out are shared: never change them. ``on_change`` is called in the
    informer's thread; what it raises is logged, and the informer goes on. ``outage`` is shared by
    those who follow the same server together.

    Attributes:
        last_contact: time.monotonic() of the server's last answer or event; 0.0 before the first.
    """

    def __init__(
        self,
        kube: Kube,
        resource: Resource,
        selection: Selection = EVERYTHING,
        *,
        on_change: OnChange,
        pace: Pace = USUAL_PACE,
        outage: Outage | None = None,
    ) -> None:
        self._kube = kube
        self._resource = resource
        self._selection = selection
        self._on_change = on_change
        self._pace = pace
        self._outage = outage or Outage()
        self._lock = threading.Lock()
        self._objects: dict[Key, JsonObject] = {}
        self._version = ""
        self._watch: Watch | None = None
        self._complaint = ""
        self._stopping = threading.Event()
        self._synced = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name=f"informer-{resource.plural}", daemon=True
        )
        self.last_contact = 0.0

    def start(self) -> None:
        """Starts the thread; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread, also while it waits for the server, and if it never started."""
        self._stopping.set()
        self.renew()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def renew(self) -> None:
        """Replaces the open watch, if there is one; nothing is missed."""
        if watch := self._watch:
            watch.close()

    @property
    def is_synced(self) -> bool:
        """Whether the first list is in memory."""
        return self._synced.is_set()

    def get(self, namespace: str, name: str) -> JsonObject | None:
        """The object as last seen, or None."""
        return self._objects.get((namespace, name))

    def items(self) -> list[JsonObject]:
        """All objects as last seen, in no particular order."""
        with self._lock:
            return list(self._objects.values())

    def learn(self, before: JsonObject, after: JsonObject) -> None:
        """Takes over the answer to a write of ours before the watch tells of it.

        So that what was just written is not decided again on old data; nothing is told. Without
        effect if the object has changed since ``before`` was read.
        """
        with self._lock:
            if self._objects.get(key_of(before)) is before:
                self._objects[key_of(before)] = without_managed_fields(after)

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            self._attempt()
            is_steady = time.monotonic() - began >= self._pace.steady
            failures = 0 if is_steady else failures + 1
            self._stopping.wait(delay(max(0, failures - 1), self._pace.chance()))

    def _attempt(self) -> None:
        """Lists if need be and follows one watch to its end; never raises."""
        asked = time.monotonic()
        try:
            if not self._version:
                self._relist()
            self._follow()
        except ExpiredError:
            self._version = ""
            self._answered(asked)
        except UnreachableError as error:
            if not self._stopping.is_set():
                self._outage.noticed(f"{error.request}: {error}", now=time.monotonic())
        except ClusterError as error:
            if error.code:
                self._answered(asked)
            self._complain(f"{error.request}: {error}")
        except Exception:
            # A defect of ours must not end the thread that everybody's view depends on.
            log.exception("The informer for %s starts over", self._resource.plural)
            self._version = ""

    def _relist(self) -> None:
        asked = time.monotonic()
        listing = self._kube.listing(self._resource, self._selection)
        self._answered(asked)
        fresh = {key_of(item): without_managed_fields(item) for item in listing.items}
        before, self._objects = self._objects, fresh
        for old, new in differences(before, fresh):
            self._tell(old, new)
        self._version = listing.resource_version
        self._synced.set()

    def _follow(self) -> None:
        asked = time.monotonic()
        watch = self._kube.watch(
            self._resource,
            self._selection,
            resource_version=self._version,
            timeout_seconds=int(self._pace.watch * (1 + self._pace.chance() / 4)),
            read_seconds=self._pace.silence,
        )
        self._watch = watch
        self._answered(asked)
        self._complaint = ""
        try:
            # stop() may have looked for the watch just before it was there.
            if not self._stopping.is_set():
                for event in watch:
                    self.last_contact = time.monotonic()
                    self._take(event)
        except UnreachableError as error:
            # Usual for a watch on which nothing happens; if the server is gone, the next one fails.
            log.debug("%s: %s", error.request, error)
        finally:
            self._watch = None
            watch.release()

    def _take(self, event: WatchEvent) -> None:
        obj = event.object
        if event.type in {"ADDED", "MODIFIED"}:
            key, new = key_of(obj), without_managed_fields(obj)
            old = self._objects.get(key)
            with self._lock:
                self._objects[key] = new
            if old is None or version_of(old) != version_of(new):
                self._tell(old, new)
        elif event.type == "DELETED":
            with self._lock:
                old = self._objects.pop(key_of(obj), None)
            self._tell(old, None)
        self._version = version_of(obj) or self._version

    def _tell(self, old: JsonObject | None, new: JsonObject | None) -> None:
        if old is None and new is None:
            return
        try:
            self._on_change(old, new)
        except Exception:
            log.exception("A change of %s could not be handled", self._resource.plural)

    def _complain(self, words: str) -> None:
        """Logs a failure once, however often it is tried again."""
        if words != self._complaint and not self._stopping.is_set():
            log.warning("%s; trying again", words.removesuffix("."))
        self._complaint = words

    def _answered(self, asked: float) -> None:
        self.last_contact = time.monotonic()
        self._outage.over(asked=asked)
