"""PATCH: which format changes an object how."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.api import decoding, statuses
from sandbox.api.apply import apply, first_apply
from sandbox.api.context import Call, Reply
from sandbox.api.fields import NotTypedError, check_keys
from sandbox.api.json_patch import json_patch
from sandbox.api.managed import APPLY, Manager, manager_of
from sandbox.api.merge_patch import merge_patch
from sandbox.api.strategic import strategic_merge
from sandbox.api.writes import create_object, replace_object, without_version
from sandbox.client import (
    APPLY_PATCH,
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_MERGE_PATCH,
    ApiError,
    Object,
)


def patch(call: Call) -> Reply:
    """PATCH of an object or one of its parts."""
    if call.request.content_type == APPLY_PATCH:
        return _apply(call)
    return replace_object(call, _change(call), manager_of(call.request, call.subresource))


def check_format(call: Call) -> None:
    """Nothing, if the kind takes patches of this format.

    Raises:
        ApiError: 415.
    """
    if call.request.content_type not in _accepted(call):
        raise statuses.unsupported_media_type(_accepted(call))


def _change(call: Call) -> Callable[[Object], Object]:
    body, schema = call.request.body, call.kind.schema
    match call.request.content_type:
        case "application/json-patch+json":
            return lambda old: _decoded(call, json_patch(old, body))
        case "application/merge-patch+json":
            return lambda old: _decoded(call, merge_patch(old, _object(body)))
        case _:
            return lambda old: _decoded(call, _strategic(old, _object(body), schema))


def _strategic(old: Object, body: Object, schema: Object) -> Object:
    """A strategic merge works on an object whose type is known, whatever the patch calls it."""
    merged: Object = strategic_merge(old, body, schema)
    return merged | {"apiVersion": old["apiVersion"], "kind": old["kind"]}


def _apply(call: Call) -> Reply:
    """Create what is not there, otherwise merge and remove as the manager's share says."""
    name = call.request.query.get("fieldManager", "")
    if not name:
        cause = statuses.required("fieldManager", "is required for apply patch")
        raise statuses.invalid_options("PatchOptions", [cause])
    is_new = not call.exists()
    if is_new and call.subresource:
        raise statuses.not_found(call.kind, call.name)
    wanted = _wanted(call)
    manager = Manager(name, APPLY, call.subresource, call.kind.api_version)
    now = call.world.clock()
    if is_new:
        if wanted["metadata"].get("uid"):
            why = (
                f"uid mismatch: the provided object specified uid {wanted['metadata']['uid']}, "
                "and no existing object was found"
            )
            raise statuses.conflict(call.kind, call.name, why)
        made = without_version(call, decoding.converted(wanted, call.kind, wanted))
        return create_object(
            call, made, lambda made: first_apply(made, wanted, call.kind, manager, now)
        )
    force = call.request.flag("force")

    def change(live: Object) -> Object:
        merged = apply(live, wanted, call.kind, manager, now=now, force=force)
        return decoding.converted(merged, call.kind, wanted)

    return replace_object(call, change, None)


def _wanted(call: Call) -> Object:
    body, kind = _object(call.request.body), call.kind
    if (body.get("apiVersion"), body.get("kind")) != (kind.api_version, kind.kind):
        raise statuses.bad_request(
            f"invalid object type: {statuses.group_version(body)}, Kind={body.get('kind') or ''}"
        )
    given = body.get("metadata")
    if isinstance(given, dict) and given.get("managedFields") is not None:
        raise statuses.bad_request("metadata.managedFields must be nil")
    wanted = decoding.decode_for_apply(body, kind)
    metadata = {"name": call.name} | wanted["metadata"]
    if metadata["name"] != call.name:
        raise statuses.bad_request(
            f"the name of the object ({metadata['name']}) does not match the name on the URL "
            f"({call.name})"
        )
    # An endpoint applies its own part of the object and is silent about the other.
    other = {"status"} if not call.subresource and "status" in kind.subresources else set()
    wanted = {k: v for k, v in wanted.items() if k not in other} | {"metadata": metadata}
    if call.subresource == "status":
        named = {k: v for k, v in metadata.items() if k in _IDENTITY or not kind.is_custom}
        wanted = {k: v for k, v in wanted.items() if k in _STATUS_PART} | {"metadata": named}
    return _checked(call, wanted)


_IDENTITY = frozenset({"name", "namespace", "uid", "resourceVersion"})
_STATUS_PART = frozenset({"apiVersion", "kind", "metadata", "status"})


def _checked(call: Call, wanted: Object) -> Object:
    try:
        check_keys(wanted, call.kind.schema)
    except NotTypedError as problem:
        raise decoding.not_typed(wanted, str(problem)) from problem
    return wanted


def _accepted(call: Call) -> list[str]:
    """The formats that a kind takes: strategic merge needs the schemas of built-in kinds."""
    strategic = [] if call.kind.is_custom else [STRATEGIC_MERGE_PATCH]
    return [JSON_PATCH, MERGE_PATCH, *strategic, APPLY_PATCH]


def _object(body: object) -> Object:
    if not isinstance(body, dict):
        raise statuses.bad_request("error decoding patch: it is not a JSON object")
    return body


def _decoded(call: Call, obj: Object) -> Object:
    wanted = call.request.query.get("fieldValidation", "")
    try:
        decoded, warnings = decoding.decode(obj, call.kind, wanted)
    except ApiError as problem:
        why = problem.message.rpartition(f"cannot be handled as a {call.kind.kind}: ")[2]
        raise statuses.unusable_patch(obj, why) from problem
    call.warnings.extend(warnings)
    if not decoded.get("apiVersion"):
        raise statuses.broken("Object 'apiVersion' is missing in 'object has no apiVersion field'")
    return decoded
