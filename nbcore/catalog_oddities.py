"""What JSON can say and a catalog can't keep as it is: which it is, and where it stands. Pure."""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Iterator

from nbcore.catalog_lines import Part, has_lines, parts, place_of
from nbcore.errors import RowError
from nbcore.ides import IdeType

MAX_DEPTH = 30
"""How many objects and lists may stand in each other."""
_CONSTANTS = frozenset({"NaN", "Infinity", "-Infinity"})
# Of the other keys nobody knows what is in them, or how long they are.
_NAMED = re.compile(r"[A-Za-z]{1,40}")


def first_oddity(text: str) -> RowError:
    """The first oddity of a text that nbcore.catalog_json refused for having one."""
    part, words = next((part, words) for part in parts(text) for words in _oddities(part))
    type_, row, field = place_of(part.path)
    return RowError(
        words,
        type=type_ if type_ in set(IdeType) else "",
        row=row if type_ in set(IdeType) else 0,
        field=field if type_ in set(IdeType) and _NAMED.fullmatch(field) else "",
        line=part.line if has_lines(text) else 0,
    )


def _oddities(part: Part) -> Iterator[str]:
    if len(part.path) >= MAX_DEPTH:
        yield f"deeper than {MAX_DEPTH} levels"
    elif part.is_again:
        yield f"the key {reprlib.repr(part.path[-1])} stands twice in one object"
    elif part.piece in _CONSTANTS:
        yield f"{part.piece} is no number of JSON"
    elif part.piece.startswith('"'):
        if not _is_kept(part.piece):
            yield "half of a surrogate pair stands alone"
    elif part.piece not in {"{", "["} and not _is_kept(part.piece):
        yield "a number is too big"


def _is_kept(piece: str) -> bool:
    """Whether a text or a number can be read and written."""
    try:
        json.dumps(json.loads(piece), ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return False
    return True
