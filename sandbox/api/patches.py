"""JSON patch (RFC 6902) and JSON merge patch (RFC 7386). Pure."""

from __future__ import annotations

import copy
from typing import Any

import jsonpatch

from sandbox.api import statuses
from sandbox.client import ApiError, Object

_MOST_OPERATIONS = 10_000


def merge_patch(value: Any, patch: Any) -> Any:
    """A value with a merge patch laid over it; null removes. Pure."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(value) if isinstance(value, dict) else {}
    for name, change in patch.items():
        if change is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), change)
    return merged


def json_patch(value: Object, operations: Any) -> Any:
    """A value after the operations of a JSON patch. Pure.

    Raises:
        ApiError: 400 for what is no patch, 422 for one that can't be applied.
    """
    if not isinstance(operations, list) or not all(isinstance(o, dict) for o in operations):
        raise statuses.bad_request("error decoding patch: json: cannot unmarshal into a patch")
    if len(operations) > _MOST_OPERATIONS:
        message = f"The allowed maximum operations in a JSON patch is {_MOST_OPERATIONS}"
        raise statuses.error(413, "RequestEntityTooLarge", message)
    try:
        return jsonpatch.JsonPatch(copy.deepcopy(operations)).apply(copy.deepcopy(value))
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as problem:
        raise _refused() from problem
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as problem:
        raise _refused() from problem


def _refused() -> ApiError:
    # A real server says no more than this, whatever was wrong.
    message = "the server rejected our request due to an error in our request"
    return statuses.error(422, "Invalid", message, {})
