"""Takes part in the election until it leads, then renews; says when leadership is lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from controller.election import (
    LEASE_NAME,
    USUAL_PACE,
    Pace,
    Sight,
    claim,
    holder,
    new_lease,
    released,
    sight,
)
from nbcore.errors import AlreadyExistsError, ClusterError, ConflictError, NotFoundError
from nbcore.kube.client import Kube
from nbcore.kube.resources import LEASES
from nbcore.names import JsonObject

log = logging.getLogger(__name__)

_JOIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of those who may lead.

    Attributes:
        namespace: where the Lease is.
        identity: unique among all candidates that ever were.
    """

    namespace: str
    identity: str
    pace: Pace = USUAL_PACE


class Elector:
    """One candidate; ``start`` it once, ``stop`` it once.

    Args:
        kube: with a pool of its own, so that no other request is in the way, and with answers
            awaited no longer than the candidate's ``pace.retry``.
        candidate: who this is.
        on_leading: called once, from the elector's thread.
        on_lost: called when it led and may no longer; must end the process. Whoever only notes it
            would work on beside the next leader.
        wall: the time that is written down for people, with a time zone.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        kube: Kube,
        candidate: Candidate,
        *,
        on_leading: Callable[[], None],
        on_lost: Callable[[], None],
        wall: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kube = kube
        self._namespace = candidate.namespace
        self._identity = candidate.identity
        self._pace = candidate.pace
        self._on_leading = on_leading
        self._on_lost = on_lost
        self._clock = clock
        self._wall = wall
        self._seen: Sight | None = None
        self._renewed: float | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="elector", daemon=True)

    def start(self) -> None:
        """Takes part from now on; returns at once."""
        self._thread.start()

    @property
    def is_leading(self) -> bool:
        """Whether it may work now: it led, and renewed recently enough."""
        return self._renewed is not None and self._clock() < self._renewed + self._pace.renew

    def check(self) -> None:
        """To be called before each write: a process that was paused learns here what it missed."""
        if not self.is_leading:
            self._lose()

    def stop(self, *, release: bool) -> None:
        """Takes part no longer.

        Args:
            release: the next leader may begin at once; only when nothing of ours is on its way.
        """
        self._stopping.set()
        self._thread.join(_JOIN_SECONDS)
        if release and self.is_leading and self._seen is not None and self._seen.lease is not None:
            try:
                self._kube.replace(LEASES, released(self._seen.lease))
            except ClusterError as error:
                log.warning("the lease was not given back: %s", error)

    def _run(self) -> None:
        while not self._stopping.is_set():
            began = self._clock()
            was_leading = self._renewed is not None
            if self._attempt():
                self._renewed = began
                if not was_leading:
                    log.info("%s leads", self._identity)
                    self._on_leading()
            elif was_leading and (not self.is_leading or self._is_anothers()):
                self._lose()
                return
            self._stopping.wait(self._pace.retry)

    def _lose(self) -> None:
        self._renewed = None
        self._on_lost()

    def _is_anothers(self) -> bool:
        return self._seen is not None and holder(self._seen.lease) not in {"", self._identity}

    def _attempt(self) -> bool:
        """Tries once to lead, or to lead on; never raises."""
        try:
            return self._claim()
        except (ConflictError, AlreadyExistsError, NotFoundError):
            # Somebody wrote or deleted it: what is there now decides, at the next attempt.
            self._renew_sight()
        except ClusterError as error:
            log.warning("%s: %s", error.request, error)
        except Exception:
            log.exception("the lease could not be read")
        return False

    def _claim(self) -> bool:
        # A leader knows the Lease: it wrote it. If not, the server says that it is another version.
        seen = self._look() if self._renewed is None or self._seen is None else self._seen
        wanted = claim(seen, self._identity, self._clock(), self._wall(), self._pace)
        if wanted is None:
            return False
        self._seen = Sight(self._write(wanted), self._clock())
        return True

    def _write(self, wanted: JsonObject) -> JsonObject:
        if "metadata" in wanted:
            return self._kube.replace(LEASES, wanted)
        return self._kube.create(LEASES, new_lease(wanted, self._namespace))

    def _look(self) -> Sight:
        try:
            lease = self._kube.get(LEASES, LEASE_NAME, self._namespace)
        except NotFoundError:
            lease = None
        self._seen = sight(self._seen, lease, self._clock())
        return self._seen

    def _renew_sight(self) -> None:
        try:
            self._look()
        except ClusterError as error:
            log.warning("%s: %s", error.request, error)
