"""JSON merge patch (RFC 7386), as the API server's library does it. Pure."""

from __future__ import annotations

from typing import Any


def merge_patch(value: Any, patch: Any) -> Any:
    """A value with a merge patch laid over it; null removes, inside of new lists too. Pure."""
    if not isinstance(patch, dict):
        return _without_nulls(patch)
    merged = dict(value) if isinstance(value, dict) else {}
    for name, change in patch.items():
        if change is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), change)
    return merged


def _without_nulls(patch: Any) -> Any:
    return [_of_item(item) for item in patch] if isinstance(patch, list) else patch


def _of_item(item: Any) -> Any:
    return None if item is None else merge_patch(None, item)
