"""A server that is away is told once, however many notice it."""

from __future__ import annotations

import logging
import threading

log = logging.getLogger(__name__)


class Outage:
    """What those who talk to one server know together of its being away; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_on = False

    def noticed(self, words: str) -> None:
        """Somebody got no answer; the first one's words are logged."""
        with self._lock:
            is_first, self._is_on = not self._is_on, True
        if is_first:
            log.warning("%s; trying again", words.removesuffix("."))

    def over(self) -> None:
        """Somebody got an answer."""
        with self._lock:
            was_on, self._is_on = self._is_on, False
        if was_on:
            log.info("The API server answers again")
