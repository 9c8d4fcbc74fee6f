"""Keys that wait for work: each at most once, with a delay or a growing one after failures."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from nbcore.kube.backoff import delay

K = TypeVar("K")


class WorkQueue(Generic[K]):
    """A queue for several workers; thread-safe.

    A key that is added while a worker has it is handed out again when that worker is done, never
    to two workers at once.

    Args:
        clock: seconds that only go forward, for example time.monotonic.
        chance: a number from 0 to 1, for the jitter of delays.
    """

    def __init__(self, clock: Callable[[], float], chance: Callable[[], float]) -> None:
        self._clock = clock
        self._chance = chance
        self._changed = threading.Condition()
        # A dict, because it keeps the order in which keys were added.
        self._ready: dict[K, None] = {}
        self._taken: set[K] = set()
        self._again: set[K] = set()
        self._later: list[tuple[float, int, K]] = []
        self._due: dict[K, float] = {}
        self._failures: dict[K, int] = {}
        self._count = 0
        self._is_closed = False

    def __len__(self) -> int:
        """How many keys wait for a worker now; delayed ones do not count."""
        with self._changed:
            return len(self._ready) + len(self._again)

    def add(self, key: K) -> None:
        """Wants a key worked on now."""
        with self._changed:
            self._add(key)

    def add_after(self, key: K, seconds: float) -> None:
        """Wants a key worked on after a delay; the earliest wish counts."""
        with self._changed:
            when = self._clock() + seconds
            if when < self._due.get(key, float("inf")):
                self._due[key] = when
                self._count += 1
                heapq.heappush(self._later, (when, self._count, key))
                self._changed.notify()

    def retry(self, key: K, *, at_least: float = 0.0) -> float:
        """Wants a key worked on again after a failure; returns the delay in seconds."""
        with self._changed:
            failures = self._failures.get(key, 0)
            self._failures[key] = failures + 1
        seconds = max(at_least, delay(failures, self._chance()))
        self.add_after(key, seconds)
        return seconds

    def forget(self, key: K) -> None:
        """Ends the series of failures of a key."""
        with self._changed:
            self._failures.pop(key, None)

    def take(self) -> K | None:
        """The next key, waiting for one; None when the queue was closed. Then call ``done``."""
        with self._changed:
            while not self._is_closed:
                self._move_due()
                if self._ready:
                    key = next(iter(self._ready))
                    del self._ready[key]
                    self._taken.add(key)
                    return key
                self._changed.wait(self._pause())
            return None

    def done(self, key: K) -> None:
        """A worker gives a key back."""
        with self._changed:
            self._taken.discard(key)
            if key in self._again:
                self._again.discard(key)
                self._add(key)

    def close(self) -> None:
        """Wakes every worker with None; keys that still wait are dropped."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _add(self, key: K) -> None:
        if key in self._taken:
            self._again.add(key)
        elif key not in self._ready:
            self._ready[key] = None
            self._changed.notify()

    def _move_due(self) -> None:
        while self._later and self._later[0][0] <= self._clock():
            when, _, key = heapq.heappop(self._later)
            # An earlier wish has replaced this one.
            if self._due.get(key) == when:
                del self._due[key]
                self._add(key)

    def _pause(self) -> float | None:
        return max(0.0, self._later[0][0] - self._clock()) if self._later else None
