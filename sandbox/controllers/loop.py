"""The loop that all controllers share: a queue of keys, one reconcile at a time, back-off."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sandbox.client import ApiError
from sandbox.controllers.objects import Key

_LOG = logging.getLogger(__name__)
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 30.0

Reconcile = Callable[[Key], Awaitable[float | None]]
"""Brings one key to its desired state; answers after how many seconds to look again, or None."""


class WorkQueue:
    """Keys that wait for work, each at most once.

    A key that is added while it is worked on is handed out again afterwards, so that a change is
    never lost and two reconciles of one key never overlap.
    """

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Key] = asyncio.Queue()
        self._queued: set[Key] = set()
        self._timers: dict[Key, asyncio.TimerHandle] = {}

    def add(self, key: Key) -> None:
        """Work on this key as soon as possible."""
        if key not in self._queued:
            self._queued.add(key)
            self._waiting.put_nowait(key)

    def add_after(self, key: Key, seconds: float) -> None:
        """Work on this key after so many seconds; a later call replaces an earlier one."""
        if timer := self._timers.pop(key, None):
            timer.cancel()
        self._timers[key] = asyncio.get_running_loop().call_later(seconds, self._ring, key)

    def _ring(self, key: Key) -> None:
        self._timers.pop(key, None)
        self.add(key)

    async def get(self) -> Key:
        """The next key; from here on it may be added again."""
        key = await self._waiting.get()
        self._queued.discard(key)
        return key


async def work(name: str, queue: WorkQueue, reconcile: Reconcile) -> None:
    """Reconcile what the queue hands out, until cancelled.

    A failing key is tried again after 0.1 s, 0.2 s ... 30 s; the others go on meanwhile.
    """
    failures: dict[Key, int] = {}
    while True:
        key = await queue.get()
        try:
            again = await reconcile(key)
        except (ApiError, OSError, TimeoutError) as error:
            again = _pause(failures, key, error, name)
        except Exception:  # noqa: BLE001 one broken key must not stop the others
            _LOG.exception("%s: %s/%s", name, key.namespace, key.name)
            again = _pause(failures, key, None, name)
        else:
            failures.pop(key, None)
        if again is not None:
            queue.add_after(key, again)


def _pause(failures: dict[Key, int], key: Key, error: Exception | None, name: str) -> float:
    count = failures[key] = failures.get(key, 0) + 1
    # A conflict is the normal answer to somebody who was quicker: not worth a line.
    if error and not (isinstance(error, ApiError) and error.code == 409):
        _LOG.warning("%s: %s/%s: %s", name, key.namespace, key.name, error)
    return float(min(_FIRST_PAUSE * 2 ** (count - 1), _LONGEST_PAUSE))
