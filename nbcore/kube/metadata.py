"""Which object it is and which version of it; what changed between two lists. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from nbcore.names import JsonObject

Key = tuple[str, str]
"""Namespace ("" for cluster-scoped objects) and name."""


def key_of(obj: JsonObject) -> Key:
    """Namespace and name of an object. Pure."""
    metadata = obj["metadata"]
    return str(metadata.get("namespace") or ""), str(metadata["name"])


def version_of(obj: JsonObject) -> str:
    """The resourceVersion of an object, or "". Pure."""
    return str(obj["metadata"].get("resourceVersion") or "")


def without_managed_fields(obj: JsonObject) -> JsonObject:
    """The object without the half of it that nobody here reads. Pure."""
    metadata = {k: v for k, v in obj["metadata"].items() if k != "managedFields"}
    return {**obj, "metadata": metadata}


def differences(
    before: Mapping[Key, JsonObject], after: Mapping[Key, JsonObject]
) -> list[tuple[JsonObject | None, JsonObject | None]]:
    """What changed between two lists, as pairs of old and new object. Pure."""
    gone = [(old, None) for key, old in before.items() if key not in after]
    changed = [
        (before.get(key), new)
        for key, new in after.items()
        if key not in before or version_of(before[key]) != version_of(new)
    ]
    return [*gone, *changed]
