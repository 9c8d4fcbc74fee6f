"""PATCH: which format changes an object how."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.api import decoding, statuses
from sandbox.api.context import Call, Reply
from sandbox.api.managed import manager_of
from sandbox.api.patches import json_patch, merge_patch
from sandbox.api.writes import replace_object
from sandbox.client import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, Object


def patch(call: Call) -> Reply:
    """PATCH of an object or one of its parts."""
    apply_change = _changes(call)
    manager = manager_of(call.request, call.subresource)
    return replace_object(call, apply_change, manager)


def _changes(call: Call) -> Callable[[Object], Object]:
    body = call.request.body
    match call.request.content_type:
        case t if t == JSON_PATCH:
            return lambda old: _decoded(call, json_patch(old, body))
        case t if t == MERGE_PATCH:
            return lambda old: _decoded(call, merge_patch(old, _object(body)))
    raise statuses.unsupported_media_type(accepted_patches(call))


def accepted_patches(call: Call) -> list[str]:
    """The formats that a kind takes: strategic merge needs the schemas of built-in kinds."""
    strategic = [] if call.kind.is_custom else [STRATEGIC_MERGE_PATCH]
    return [JSON_PATCH, MERGE_PATCH, *strategic, APPLY_PATCH]


def _object(body: object) -> Object:
    if not isinstance(body, dict):
        raise statuses.bad_request("error decoding patch: it is not a JSON object")
    return body


def _decoded(call: Call, obj: Object) -> Object:
    validation = decoding.field_validation(call.request.query.get("fieldValidation", ""))
    decoded, warnings = decoding.decode(obj, call.kind, validation)
    call.warnings.extend(warnings)
    return decoded
