"""Changes of single fields, as random requests make them. Pure."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from tests.cluster.api import JsonObject

ABSENT = "(absent)"
"""As the value of an edit: the field is taken away."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One field, by its JSON pointer (without the first slash), and what it becomes."""

    path: str
    value: Any

    @property
    def names(self) -> list[str]:
        """The path as field names."""
        return [name.replace("~1", "/") for name in self.path.split("/")]


def edited(obj: JsonObject, edits: tuple[Edit, ...]) -> JsonObject:
    """An object with the edits made; those that lead through something else than a map are not."""
    result = copy.deepcopy(obj)
    for edit in edits:
        *parents, last = edit.names
        place: Any = result
        for name in parents:
            if isinstance(place, dict) and edit.value != ABSENT:
                place.setdefault(name, {})
            place = place.get(name) if isinstance(place, dict) else None
        if isinstance(place, dict):
            place.pop(last, None)
            place |= {} if edit.value == ABSENT else {last: copy.deepcopy(edit.value)}
    return result


def table(rows: dict[str, list[Any]]) -> tuple[Edit, ...]:
    """One edit for each value of each path."""
    return tuple(Edit(path, value) for path, values in rows.items() for value in values)
