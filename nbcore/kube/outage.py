"""A server that is away is told once, however many notice it."""

from __future__ import annotations

import logging
import threading

log = logging.getLogger(__name__)


class Outage:
    """What those who talk to one server know together of its being away; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began: float | None = None

    def noticed(self, words: str, *, now: float) -> None:
        """Somebody got no answer; the first one's words are logged.

        Args:
            words: who asked what, and what went wrong.
            now: time.monotonic().
        """
        with self._lock:
            is_first, self._began = self._began is None, self._began or now
        if is_first:
            log.warning("%s; trying again", words.removesuffix("."))

    def over(self, *, asked: float) -> None:
        """Somebody got an answer; one that was on its way when the server died proves nothing.

        Args:
            asked: time.monotonic() of the question.
        """
        with self._lock:
            was_on = self._began is not None and asked > self._began
            self._began = None if was_on else self._began
        if was_on:
            log.info("The API server answers again")
