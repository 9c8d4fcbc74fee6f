"""Slows down who tries passwords: for one user from one address, and one address for all users.

Somebody who knows the password can still sign in from elsewhere, so that guessing locks nobody out.
What is remembered is bounded, and forgotten after an hour without a try. Pure.
"""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass
from typing import TypeVar

_Key = TypeVar("_Key")


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
        _make_room(self._tries, now, most=self._pauses.pairs, forget=self._pauses.forget)
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


@dataclass(frozen=True, slots=True)
class Budget:
    """What one address may try, whatever the names.

    Attributes:
        free: wrong passwords within `seconds`; the last of them begins a pause that is as long.
        seconds: see free.
        addresses: remembered at most; the oldest are forgotten first.
    """

    free: int = 30
    seconds: float = 300
    addresses: int = 10_000


USUAL_BUDGET = Budget()


class Budgets:
    """The tries of the last minutes by address; not thread-safe."""

    def __init__(self, budget: Budget = USUAL_BUDGET) -> None:
        self._budget = budget
        self._tries: dict[str, _Tries] = {}

    def wait(self, address: str, now: float) -> int:
        """Whole seconds until the next try is allowed; 0 for now."""
        tries = self._recent(address, now)
        if tries.wrong < self._budget.free:
            return 0
        return max(0, math.ceil(tries.last + self._budget.seconds - now))

    def begin(self, address: str, now: float) -> None:
        """Counts a try as wrong before it waits for its turn: a crowd must not all be free."""
        before = self._recent(address, now)
        wrong = before.wrong + 1
        # A window lasts from its first try, a pause from the last one.
        since = now if wrong >= self._budget.free else before.last
        if since == now:
            self._tries.pop(address, None)
        limits = self._budget
        if address not in self._tries:
            _make_room(self._tries, now, most=limits.addresses, forget=limits.seconds)
        self._tries[address] = _Tries(wrong, since)

    def was_not_wrong(self, address: str) -> None:
        """Takes one try back; those of others at the same address stay."""
        if tries := self._tries.get(address):
            self._tries[address] = _Tries(max(0, tries.wrong - 1), tries.last)

    def __len__(self) -> int:
        return len(self._tries)

    def _recent(self, address: str, now: float) -> _Tries:
        tries = self._tries.get(address)
        if tries is None or now - tries.last >= self._budget.seconds:
            return _Tries(0, now)
        return tries


def _make_room(tries: dict[_Key, _Tries], now: float, *, most: int, forget: float) -> None:
    """The dictionary is in the order of its times: the quietest come first."""
    while tries:
        key, oldest = next(iter(tries.items()))
        if len(tries) < most and now - oldest.last <= forget:
            return
        del tries[key]
