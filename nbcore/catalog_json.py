"""The JSON of a catalog as text: what can be read, and on which line a row stands. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from nbcore.errors import InvalidCatalogError, RowError
from nbcore.names import JsonObject

MAX_LENGTH = 500_000
"""Characters. An object in etcd holds 1.5 MB, and a Setting holds a default, too."""
_MAX_DEPTH = 30


def read_json(text: object) -> JsonObject:
    """The object that a text holds.

    Refuses what could not be written again as it was: keys that stand twice, numbers that JSON
    does not have, characters that UTF-8 does not have, and depths that no catalog needs.

    Raises:
        InvalidCatalogError: it is no JSON object; with the line where that can be told.
    """
    if not isinstance(text, str):
        raise _refusal("not a text")
    if len(text) > MAX_LENGTH:
        raise _refusal(f"{len(text)} characters; a catalog has at most {MAX_LENGTH}")
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _refusal(f"no JSON: {error.msg}, {place}") from error
    except (ValueError, RecursionError) as error:
        raise _refusal(f"no JSON: {error}") from error
    if not isinstance(document, dict):
        raise _refusal("no JSON object of types")
    for problem in _oddities(document):
        raise _refusal(f"no JSON: {problem}")
    return document


def write_json(document: JsonObject) -> str:
    """The text of a Setting, without spaces, as the shipped one is written."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def pretty_json(document: JsonObject) -> str:
    """The text for people to read and edit."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON; for Python alone, 1 and true would be equal."""
    return one == other and _written(one) == _written(other)


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _oddities(document: JsonObject) -> Iterator[str]:
    waiting: list[tuple[Any, int]] = [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > _MAX_DEPTH:
            yield f"deeper than {_MAX_DEPTH} levels"
        elif isinstance(value, dict):
            waiting += [(part, depth + 1) for pair in value.items() for part in pair]
        elif isinstance(value, list):
            waiting += [(part, depth + 1) for part in value]
        elif isinstance(value, str) and not _is_utf8(value):
            yield "half of a surrogate pair stands alone"
        elif isinstance(value, float) and math.isinf(value):
            yield "a number is too big"


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refusal(words: str) -> InvalidCatalogError:
    return InvalidCatalogError([RowError(words)])
