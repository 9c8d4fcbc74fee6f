"""How the API server says no: Status objects in its own words. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sandbox.api.kinds import Kind
from sandbox.client import ApiError, Object

NOT_SERVED = "404 page not found"


class CauseType(StrEnum):
    """The machine-readable reason of one cause, and the words that begin its sentence."""

    INVALID = "FieldValueInvalid"
    REQUIRED = "FieldValueRequired"
    NOT_SUPPORTED = "FieldValueNotSupported"
    TOO_LONG = "FieldValueTooLong"
    TOO_MANY = "FieldValueTooMany"
    DUPLICATE = "FieldValueDuplicate"
    TYPE_INVALID = "FieldValueTypeInvalid"
    FORBIDDEN = "FieldValueForbidden"
    NOT_FOUND = "FieldValueNotFound"


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing wrong with an object: where, and the sentence that follows the field's path."""

    type: CauseType
    field: str
    message: str


def invalid(field: str, value: Any, detail: str) -> Cause:
    """A value that breaks a rule. Pure."""
    return Cause(CauseType.INVALID, field, f"Invalid value: {shown(value)}: {detail}")


def type_invalid(field: str, expected: str, actual: str) -> Cause:
    """A value of the wrong JSON type. Pure."""
    sentence = f'Invalid value: "{actual}": {field} in body must be of type {expected}: "{actual}"'
    return Cause(CauseType.TYPE_INVALID, field, sentence)


def required(field: str, detail: str = "") -> Cause:
    """A value that is missing. Pure."""
    return Cause(
        CauseType.REQUIRED, field, f"Required value: {detail}" if detail else "Required value"
    )


def unsupported(field: str, value: Any, supported: Sequence[Any]) -> Cause:
    """A value outside a closed set. Pure."""
    choices = ", ".join(shown(str(choice)) for choice in supported)
    sentence = f"Unsupported value: {shown(value)}: supported values: {choices}"
    return Cause(CauseType.NOT_SUPPORTED, field, sentence)


def missing(field: str, value: Any) -> Cause:
    """A reference to something that is not there. Pure."""
    return Cause(CauseType.NOT_FOUND, field, f"Not found: {shown(value)}")


def duplicate(field: str, value: Any) -> Cause:
    """A second item with the same key. Pure."""
    return Cause(CauseType.DUPLICATE, field, f"Duplicate value: {shown(value)}")


def forbidden_field(field: str, detail: str) -> Cause:
    """A value that may not be set or changed. Pure."""
    return Cause(CauseType.FORBIDDEN, field, f"Forbidden: {detail}")


def shown(value: Any) -> str:
    """A value as messages print it: strings quoted, the rest as JSON. Pure."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def status(code: int, reason: str, message: str, details: Object | None = None) -> Object:
    """A Status object that says what went wrong. Pure."""
    body: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    body |= {"message": message} | ({"reason": reason} if reason else {})
    return body | ({"details": details} if details is not None else {}) | {"code": code}


def success(kind: Kind, name: str, uid: str) -> Object:
    """What deleting an object answers when the object itself is not returned. Pure."""
    details = _details(kind, name) | {"uid": uid}
    head: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
    return head | {"details": details}


def group_version(obj: Object) -> str:
    """An object's apiVersion as messages about types write it: /v1 in the core group. Pure."""
    version = str(obj.get("apiVersion") or "")
    return version if "/" in version else f"/{version}"


def error(code: int, reason: str, message: str, details: Object | None = None) -> ApiError:
    """An error with its Status. Pure."""
    return ApiError(code, reason, message, status(code, reason, message, details))


def _details(kind: Kind, name: str) -> Object:
    named = {"name": name} if name else {}
    return named | ({"group": kind.group} if kind.group else {}) | {"kind": kind.plural}


def bad_request(message: str) -> ApiError:
    """400: nothing that could be understood. Pure."""
    return error(400, "BadRequest", message)


def unauthorized() -> ApiError:
    """401: nobody that we know. Pure."""
    return error(401, "Unauthorized", "Unauthorized")


def no_such_resource() -> ApiError:
    """404 for a path that is not served: a page without a Status, as on a real server. Pure."""
    return ApiError(404, "NotFound", NOT_SERVED, {})


def unknown_resource() -> ApiError:
    """404 for a resource that its group does not have. Pure."""
    message = "the server could not find the requested resource"
    return error(404, "NotFound", message, {})


