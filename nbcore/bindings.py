"""Which namespaces have a RoleBinding that names somebody: where it is worth asking.

This narrows whom to ask about; what a binding allows is left to the API server.

Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nbcore.identity import Person
from nbcore.names import JsonObject
from nbcore.objects import objects_at, text_at

_Subject = tuple[str, str]
_EVERYBODY: _Subject = ("Group", "system:authenticated")
_NONE: frozenset[str] = frozenset()


class BindingIndex:
    """Kept up to date by one thread, read by any: what readers see is replaced whole."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[_Subject, str]] = Counter()
        self._namespaces: dict[_Subject, frozenset[str]] = {}

    def change(self, old: JsonObject | None, new: JsonObject | None) -> None:
        """Takes in a RoleBinding as it was and as it is; None: it was not, or is not, there."""
        for obj, step in ((new, 1), (old, -1)):
            if obj is not None:
                for subject in _subjects(obj):
                    self._count(subject, text_at(obj, "metadata", "namespace"), step)

    def namespaces(self, person: Person) -> frozenset[str]:
        """Where the person, or one of the groups, is named."""
        subjects = [("User", person.user), *(("Group", group) for group in person.groups)]
        found = (self._namespaces.get(subject, _NONE) for subject in (*subjects, _EVERYBODY))
        return _NONE.union(*found)

    def _count(self, subject: _Subject, namespace: str, step: int) -> None:
        self._counts[subject, namespace] += step
        count, here = self._counts[subject, namespace], self._namespaces.get(subject, _NONE)
        if count and namespace not in here:
            self._namespaces[subject] = here | {namespace}
        elif not count:
            del self._counts[subject, namespace]
            self._namespaces[subject] = here - {namespace}


def _subjects(binding: JsonObject) -> Iterator[_Subject]:
    for subject in objects_at(binding, "subjects"):
        yield text_at(subject, "kind"), text_at(subject, "name")
