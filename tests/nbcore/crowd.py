"""Somebody who is bound in many namespaces, in front of an API server that answers reviews."""

from __future__ import annotations

from nbcore.access import LIST, Access
from nbcore.confirmations import PACE_SECONDS
from nbcore.identity import Person
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


def everywhere(verb: str) -> list[tuple[str, str]]:
    return [(verb, name) for name in MANY]
