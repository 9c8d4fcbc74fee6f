"""Asks an API server that says nothing whether it is still there.

An open connection tells nothing: a server that hangs keeps it, and so does a network that drops
everything. Watches bring a bookmark a minute only, which is too rare to tell people how old what
they see is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from nbcore.errors import ClusterError
from nbcore.kube.client import Kube
from nbcore.kube.outage import Outage


@dataclass(frozen=True, slots=True)
class Beat:
    """Seconds.

    Attributes:
        quiet: after so long without a word from the server it is asked.
        patience: how long it may take to answer.
        again: from a question without an answer to the next one.
    """

    quiet: float = 5
    patience: float = 3
    again: float = 1


USUAL_BEAT = Beat()
# A question under way may take longer; nothing follows from its answer then.
_STOP_SECONDS = 0.5
# Above this the answer may come from a proxy in between, or from a server without its storage.
_LAST_WORD_OF_ITS_OWN = 499


class Pulse:
    """A thread that makes sure that a living server was heard lately.

    Args:
        kube: any identity; the question needs no rights but those that everybody has.
        heard: time.monotonic() of the last word that others had from the server.
        outage: where the others tell that the server is away, too.
        on_return: called when it answers after it had not; what was open may be dead.

    Attributes:
        last_contact: time.monotonic() of the last answer to a question; 0.0 before the first.
    """

    def __init__(
        self,
        kube: Kube,
        *,
        heard: Callable[[], float],
        outage: Outage,
        on_return: Callable[[], None],
        beat: Beat = USUAL_BEAT,
    ) -> None:
        self._kube = kube
        self._heard = heard
        self._outage = outage
        self._on_return = on_return
        self._beat = beat
        self._is_away = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
        self.last_contact = 0.0

    def start(self) -> None:
        """Starts the thread; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread, also if it never started."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        pause = self._beat.quiet
        while not self._stopping.wait(pause):
            due = max(self._heard(), self.last_contact) + self._beat.quiet
            left = due - time.monotonic()
            pause = left if left > 0 else self._ask()

    def _ask(self) -> float:
        """Asks once; tells after how many seconds to look again."""
        asked = time.monotonic()
        try:
            self._kube.version(read_seconds=self._beat.patience)
        except ClusterError as error:
            if not 0 < error.code <= _LAST_WORD_OF_ITS_OWN:
                self._missed(f"{error.request}: {error}")
                return self._beat.again
        self.last_contact = time.monotonic()
        self._outage.over(asked=asked)
        if self._is_away:
            self._is_away = False
            self._on_return()
        return self._beat.quiet

    def _missed(self, words: str) -> None:
        self._is_away = True
        if not self._stopping.is_set():
            self._outage.noticed(words, now=time.monotonic())
