"""JSON patch (RFC 6902), as the API server's library, evanphx/json-patch 4.13.0, does it.

It is more lenient than the standard: "replace" adds what is missing, a value that is left out or
copied from where nothing is counts as null, and an index may have a sign; -1 is the last item.
Pure.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from sandbox.api import statuses
from sandbox.client import Object

_MOST_OPERATIONS = 10_000
_INDEX = re.compile(r"[-+]?\d{1,18}", re.ASCII)


class _RefusedError(Exception):
    """An operation that can't be done, or a test that failed."""


def json_patch(value: Object, operations: Any) -> Any:
    """A value after the operations of a JSON patch. Pure.

    Raises:
        ApiError: 400 for what is no patch, 413 for too many operations, 422 for one that can't be
            done.
    """
    if not isinstance(operations, list) or not all(_is_operation(o) for o in operations):
        raise statuses.bad_request("error decoding patch: json: cannot unmarshal into a patch")
    if len(operations) > _MOST_OPERATIONS:
        message = f"The allowed maximum operations in a JSON patch is {_MOST_OPERATIONS}"
        raise statuses.error(413, "RequestEntityTooLarge", message)
    patched: Any = copy.deepcopy(value)
    try:
        for operation in operations:
            patched = _done(patched, operation)
    except _RefusedError as problem:
        # A real server says no more than this, whatever was wrong.
        message = "the server rejected our request due to an error in our request"
        raise statuses.error(422, "Invalid", message, {}) from problem
    return patched


def _is_operation(operation: Any) -> bool:
    texts = ("op", "path", "from")
    return isinstance(operation, dict) and all(
        isinstance(operation.get(name, ""), str) for name in texts
    )


def _done(root: Any, operation: Object) -> Any:
    op, path = operation.get("op", ""), _pointer(operation, "path")
    if op == "replace" and not path:
        return _whole(operation)
    if op not in _OPERATIONS:
        raise _RefusedError
    _OPERATIONS[op](root, path, operation)
    return root


def _whole(operation: Object) -> Any:
    value = operation.get("value")
    if not isinstance(value, dict | list):
        raise _RefusedError
    return copy.deepcopy(value)


def _add(root: Any, path: str, operation: Object) -> None:
    _put(root, path, copy.deepcopy(operation.get("value")))


def _remove(root: Any, path: str, _: Object) -> None:
    _take(root, path)


def _replace(root: Any, path: str, operation: Object) -> None:
    place, key = _place(root, path)
    value = copy.deepcopy(operation.get("value"))
    if isinstance(place, dict):
        place[key] = value
    else:
        place[_index(key, len(place))] = value


def _move(root: Any, path: str, operation: Object) -> None:
    _put(root, path, _take(root, _pointer(operation, "from")))


def _copy(root: Any, path: str, operation: Object) -> None:
    source = _item(*_place(root, _pointer(operation, "from")))
    _put(root, path, copy.deepcopy(source))


def _test(root: Any, path: str, operation: Object) -> None:
    current = _item(*_place(root, path)) if path else root
    if not _is_equal(current, operation.get("value")):
        raise _RefusedError


_OPERATIONS: dict[str, Callable[[Any, str, Object], None]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}


def _pointer(operation: Object, name: str) -> str:
    if name not in operation:
        raise _RefusedError
    pointer: str = operation[name]
    return pointer


def _place(root: Any, pointer: str) -> tuple[Any, str]:
    """The object or list that holds what a pointer leads to, and its key there."""
    # Nobody looks at what stands before the first slash.
    _, *keys = (key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/"))
    if not keys:
        raise _RefusedError
    *above, last = keys
    place = root
    for key in above:
        place = _item(place, key)
        if not isinstance(place, dict | list):
            raise _RefusedError
    return place, last


def _item(place: Any, key: str) -> Any:
    return place.get(key) if isinstance(place, dict) else place[_index(key, len(place))]


def _put(root: Any, pointer: str, value: Any) -> None:
    place, key = _place(root, pointer)
    if isinstance(place, dict):
        place[key] = value
    else:
        place.insert(len(place) if key == "-" else _index(key, len(place) + 1), value)


def _take(root: Any, pointer: str) -> Any:
    place, key = _place(root, pointer)
    if isinstance(place, dict) and key not in place:
        raise _RefusedError
    return place.pop(key if isinstance(place, dict) else _index(key, len(place)))


def _index(key: str, length: int) -> int:
    index = int(key) if _INDEX.fullmatch(key) else length
    index += length if index < 0 else 0
    if not 0 <= index < length:
        raise _RefusedError
    return index


def _is_equal(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: 1 is not true, and not 1.0 either. Pure."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_equal(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_equal, one, other))
    return type(one) is type(other) and one == other
