"""On which line of its JSON each part of a catalog stands. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator

Place = tuple[str, int, str]
"""Type, row and field as errors count them: row 0 is the whole type, field "" the whole row."""

_SPACE = " \t\n\r"
_DECODER = json.JSONDecoder()


def lines(text: str) -> dict[Place, int]:
    """The line of each type, each row and each field of a row, counted from 1.

    Args:
        text: what nbcore.catalog_json.read_json accepts.
    """
    found: dict[Place, int] = {}
    for key, at, value in _members(text, _skip(text, 0)):
        found[key, 0, ""] = _line(text, at)
        rows = _items(text, value) if text[value] == "[" else ()
        for number, row in enumerate(rows, start=1):
            found[key, number, ""] = _line(text, row)
            fields = _members(text, row) if text[row] == "{" else ()
            found |= {(key, number, name): _line(text, place) for name, place, _ in fields}
    return found


def line_of(found: dict[Place, int], place: Place) -> int:
    """The line of a place, else of what it stands in; 0 when none is known."""
    key, row, field = place
    around = ((key, row, field), (key, row, ""), (key, 0, ""))
    return next((found[each] for each in around if each in found), 0)


def _members(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Each member of the object that begins at ``at``: name, where it stands, and its value."""
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, after = _DECODER.raw_decode(text, at)
        value = _skip(text, _skip(text, after) + 1)
        yield key, at, value
        at = _next(text, value)


def _items(text: str, at: int) -> Iterator[int]:
    """Where each item of the list that begins at ``at`` stands."""
    at = _skip(text, at + 1)
    while text[at] != "]":
        yield at
        at = _next(text, at)


def _next(text: str, value: int) -> int:
    _, at = _DECODER.raw_decode(text, value)
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    while text[at] in _SPACE:
        at += 1
    return at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
