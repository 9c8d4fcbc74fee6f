"""Where each part of a catalog's JSON stands, and on which line. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Keys and positions in lists, from the outside in."""

Place = tuple[str, int, str]
"""Type, row and field as errors count them: row 0 is the whole type, field "" the whole row."""

# A text, which is a key if a colon follows; a bracket or a comma; a number, true, false or null.
_PIECE = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|[{}\[\],]|[^\s{}\[\],:"]+', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """A key, or a value as far as it stands in one piece: of an object or a list, its bracket.

    Attributes:
        path: where it stands; a key's ends with the key.
        piece: as it is written.
        line: counted from 1.
        is_again: whether it is a key that its object has already.
    """

    path: Path
    piece: str
    line: int
    is_again: bool = False


def parts(text: str) -> Iterator[Part]:
    """Every key and every value, in their order.

    Args:
        text: JSON, at least as far as the caller goes on reading.
    """
    path: list[str | int] = []
    keys: list[set[str]] = []
    line, counted = 1, 0
    for match in _PIECE.finditer(text):
        piece, (name, colon) = match[0], match.groups()
        line, counted = line + text.count("\n", counted, match.start()), match.start()
        if colon:
            key = path[-1] = json.loads(name)
            yield Part((*path,), name, line, is_again=key in keys[-1])
            keys[-1].add(key)
        elif piece in "]}":
            path.pop()
            keys.pop()
        elif piece == ",":
            path[-1] = path[-1] + 1 if isinstance(path[-1], int) else ""
        else:
            yield Part((*path,), piece, line)
            if piece in "[{":
                path.append(0 if piece == "[" else "")
                keys.append(set())


def place_of(path: Path) -> Place:
    """The type, the row and the field that a path leads to, or into."""
    type_, row, field = (*path, "", "", "")[:3]
    if not isinstance(row, int):
        return str(type_), 0, ""
    return str(type_), row + 1, field if isinstance(field, str) else ""


def has_lines(text: str) -> bool:
    """Whether lines tell anything: the Setting's own form has one, and so have most values."""
    return "\n" in text.strip()


def lines(text: str) -> dict[Place, int]:
    """The line of each type, each row and each field of a row.

    Args:
        text: JSON.
    """
    found: dict[Place, int] = {}
    for part in parts(text):
        if part.path:
            found.setdefault(place_of(part.path), part.line)
    return found


def line_of(found: dict[Place, int], place: Place) -> int:
    """The line of a place, else of what it stands in; 0 when none is known."""
    key, row, field = place
    around = ((key, row, field), (key, row, ""), (key, 0, ""))
    return next((found[each] for each in around if each in found), 0)
