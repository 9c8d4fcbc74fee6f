"""Slows down who tries passwords: for one user from one address, and nobody else.

Somebody who knows the password can still sign in from elsewhere, so that guessing locks nobody out.
What is remembered is bounded, and forgotten after an hour without a try. Pure.
"""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass


def neighbourhood(address: str) -> str:
    """What counts as one address: of IPv6 the first half, for everybody chooses the rest freely."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip), 64), strict=False))


@dataclass(frozen=True, slots=True)
class Pauses:
    """How many tries are free, and the pauses after that; seconds.

    Attributes:
        free: wrong passwords before the first pause.
        first: each further wrong password doubles it.
        longest: where the doubling ends.
        forget: a pair that was quiet for so long begins anew.
        pairs: remembered at most; the quietest are forgotten first.
    """

    free: int = 5
    first: float = 60
    longest: float = 900
    forget: float = 3600
    pairs: int = 10_000


USUAL_PAUSES = Pauses()


@dataclass(frozen=True, slots=True)
class _Tries:
    wrong: int
    last: float


class Guesses:
    """The tries of the last hour by user and address; not thread-safe."""

    def __init__(self, pauses: Pauses = USUAL_PAUSES) -> None:
        self._pauses = pauses
        self._tries: dict[tuple[str, str], _Tries] = {}

    def wait(self, user: str, address: str, now: float) -> int:
        """Whole seconds until the next try is allowed; 0 for now."""
        tries = self._recent(user, address, now)
        return max(0, math.ceil(tries.last + self._pause(tries.wrong) - now))

    def begin(self, user: str, address: str, now: float) -> None:
        """Counts a try as wrong before it is checked: several at once must not all be free."""
        wrong = self._recent(user, address, now).wrong + 1
        self._tries.pop((user, address), None)
        self._make_room(now)
        self._tries[user, address] = _Tries(wrong, now)

    def was_right(self, user: str, address: str) -> None:
        """Forgets the tries of somebody who knew the password."""
        self._tries.pop((user, address), None)

    def left(self, user: str, address: str, now: float) -> int:
        """Tries that are free before there is a pause."""
        return max(0, self._pauses.free - self._recent(user, address, now).wrong)

    def __len__(self) -> int:
        return len(self._tries)

    def _recent(self, user: str, address: str, now: float) -> _Tries:
        tries = self._tries.get((user, address))
        if tries is None or now - tries.last > self._pauses.forget:
            return _Tries(0, now)
        return tries

    def _pause(self, wrong: int) -> float:
        beyond = wrong - self._pauses.free
        if beyond < 0:
            return 0
        return min(self._pauses.longest, self._pauses.first * 2.0 ** min(beyond, 32))

    def _make_room(self, now: float) -> None:
        """The dictionary is in the order of the last tries: the quietest come first."""
        while self._tries:
            pair, oldest = next(iter(self._tries.items()))
            if len(self._tries) < self._pauses.pairs and now - oldest.last <= self._pauses.forget:
                return
            del self._tries[pair]
