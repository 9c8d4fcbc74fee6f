"""Tickets for sessions to be: each works once and for seconds, and nobody fills the memory.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from nbcore.identity import Person

MOST_SIGN_INS = 1000
"""Tickets of people who are about to come in; the oldest gives way."""
MOST_HANDED_OVER = 20
"""Tickets of one session; the oldest gives way."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A session to be, as soon as the browser brings the ticket.

    Attributes:
        stamp: of the credentials that were judged; see nbcore.sessions.
        audience: where it is good.
        parent: key of the session that it came from; "" for a sign-in.
        until: POSIX seconds.
    """

    person: Person
    stamp: str
    audience: str
    parent: str
    until: float


class Tickets:
    """Those that nobody has brought yet, in the order of their ends; not thread-safe.

    Adding and taking cost the same however many there are.
    """

    def __init__(self) -> None:
        self._tickets: dict[str, Ticket] = {}
        self._of_parent: dict[str, dict[str, None]] = {}

    def add(self, key: str, ticket: Ticket, now: float) -> None:
        """Keeps one more.

        Args:
            key: digest of what the browser will bring.
            ticket: ends no sooner than those before.
            now: POSIX seconds; those that have ended by then are dropped.
        """
        self._drop_late(now)
        siblings = self._of_parent.get(ticket.parent, {})
        if len(siblings) >= (MOST_HANDED_OVER if ticket.parent else MOST_SIGN_INS):
            self.take(next(iter(siblings)))
        self._tickets[key] = ticket
        self._of_parent.setdefault(ticket.parent, {})[key] = None

    def take(self, key: str) -> Ticket | None:
        """The ticket, which is used up by that; None for one that is not there."""
        ticket = self._tickets.pop(key, None)
        if ticket:
            siblings = self._of_parent[ticket.parent]
            del siblings[key]
            if not siblings:
                del self._of_parent[ticket.parent]
        return ticket

    def drop_of(self, parent: str) -> None:
        """Drops those that came from a session."""
        for key in self._of_parent.pop(parent, {}):
            del self._tickets[key]

    def __len__(self) -> int:
        return len(self._tickets)

    def _drop_late(self, now: float) -> None:
        while self._tickets:
            key, oldest = next(iter(self._tickets.items()))
            if oldest.until >= now:
                return
            self.take(key)
