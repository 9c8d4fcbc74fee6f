from __future__ import annotations

from collections.abc import Callable

import pytest

from nbcore.access import LIST, Access
from nbcore.confirmations import AT_ONCE, MANY_PEOPLE, PACE_SECONDS, Confirmations
from nbcore.errors import ClusterError
from nbcore.identity import Person
from nbcore.kube.resources import Resource
from nbcore.names import JsonObject
from tests.nbcore.crowd import CAROL, EDIT, MANY, Crowd, everywhere

ROLES = dict.fromkeys(MANY, EDIT)


class Server:
    """Says yes; ``before`` is called with the namespace before it answers."""

    def __init__(self, before: Callable[[str], None] = lambda _: None) -> None:
        self.now = 100.0
        self.is_yes = True
        self.asked: list[str] = []
        self.before = before
        self.confirmations = Confirmations(Access(self, clock=self.clock), clock=self.clock)

    def clock(self) -> float:
        return self.now

    def create(self, resource: Resource, obj: JsonObject) -> JsonObject:
        namespace = obj["spec"]["resourceAttributes"]["namespace"]
        self.asked.append(namespace)
        is_yes = self.is_yes
        self.before(namespace)
        return {"kind": resource.kind, "status": {"allowed": is_yes}}

    def look(self, person: Person = CAROL) -> frozenset[str]:
        return self.confirmations.confirmed(person, LIST, ROLES)


def test_given_an_authorizer_that_learns_late_when_looking_then_its_first_no_is_soon_doubted() -> (
    None
):
    crowd = Crowd(*everywhere("list"))
    late = max(MANY)
    crowd.grants.allowed.remove(("list", late))
    assert crowd.look_until_all_is_asked() == frozenset(MANY) - {late}
    crowd.grants.allowed.add(("list", late))

    assert crowd.look(after=10) == frozenset(MANY)


def test_given_an_authorizer_that_stays_with_its_no_when_looking_then_it_is_asked_seldom() -> None:
    crowd = Crowd(*everywhere("list"))
    crowd.grants.allowed.remove(("list", "team-7"))
    crowd.look_until_all_is_asked()
    crowd.look(after=10)
    crowd.reviews()

    for _ in range(10):
        crowd.look(after=10)

    assert crowd.grants.asked.count(("list", "team-7")) == 0


def test_given_a_review_that_fails_when_looking_then_what_was_answered_before_is_kept() -> None:
    last = sorted(MANY)[AT_ONCE - 1]

    def fail(namespace: str) -> None:
        if namespace == last:
            raise ClusterError("No answer.", code=500)

    server = Server(fail)

    with pytest.raises(ClusterError):
        server.look()

    assert server.confirmations.unasked(CAROL, LIST, ROLES) == len(MANY) - AT_ONCE + 1


def test_given_a_slow_yes_when_a_newer_no_came_meanwhile_then_the_no_counts() -> None:
    first = min(MANY)

    def overtake(_namespace: str) -> None:
        server.before = lambda _: None
        server.now += PACE_SECONDS
        server.is_yes = False
        server.confirmations.confirmed(CAROL, LIST, {first: EDIT})

    server = Server(overtake)

    assert server.confirmations.confirmed(CAROL, LIST, {first: EDIT}) == frozenset()
    assert server.confirmations.confirmed(CAROL, LIST, {first: EDIT}) == frozenset()
    assert server.asked == [first, first]


def test_given_more_people_than_are_kept_when_all_look_on_then_most_see_all() -> None:
    server = Server()
    people = [Person(f"p{number}") for number in range(MANY_PEOPLE + 1)]
    server.confirmations = Confirmations(Access(server, clock=server.clock), clock=server.clock)
    few = dict.fromkeys(sorted(MANY)[: 2 * AT_ONCE], EDIT)

    seen: list[frozenset[str]] = []
    for _ in range(3):
        seen = [server.confirmations.confirmed(each, LIST, few) for each in people]
        server.now += PACE_SECONDS

    assert sum(found == few.keys() for found in seen) == MANY_PEOPLE - 1


def test_given_somebody_who_is_forgotten_while_the_server_thinks_then_the_answer_still_comes() -> (
    None
):
    others = [Person(f"p{number}") for number in range(MANY_PEOPLE)]

    def crowd_out(_namespace: str) -> None:
        server.before = lambda _: None
        for each in others:
            server.confirmations.confirmed(each, LIST, {})

    server = Server(crowd_out)
    for each in others[:-1]:
        server.confirmations.confirmed(each, LIST, {})

    assert len(server.look()) == AT_ONCE
