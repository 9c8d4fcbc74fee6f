"""How people come in: the ways that the sign-in page offers, and the sessions they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from nbcore.identity import Person
from nbcore.sessions import Sessions


@dataclass(frozen=True, slots=True)
class CameIn:
    """Somebody who has shown who they are.

    Attributes:
        stamp: of the credentials that were judged; see nbcore.sessions.
    """

    person: Person
    stamp: str


class Way(Protocol):
    """One source of identities: passwords, or an organisation's own sign-in."""

    def ask(self) -> CameIn | None:
        """Draws its part of the sign-in page; who has just shown who they are, if anybody has."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """What the sign-in page needs.

    Attributes:
        sessions: begin there, however somebody came in.
        ways: drawn one below the other.
    """

    sessions: Sessions
    ways: tuple[Way, ...]
