from __future__ import annotations

import time

from nbcore.access import CHANGE, LIST, OPEN, Access, Question
from nbcore.confirmations import AT_ONCE, PACE_SECONDS, REMEMBERED_SECONDS
from nbcore.identity import OwnAccount, Person
from nbcore.kube.resources import Resource
from nbcore.names import JsonObject
from nbcore.namespaces import Places

CAROL = Person("carol", ("data",))
EDIT = frozenset({("ClusterRole", "edit")})
VIEW = frozenset({("ClusterRole", "view")})
MANY = [f"team-{number}" for number in range(500)]


class Grants:
    """Answers reviews from a set of what is allowed: verb and namespace, "" for everywhere."""

    def __init__(self, *allowed: tuple[str, str]) -> None:
        self.allowed = set(allowed)
        self.asked: list[tuple[str, str]] = []

    def create(self, resource: Resource, obj: JsonObject) -> JsonObject:
        attributes = obj["spec"]["resourceAttributes"]
        found = attributes["verb"], attributes.get("namespace", "")
        self.asked.append(found)
        is_allowed = not {found, (found[0], "")}.isdisjoint(self.allowed)
        return {"kind": resource.kind, "status": {"allowed": is_allowed}}


def places(grants: Grants, *bound: str, named: tuple[str, ...] = ()) -> Places:
    access = Access(grants, clock=time.monotonic)
    here = dict.fromkeys(bound, EDIT)
    return Places(access, grants=lambda _: here, clock=time.monotonic, named=named)


class Crowd:
    """Somebody who is bound in many namespaces, and the seconds that a test sets."""

    def __init__(self, *allowed: tuple[str, str]) -> None:
        self.now = 100.0
        self.roles = dict.fromkeys(MANY, EDIT)
        self.grants = Grants(*allowed)
        access = Access(self.grants, clock=self.clock)
        self.places = Places(access, grants=lambda _: self.roles, clock=self.clock)

    def clock(self) -> float:
        return self.now

    def look(self, after: float = 0.0) -> frozenset[str]:
        """What a page shows some seconds later."""
        self.now += after
        return self.places.allowing(CAROL, LIST, MANY)

    def look_until_all_is_asked(self) -> frozenset[str]:
        seen = self.look()
        while self.places.unasked(CAROL, LIST, MANY):
            seen = self.look(PACE_SECONDS)
        return seen

    def reviews(self) -> int:
        """How many were sent since this was asked last."""
        count = len(self.grants.asked)
        self.grants.asked.clear()
        return count


def test_given_somebody_who_lists_everywhere_when_asked_then_one_review_serves_all() -> None:
    grants = Grants(("list", ""))

    found = places(grants).allowing(CAROL, LIST, MANY)

    assert found == frozenset(MANY)
    assert grants.asked == [("list", "")]


def test_given_500_namespaces_when_bound_in_two_then_only_those_are_asked_about() -> None:
    grants = Grants(("list", "team-7"), ("list", "team-9"))

    found = places(grants, "team-7", "team-8").allowing(CAROL, LIST, MANY)

    assert found == {"team-7"}
    assert sorted(grants.asked) == [("list", ""), ("list", "team-7"), ("list", "team-8")]


def test_given_a_namespace_that_is_named_when_not_bound_then_the_review_decides() -> None:
    grants = Grants(("list", "team-7"), ("list", "team-9"))

    found = places(grants, named=("team-9",)).allowing(CAROL, LIST, MANY, also=["team-7", "gone"])

    assert found == {"team-7", "team-9"}


def test_given_a_binding_that_gives_nothing_here_when_asked_then_the_namespace_is_left_out() -> (
    None
):
    assert places(Grants(), "team-7").allowing(CAROL, LIST, MANY) == frozenset()


def test_given_a_reader_of_all_when_changes_are_asked_for_then_only_where_bound() -> None:
    grants = Grants(("list", ""), ("patch", "team-7"))

    assert places(grants, "team-7").allowing(CAROL, CHANGE, MANY) == {"team-7"}
    assert grants.asked == [("list", ""), ("patch", ""), ("patch", "team-7")]