def not_found(kind: Kind, name: str) -> ApiError:
    """404 for an object. Pure."""
    return error(404, "NotFound", f'{kind.resource} "{name}" not found', _details(kind, name))


def method_not_allowed() -> ApiError:
    """405. Pure."""
    message = "the server does not allow this method on the requested resource"
    return error(405, "MethodNotAllowed", message, {})


def already_exists(kind: Kind, name: str, *, is_being_deleted: bool = False) -> ApiError:
    """409 for a name that is taken, perhaps by an object whose finalizers are at work. Pure."""
    message = f'{kind.resource} "{name}" already exists'
    message = f"object is being deleted: {message}" if is_being_deleted else message
    return error(409, "AlreadyExists", message, _details(kind, name))


def conflict(kind: Kind, name: str, why: str = "") -> ApiError:
    """409 for an object that changed meanwhile. Pure."""
    stale = (
        "the object has been modified; "
        "please apply your changes to the latest version and try again"
    )
    message = f'Operation cannot be fulfilled on {kind.resource} "{name}": {why or stale}'
    return error(409, "Conflict", message, _details(kind, name))


def forbidden(kind: Kind, name: str, why: str, causes: Sequence[Object] = ()) -> ApiError:
    """403 from admission. Pure."""
    message = f'{kind.resource} "{name}" is forbidden: {why}'
    details = _details(kind, name) | ({"causes": list(causes)} if causes else {})
    return error(403, "Forbidden", message, details)


def expired(message: str) -> ApiError:
    """410 for a resourceVersion that history no longer holds. Pure."""
    return error(410, "Expired", message)


def too_large(limit: int) -> ApiError:
    """413: ``limit`` is in bytes. Pure."""
    message = f"Request entity too large: limit is {limit}"
    return error(413, "RequestEntityTooLarge", message, {})


def unsupported_media_type(accepted: Sequence[str]) -> ApiError:
    """415 for a body in a format that is not read here. Pure."""
    types = ", ".join(accepted)
    message = (
        f"the body of the request was in an unknown format - accepted media types include: {types}"
    )
    return error(415, "UnsupportedMediaType", message)


def invalid_object(kind: Kind, name: str, causes: Sequence[Cause]) -> ApiError:
    """422 with one cause for each thing that is wrong. Pure."""
    message = f'{kind.qualified_kind} "{name}" is invalid: {_listed(causes)}'
    details: Object = {"name": name} if name else {}
    details |= {"group": kind.group} if kind.group else {}
    details |= {"kind": kind.kind, "causes": [_to_object(cause) for cause in causes]}
    return error(422, "Invalid", message, details)


def unusable_patch(result: Any, why: str) -> ApiError:
    """422 for a patch after which an object can't be decoded. Pure."""
    cause = invalid("patch", shown(result), why)
    message = f' "" is invalid: {cause.field}: {cause.message}'
    return error(422, "Invalid", message, {"causes": [_to_object(cause)]})


def version_required(kind: Kind, name: str) -> ApiError:
    """422 for an update that does not say which state it is made from. Pure."""
    cause = invalid("metadata.resourceVersion", 0, "must be specified for an update")
    details = {**_details(kind, name), "causes": [_to_object(cause)]}
    message = f'{kind.resource} "{name}" is invalid: {cause.field}: {cause.message}'
    return error(422, "Invalid", message, details)


def invalid_options(options: str, causes: Sequence[Cause]) -> ApiError:
    """422 for the options of a request, such as PatchOptions. Pure."""
    details = {"group": "meta.k8s.io", "kind": options, "causes": [_to_object(c) for c in causes]}
    return error(422, "Invalid", f'{options}.meta.k8s.io "" is invalid: {_listed(causes)}', details)


def _listed(causes: Sequence[Cause]) -> str:
    sentences = [f"{cause.field}: {cause.message}" for cause in causes]
    return sentences[0] if len(sentences) == 1 else f"[{', '.join(sentences)}]"


def _to_object(cause: Cause) -> Object:
    return {"reason": str(cause.type), "message": cause.message, "field": cause.field}


def broken(why: str) -> ApiError:
    """500 for a wrong request that a real server takes for a fault of its own. Pure."""
    message = f"Internal error occurred: {why}"
    return error(500, "InternalError", message, {"causes": [{"message": why}]})


def internal_error() -> ApiError:
    """500, without a word about the inside. Pure."""
    return error(500, "InternalError", "Internal error occurred: see the server's log")
