"""The JSON of a catalog as text: what can be read, and how it is written. Pure."""

from __future__ import annotations

import json
from typing import Any

from nbcore.catalog_oddities import MAX_DEPTH, first_oddity
from nbcore.errors import InvalidCatalogError, RowError
from nbcore.names import JsonObject

MAX_LENGTH = 500_000
"""Characters. An object in etcd holds 1.5 MB, and a Setting holds a default, too."""


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
        document = json.loads(text, object_pairs_hook=_object)
        _check_written(document)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _refusal(f"no JSON: {error.msg}, {place}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidCatalogError([first_oddity(text)]) from error
    if not isinstance(document, dict):
        raise _refusal("no JSON object of types")
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
        raise ValueError("a key stands twice")
    return found


def _check_written(document: Any) -> None:
    """Raises a ValueError where writing would not give the same JSON, or go too deep."""
    if _is_deep(document, MAX_DEPTH):
        raise ValueError("too deep")
    json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def _is_deep(value: Any, levels: int) -> bool:
    if not levels:
        return True
    inside = value.values() if isinstance(value, dict) else value
    return isinstance(value, dict | list) and any(_is_deep(part, levels - 1) for part in inside)


def _refusal(words: str) -> InvalidCatalogError:
    return InvalidCatalogError([RowError(words)])