def test_given_somebody_of_one_namespace_when_asked_for_changes_then_not_for_everywhere() -> None:
    grants = Grants(("list", "team-7"), ("patch", "team-7"))
    found = places(grants, "team-7")

    assert found.allowing(CAROL, LIST, MANY) == {"team-7"}
    assert found.allowing(CAROL, CHANGE, {"team-7"}) == {"team-7"}
    assert grants.asked == [("list", ""), ("list", "team-7"), ("patch", "team-7")]


def test_given_no_sign_in_when_asked_then_it_is_everywhere_and_nothing_is_sent() -> None:
    grants = Grants()

    found = places(grants).allowing(OwnAccount("me"), Question("x", LIST.resource), MANY)

    assert found == frozenset(MANY)
    assert grants.asked == []


def everywhere(verb: str) -> list[tuple[str, str]]:
    return [(verb, name) for name in MANY]


def test_given_a_binding_in_each_of_500_when_looking_then_reviews_come_a_few_at_a_time() -> None:
    crowd = Crowd(*everywhere("list"))

    seen = crowd.look()

    assert len(seen) == AT_ONCE
    # One about all namespaces, one about the roles.
    assert crowd.reviews() <= AT_ONCE + 2
    assert crowd.places.unasked(CAROL, LIST, MANY) == len(MANY) - AT_ONCE
    assert crowd.look() == seen
    assert crowd.reviews() == 0

    assert crowd.look_until_all_is_asked() == frozenset(MANY)


def test_given_a_binding_in_each_of_500_when_all_is_asked_then_a_look_costs_two_reviews() -> None:
    crowd = Crowd(*everywhere("list"))
    crowd.look_until_all_is_asked()
    crowd.reviews()

    assert crowd.look(after=11) == frozenset(MANY)
    assert crowd.reviews() == 2


def test_given_a_binding_in_each_of_500_when_buttons_are_asked_for_then_one_speaks_for_all() -> (
    None
):
    crowd = Crowd(*everywhere("create"))

    assert crowd.places.allowing(CAROL, OPEN, MANY) == frozenset(MANY)
    assert crowd.reviews() == 2


def test_given_another_authorizer_that_says_no_when_all_is_asked_then_its_namespace_is_hidden() -> (
    None
):
    first = min(MANY)
    crowd = Crowd(*everywhere("list"))
    crowd.grants.allowed -= {("list", first), ("list", "team-7")}

    assert crowd.look_until_all_is_asked() == frozenset(MANY) - {first, "team-7"}


def test_given_a_role_that_loses_the_right_when_ten_seconds_pass_then_all_its_namespaces_go() -> (
    None
):
    crowd = Crowd(*everywhere("list"))
    crowd.look_until_all_is_asked()
    crowd.grants.allowed.clear()

    assert crowd.look(after=10) == frozenset()


def test_given_a_binding_that_is_replaced_when_looking_then_the_earlier_yes_does_not_count() -> (
    None
):
    crowd = Crowd(*everywhere("list"))
    crowd.look_until_all_is_asked()

    crowd.grants.allowed.remove(("list", "team-7"))
    crowd.roles["team-7"] = VIEW
    assert crowd.look(after=1) == frozenset(MANY) - {"team-7"}
    del crowd.roles["team-8"]
    assert crowd.look(after=1) == frozenset(MANY) - {"team-7", "team-8"}


def test_given_two_roles_when_one_allows_nothing_then_only_the_others_namespaces_are_seen() -> None:
    crowd = Crowd(*everywhere("list")[:100])
    crowd.roles |= dict.fromkeys(MANY[100:], VIEW)

    assert crowd.look_until_all_is_asked() == frozenset(MANY[:100])


def test_given_answers_that_grow_old_when_somebody_goes_on_looking_then_none_runs_out() -> None:
    crowd = Crowd(*everywhere("list"))
    crowd.look_until_all_is_asked()
    began, most = crowd.now, 0
    crowd.reviews()

    while crowd.now < began + 2 * REMEMBERED_SECONDS:
        assert crowd.look(after=PACE_SECONDS) == frozenset(MANY)
        most = max(most, crowd.reviews())

    assert most <= AT_ONCE + 2


def test_given_answers_when_nobody_looks_for_long_then_they_are_asked_for_anew() -> None:
    crowd = Crowd(*everywhere("list"))
    crowd.look_until_all_is_asked()

    assert len(crowd.look(after=REMEMBERED_SECONDS)) == AT_ONCE
