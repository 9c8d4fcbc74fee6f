"""The API server's answers about many namespaces, asked for a few at a time.

Somebody who is bound in hundreds of namespaces would otherwise cost hundreds of reviews at the
first look, and again whenever the answers run out.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from nbcore.access import Access, Question
from nbcore.bindings import Grant, Grants
from nbcore.identity import Person

AT_ONCE = 40
"""Reviews for one person within PACE_SECONDS."""
PACE_SECONDS = 2.0
REMEMBERED_SECONDS = 300.0
"""As long as an API server itself remembers what another authorizer allowed, unless told otherwise.

https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
"""
# From this part of its time on an answer is asked for again while it still counts.
_AGEING = 0.6
_MANY_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class _Answer:
    asked: float
    grants: frozenset[Grant]
    is_yes: bool


@dataclass(slots=True)
class _Asked:
    """What was asked for one person, and how much of it since the pace began anew."""

    began: float
    count: int = 0
    answers: defaultdict[Question, dict[str, _Answer]] = field(
        default_factory=lambda: defaultdict(dict)
    )


class Confirmations:
    """Answers for everybody, each good as long as the same roles are bound; thread-safe.

    Args:
        access: answers.
        clock: seconds that never go back.
    """

    def __init__(self, access: Access, *, clock: Callable[[], float]) -> None:
        self._access = access
        self._clock = clock
        self._lock = threading.Lock()
        self._people: dict[Person, _Asked] = {}

    def confirmed(self, person: Person, question: Question, grants: Grants) -> frozenset[str]:
        """The namespaces for which the API server itself said yes; asks about a few more of them.

        Args:
            person: who.
            question: about no namespace yet.
            grants: the namespaces that matter, with the roles that are bound there.

        Raises:
            ClusterError: nobody knows.
        """
        now = self._clock()
        known = self._known(person, question, grants, now)
        unknown = sorted(grants.keys() - known.keys())
        ageing = [n for n, a in known.items() if now - a.asked >= REMEMBERED_SECONDS * _AGEING]
        due = self._within_pace(person, [*unknown, *ageing], now)
        allowed = self._access.ask(person, [question.at(name) for name in due])
        yes = {each.namespace for each in allowed}
        told = {name: _Answer(now, grants[name], name in yes) for name in due}
        with self._lock:
            self._people[person].answers[question].update(told)
        return frozenset(name for name, answer in {**known, **told}.items() if answer.is_yes)

    def unasked(self, person: Person, question: Question, grants: Grants) -> int:
        """How many of these namespaces were not asked about yet."""
        return len(grants) - len(self._known(person, question, grants, self._clock()))

    def _known(
        self, person: Person, question: Question, grants: Grants, now: float
    ) -> Mapping[str, _Answer]:
        with self._lock:
            asked = self._people.get(person)
            answers = dict(asked.answers[question]) if asked else {}
        return {
            name: answer
            for name, answer in answers.items()
            if grants.get(name) == answer.grants and now - answer.asked < REMEMBERED_SECONDS
        }

    def _within_pace(self, person: Person, wanted: Collection[str], now: float) -> list[str]:
        """The first of them, as many as may be asked about now."""
        with self._lock:
            if person not in self._people:
                self._forget(now)
            asked = self._people.setdefault(person, _Asked(began=now))
            if now - asked.began >= PACE_SECONDS:
                asked.began, asked.count = now, 0
            due = list(wanted)[: AT_ONCE - asked.count]
            asked.count += len(due)
        return due

    def _forget(self, now: float) -> None:
        """Makes room: whoever did not look for so long that no answer is left, else everybody."""
        if len(self._people) >= _MANY_PEOPLE:
            self._people = {
                person: asked
                for person, asked in self._people.items()
                if now - asked.began < REMEMBERED_SECONDS
            }
        if len(self._people) >= _MANY_PEOPLE:
            self._people = {}
