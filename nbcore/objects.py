"""Reading JSON that strangers wrote, without a KeyError or a TypeError whatever it holds. Pure."""

from __future__ import annotations

from typing import Any

from nbcore.errors import MalformedNotebookError
from nbcore.names import JsonObject


def value_at(value: Any, *path: str) -> Any:
    """What stands at a path of keys; None where the path leaves the objects. Pure."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def text_at(value: Any, *path: str) -> str:
    """The text at a path; "" when there is none, or something that is no text. Pure."""
    found = value_at(value, *path)
    return found if isinstance(found, str) else ""


def object_at(value: Any, *path: str) -> JsonObject:
    """The object at a path; {} when there is none, or something that is no object. Pure."""
    found = value_at(value, *path)
    return found if isinstance(found, dict) else {}


def objects_at(value: Any, *path: str) -> list[JsonObject]:
    """The objects of the list at a path; what is no object is left out. Pure."""
    found = value_at(value, *path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def child_object(parent: JsonObject, key: str, *, where: str) -> JsonObject:
    """The object under a key, {} when the key is absent or null.

    Raises:
        MalformedNotebookError: something else stands there; ``where`` is the parent's path.
    """
    found = parent.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise MalformedNotebookError(f"{where}.{key} is no object")
    return found


def child_objects(parent: JsonObject, key: str, *, where: str) -> list[JsonObject]:
    """The list of objects under a key, [] when the key is absent or null.

    Raises:
        MalformedNotebookError: something else stands there; ``where`` is the parent's path.
    """
    found = parent.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise MalformedNotebookError(f"{where}.{key} is no list of objects")
    return found
