"""PATCH: which format changes an object how."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.api import decoding, statuses
from sandbox.api.apply import apply, first_apply
from sandbox.api.context import Call, Reply
from sandbox.api.fields import DuplicateKeyError, check_keys
from sandbox.api.managed import APPLY, Manager, manager_of
from sandbox.api.patches import json_patch, merge_patch
from sandbox.api.strategic import strategic_merge
from sandbox.api.writes import create_object, replace_object
from sandbox.client import (
    APPLY_PATCH,
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_MERGE_PATCH,
    Object,
)


def patch(call: Call) -> Reply:
    """PATCH of an object or one of its parts."""
    if call.request.content_type == APPLY_PATCH:
        return _apply(call)
    return replace_object(call, _change(call), manager_of(call.request, call.subresource))


def _change(call: Call) -> Callable[[Object], Object]:
    body, schema = call.request.body, call.kind.schema
    match call.request.content_type:
        case "application/json-patch+json":
            return lambda old: _decoded(call, json_patch(old, body))
        case "application/merge-patch+json":
            return lambda old: _decoded(call, merge_patch(old, _object(body)))
        case "application/strategic-merge-patch+json" if not call.kind.is_custom:
            return lambda old: _decoded(call, strategic_merge(old, _object(body), schema))
        case _:
            raise statuses.unsupported_media_type(_accepted(call))


def _apply(call: Call) -> Reply:
    """Create what is not there, otherwise merge and remove as the manager's share says."""
    name = call.request.query.get("fieldManager", "")
    if not name:
        cause = statuses.required("fieldManager", "is required for apply patch")
        raise statuses.invalid_options("PatchOptions", [cause])
    wanted = _wanted(call)
    manager = Manager(name, APPLY, call.subresource, call.kind.api_version)
    now = call.world.clock()
    if not call.world.find(call.kind.resource, call.namespace, call.name) and not call.subresource:
        if wanted["metadata"].get("uid"):
            why = (
                f"uid mismatch: the provided object specified uid {wanted['metadata']['uid']}, "
                "and no existing object was found"
            )
            raise statuses.conflict(call.kind, call.name, why)
        return create_object(
            call, wanted, lambda made: first_apply(made, wanted, call.kind, manager, now)
        )
    force = call.request.flag("force")
    return replace_object(
        call, lambda live: apply(live, wanted, call.kind, manager, now=now, force=force), None
    )


def _wanted(call: Call) -> Object:
    body, kind = _object(call.request.body), call.kind
    if (body.get("apiVersion"), body.get("kind")) != (kind.api_version, kind.kind):
        raise statuses.bad_request(
            f"invalid object type: {body.get('apiVersion') or '/'}, Kind={body.get('kind') or ''}"
        )
    wanted = decoding.decode_for_apply(body, kind)
    metadata = {"name": call.name} | wanted["metadata"]
    if metadata.get("managedFields"):
        raise statuses.bad_request("metadata.managedFields must be nil")
    if metadata["name"] != call.name:
        raise statuses.bad_request(
            f"the name of the object ({metadata['name']}) does not match the name on the URL "
            f"({call.name})"
        )
    # An endpoint applies its own part of the object and is silent about the other.
    other = {"status"} if not call.subresource and "status" in kind.subresources else set()
    wanted = {k: v for k, v in wanted.items() if k not in other} | {"metadata": metadata}
    if call.subresource == "status":
        wanted = {k: v for k, v in wanted.items() if k in _STATUS_PART}
    return _checked(call, wanted)


_STATUS_PART = frozenset({"apiVersion", "kind", "metadata", "status"})


def _checked(call: Call, wanted: Object) -> Object:
    try:
        check_keys(wanted, call.kind.schema)
    except DuplicateKeyError as problem:
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
    decoded, warnings = decoding.decode(obj, call.kind, wanted)
    call.warnings.extend(warnings)
    return decoded
