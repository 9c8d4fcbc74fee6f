from __future__ import annotations

import time

from nbcore.access import CHANGE, LIST, Access, Question
from nbcore.bindings import BindingIndex
from nbcore.identity import OwnAccount, Person
from nbcore.kube.resources import Resource
from nbcore.names import JsonObject
from nbcore.namespaces import Places

CAROL = Person("carol", ("data",))
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
    return Places(access, bound=lambda _: frozenset(bound), named=named)


def binding(namespace: str, *subjects: tuple[str, str], name: str = "b") -> JsonObject:
    found = [{"kind": kind, "name": subject} for kind, subject in subjects]
    return {"metadata": {"name": name, "namespace": namespace}, "subjects": found}


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


def test_given_bindings_when_they_change_then_the_index_follows() -> None:
    index = BindingIndex()
    first, second = binding("a", ("User", "carol")), binding("a", ("Group", "data"), name="c")
    index.change(None, first)
    index.change(None, second)
    index.change(None, binding("b", ("Group", "system:authenticated")))
    index.change(None, binding("c", ("User", "data"), ("ServiceAccount", "carol")))
    index.change(None, binding("d"))

    assert index.namespaces(CAROL) == {"a", "b"}

    index.change(first, binding("a", ("User", "erin")))
    assert index.namespaces(CAROL) == {"a", "b"}
    index.change(second, None)
    assert index.namespaces(CAROL) == {"b"}
    assert index.namespaces(Person("erin")) == {"a", "b"}
