"""Whether a child still is what we want: then nothing is written. Pure.

The API server adds defaults, so that a child is never equal to what was applied: it has to cover
it. What we no longer want can't be seen that way; therefore each child carries a digest of all
that was wanted when it was applied.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from nbcore.errors import InvalidQuantityError
from nbcore.names import APPLIED_ANNOTATION, JsonObject
from nbcore.objects import text_at, value_at
from nbcore.quantities import parse_quantity

# Lists of objects in a PodSpec or a Service are keyed by one of these.
_KEYS = ("name", "containerPort", "port", "mountPath", "uid", "ip", "topologyKey", "key")
_QUANTITIES = {"requests", "limits"}


def stamped(desired: JsonObject) -> JsonObject:
    """The object with the digest of itself among its annotations. Pure."""
    metadata = desired["metadata"]
    annotations = {**metadata.get("annotations", {}), APPLIED_ANNOTATION: _digest(desired)}
    return {**desired, "metadata": {**metadata, "annotations": annotations}}


def is_drifted(live: JsonObject, desired: JsonObject, settled: str = "") -> bool:
    """Whether applying would change something.

    Args:
        live: the child as last seen.
        desired: the child as ``stamped`` made it.
        settled: ``essence`` of the child after this was applied last. A template may hold what
            the server stores in another form; applying it again would never end. Pure.
    """
    if _covers(live, desired):
        return False
    is_applied = _mark(live) == _mark(desired)
    return not (is_applied and settled and settled == essence(live))


def essence(live: JsonObject) -> str:
    """A digest of what people and controllers want of an object; its status is not in it. Pure."""
    metadata = live["metadata"]
    kept = {key: metadata.get(key) for key in ("labels", "annotations", "ownerReferences")}
    return _digest({"metadata": kept, "spec": live.get("spec")})


def _mark(obj: JsonObject) -> str:
    return text_at(obj, "metadata", "annotations", APPLIED_ANNOTATION)


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _covers(live: Any, desired: Any, *, of: str = "") -> bool:
    """Whether all that is desired stands in live; ``of`` is the key under which they stand."""
    if live is None:
        # Empty values are not stored.
        return not desired
    if isinstance(desired, dict):
        return isinstance(live, dict) and all(
            _same_quantity(live.get(key), value)
            if of in _QUANTITIES
            else _covers(live.get(key), value, of=key)
            for key, value in desired.items()
        )
    if isinstance(desired, list):
        return isinstance(live, list) and _list_covers(live, desired)
    return bool(live == desired)


def _list_covers(live: list[Any], desired: list[Any]) -> bool:
    if not all(isinstance(item, dict) for item in (*live, *desired)):
        return live == desired
    return all(any(_is_same(a, b) and _covers(a, b) for a in live) for b in desired)


def _is_same(live: JsonObject, desired: JsonObject) -> bool:
    """Whether two items of a list have the same key, if they have one."""
    return all(value_at(live, key) == desired[key] for key in _KEYS if key in desired)


def _same_quantity(live: object, desired: object) -> bool:
    try:
        return parse_quantity(live) == parse_quantity(desired)
    except InvalidQuantityError:
        return live == desired
