"""How people come in: the ways that the sign-in page offers, and the sessions they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from nbcore.identity import Person
from nbcore.sessions import Sessions


class Way(Protocol):
    """One source of identities: passwords, or an organisation's own sign-in."""

    def ask(self) -> Person | None:
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
