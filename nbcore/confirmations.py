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
MANY_PEOPLE = 500
"""Answers are kept for no more at a time."""
# From this part of its time on an answer is asked for again while it still counts.
_AGEING = 0.6
# So is a no the first time: the API server itself may learn of a binding later than we do.
_DOUBTED_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Answer:
    asked: float
    grants: frozenset[Grant]
    is_yes: bool
    is_doubted: bool = False

    def is_good(self, now: float) -> bool:
        """Whether it counts."""
        return now - self.asked < REMEMBERED_SECONDS

    def is_ageing(self, now: float) -> bool:
        """Whether it had better be asked for again."""
        seconds = _DOUBTED_SECONDS if self.is_doubted else REMEMBERED_SECONDS * _AGEING
        return now - self.asked >= seconds


@dataclass(slots=True)
class _Asked:
    """What was asked for one person, and how much of it since the pace began anew."""

    began: float
    count: int = 0
    answers: defaultdict[Question, dict[str, _Answer]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def forget(self, now: float) -> None:
        """Drops the answers that have run out, also about namespaces that are gone."""
        for question, answers in self.answers.items():
            self.answers[question] = {n: a for n, a in answers.items() if a.is_good(now)}


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
            ClusterError: nobody knows; what was answered before that is kept.
        """
        now = self._clock()
        known = self._known(person, question, grants, now)
        unknown = sorted(grants.keys() - known.keys())
        ageing = sorted((a.asked, name) for name, a in known.items() if a.is_ageing(now))
        due = self._within_pace(person, [*unknown, *(name for _, name in ageing)], now)
        answers = self._access.ask(person, [question.at(name) for name in due])
        for name, is_yes in zip(due, answers, strict=True):
            before = known.get(name)
            is_doubted = not is_yes and (before is None or before.is_yes)
            answer = _Answer(now, grants[name], is_yes, is_doubted)
            known[name] = self._keep(person, question, name, answer)
        return frozenset(name for name, answer in known.items() if answer.is_yes)

    def correct(self, person: Person, question: Question, fresh: Mapping[str, bool]) -> None:
        """Forgets what newer answers contradict.

        A no that became a yes tells that its roles allow more than before: each no with the same
        roles goes with it.

        Args:
            person: who.
            question: about no namespace yet.
            fresh: newer answers about namespaces.
        """
        with self._lock:
            answers = self._answers(person, question)
            wrong = {n: a for n, a in answers.items() if fresh.get(n, a.is_yes) != a.is_yes}
            wider = {answer.grants for answer in wrong.values() if not answer.is_yes}
            for name, answer in [*answers.items()]:
                if name in wrong or (not answer.is_yes and answer.grants in wider):
                    del answers[name]

    def unasked(self, person: Person, question: Question, grants: Grants) -> int:
        """How many of these namespaces were not asked about yet."""
        return len(grants) - len(self._known(person, question, grants, self._clock()))

    def _known(
        self, person: Person, question: Question, grants: Grants, now: float
    ) -> dict[str, _Answer]:
        with self._lock:
            answers = dict(self._answers(person, question))
        return {
            name: answer
            for name, answer in answers.items()
            if grants.get(name) == answer.grants and answer.is_good(now)
        }

    def _answers(self, person: Person, question: Question) -> dict[str, _Answer]:
        """What is kept; call it with the lock held."""
        asked = self._people.get(person)
        return asked.answers[question] if asked else {}

    def _keep(self, person: Person, question: Question, name: str, answer: _Answer) -> _Answer:
        """Takes an answer in, unless a newer one came meanwhile; which of them counts."""
        with self._lock:
            answers = self._answers(person, question)
            known = answers.get(name)
            if known is None or known.asked <= answer.asked:
                answers[name] = known = answer
        return known if known.grants == answer.grants else answer

    def _within_pace(self, person: Person, wanted: Collection[str], now: float) -> list[str]:
        """The first of them, as many as may be asked about now."""
        with self._lock:
            if person not in self._people:
                self._make_room(now)
            asked = self._people.setdefault(person, _Asked(began=now))
            if now - asked.began >= PACE_SECONDS:
                asked.began, asked.count = now, 0
                asked.forget(now)
            due = list(wanted)[: AT_ONCE - asked.count]
            asked.count += len(due)
        return due

    def _make_room(self, now: float) -> None:
        """Forgets whoever did not look for so long that no answer is left, else who came last.

        Where too many look again and again, whoever came first would be the next to look.
        """
        if len(self._people) >= MANY_PEOPLE:
            self._people = {
                person: asked
                for person, asked in self._people.items()
                if now - asked.began < REMEMBERED_SECONDS
            }
        if len(self._people) >= MANY_PEOPLE:
            self._people.popitem()
