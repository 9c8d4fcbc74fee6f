"""What RoleBindings give somebody, namespace by namespace.

It tells where it is worth asking the API server, and which namespaces are alike for RBAC, because
the same roles are bound there. What a role allows is left to the API server.
"""

from __future__ import annotations

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from nbcore.identity import Person
from nbcore.names import JsonObject
from nbcore.objects import objects_at, text_at

Grant = tuple[str, ...]
"""A role: a ClusterRole by its name, a Role by its rules, because namesakes are not alike."""
Grants = Mapping[str, frozenset[Grant]]
"""The roles that are bound for somebody in each namespace."""

_Subject = tuple[str, str]
_Bound = tuple[str, str, str]
_EVERYBODY: _Subject = ("Group", "system:authenticated")


class BindingIndex:
    """RoleBindings by whom they name; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bound: defaultdict[_Subject, Counter[_Bound]] = defaultdict(Counter)
        self._rules: dict[tuple[str, str], str] = {}

    def change(self, old: JsonObject | None, new: JsonObject | None) -> None:
        """Takes in a RoleBinding as it was and as it is; None: it was not, or is not, there."""
        with self._lock:
            for obj, step in ((new, 1), (old, -1)):
                if obj is not None:
                    for subject in _subjects(obj):
                        self._count(subject, _role(obj), step)

    def change_role(self, old: JsonObject | None, new: JsonObject | None) -> None:
        """Takes in a Role in the same way."""
        with self._lock:
            if old is not None:
                self._rules.pop(_key(old), None)
            if new is not None:
                self._rules[_key(new)] = json.dumps(new.get("rules"), sort_keys=True)

    def grants(self, person: Person) -> Grants:
        """Where the person, or one of the groups, is named, and for which roles."""
        subjects = [("User", person.user), *(("Group", group) for group in person.groups)]
        found: defaultdict[str, set[Grant]] = defaultdict(set)
        with self._lock:
            for subject in (*subjects, _EVERYBODY):
                for bound in self._bound.get(subject, ()):
                    found[bound[0]].add(self._grant(bound))
        # Namespaces that are alike share one set: answers about each of them are kept with it.
        shared: dict[frozenset[Grant], frozenset[Grant]] = {}
        sets = {namespace: frozenset(grants) for namespace, grants in found.items()}
        return {name: shared.setdefault(grants, grants) for name, grants in sets.items()}

    def _grant(self, bound: _Bound) -> Grant:
        namespace, kind, name = bound
        if kind == "ClusterRole":
            return kind, name
        rules = self._rules.get((namespace, name))
        return bound if rules is None else (kind, rules)

    def _count(self, subject: _Subject, bound: _Bound, step: int) -> None:
        counter = self._bound[subject]
        counter[bound] += step
        if not counter[bound]:
            del counter[bound]
        if not counter:
            del self._bound[subject]


def _subjects(binding: JsonObject) -> Iterator[_Subject]:
    for subject in objects_at(binding, "subjects"):
        yield text_at(subject, "kind"), text_at(subject, "name")


def _role(binding: JsonObject) -> _Bound:
    role = binding.get("roleRef")
    return text_at(binding, "metadata", "namespace"), text_at(role, "kind"), text_at(role, "name")


def _key(role: JsonObject) -> tuple[str, str]:
    return text_at(role, "metadata", "namespace"), text_at(role, "metadata", "name")
