"""Questions about access, asked as objects that are answered and not stored.

https://kubernetes.io/docs/reference/access-authn-authz/authorization/
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.api import decoding, statuses
from sandbox.api.authentication import user_of_token
from sandbox.api.context import Call, Reply
from sandbox.api.rbac.roles import ADMINISTRATORS
from sandbox.api.rbac.rules import Rule
from sandbox.api.request import Target, User
from sandbox.api.statuses import Cause, invalid, required
from sandbox.client import Object

_SPEC_KEYS = ("resourceAttributes", "nonResourceAttributes")
_EVERYTHING = (
    Rule(("*",), ("*",), ("*",)),
    Rule(("*",), paths=("*",)),
)


def answer(call: Call) -> Reply:
    """POST on a kind that is a question.

    Raises:
        ApiError: 400 or 422 for a question that is none.
    """
    wanted = call.request.query.get("fieldValidation", "")
    obj, warnings = decoding.decode(call.request.body, call.kind, wanted)
    call.warnings.extend(warnings)
    status = _ANSWERS[call.kind.kind](call, obj.get("spec") or {})
    metadata = obj.get("metadata") or {}
    return call.reply_with(obj | {"metadata": metadata} | status, 201)


def _subject_access(call: Call, spec: Object) -> Object:
    _check(call, _access_causes(spec) + _user_causes(spec))
    asked = User(spec.get("user", ""), tuple(spec.get("groups") or ()))
    return _access(call, asked, spec)


def _local_subject_access(call: Call, spec: Object) -> Object:
    attributes = spec.get("resourceAttributes") or {}
    if attributes.get("namespace", "") != call.namespace:
        raise statuses.bad_request(
            "must match metadata.namespace" if attributes else "resourceAttributes is required"
        )
    return _subject_access(call, spec)


def _self_subject_access(call: Call, spec: Object) -> Object:
    _check(call, _access_causes(spec))
    return _access(call, call.request.user, spec)


def _access(call: Call, user: User, spec: Object) -> Object:
    roles = call.world.roles
    if attributes := spec.get("resourceAttributes"):
        reason = roles.reason(user, _target(attributes))
    else:
        path = spec["nonResourceAttributes"]
        reason = roles.path_reason(user, path.get("verb", ""), path.get("path", ""))
    status: Object = {"allowed": reason is not None}
    return {"status": status | ({"reason": reason} if reason else {})}


def _target(attributes: Object) -> Target:
    return Target(
        verb=attributes.get("verb", ""),
        group=attributes.get("group", ""),
        version=attributes.get("version", ""),
        plural=attributes.get("resource", ""),
        namespace=attributes.get("namespace", ""),
        name=attributes.get("name", ""),
        subresource=attributes.get("subresource", ""),
    )


def _self_subject_rules(call: Call, spec: Object) -> Object:
    namespace = spec.get("namespace", "")
    if not namespace:
        raise statuses.bad_request("no namespace on request")
    user = call.request.user
    rules = [r for grant in call.world.roles.grants(user, namespace) for r in grant.rules]
    if ADMINISTRATORS in user.groups:
        rules = [*_EVERYTHING, *rules]
    resource = [rule.to_object() for rule in rules if rule.resources]
    paths = [rule.to_object() for rule in rules if rule.paths]
    status = {"resourceRules": resource, "nonResourceRules": paths, "incomplete": False}
    return {"status": status}


def _self_subject(call: Call, _: Object) -> Object:
    return {"status": {"userInfo": _user_info(call.request.user)}}


def _token(call: Call, spec: Object) -> Object:
    token = spec.get("token", "")
    if not token:
        raise statuses.bad_request("token is required for TokenReview in authentication")
    user = user_of_token(token, call.world.tokens)
    if user is None:
        return {"status": {"user": {}, "error": "[invalid bearer token]"}}
    return {"status": {"authenticated": True, "user": _user_info(user)}}


def _user_info(user: User) -> Object:
    groups = list(user.groups)
    info: Object = {"username": user.name, "groups": groups}
    return info | ({"uid": user.uid} if user.uid else {})


def _access_causes(spec: Object) -> list[Cause]:
    given = [key for key in _SPEC_KEYS if spec.get(key) is not None]
    if len(given) == 1:
        return []
    detail = (
        "cannot be specified in combination with resourceAttributes"
        if given
        else "exactly one of nonResourceAttributes or resourceAttributes must be specified"
    )
    field = "spec.nonResourceAttributes" if given else "spec.resourceAttributes"
    return [invalid(field, spec.get("nonResourceAttributes"), detail)]


def _user_causes(spec: Object) -> list[Cause]:
    if spec.get("user") or spec.get("groups"):
        return []
    return [required("spec.user", "at least one of user or group must be specified")]


def _check(call: Call, causes: list[Cause]) -> None:
    if causes:
        raise statuses.invalid_object(call.kind, "", causes)


_ANSWERS: dict[str, Callable[[Call, Object], Object]] = {
    "SubjectAccessReview": _subject_access,
    "LocalSubjectAccessReview": _local_subject_access,
    "SelfSubjectAccessReview": _self_subject_access,
    "SelfSubjectRulesReview": _self_subject_rules,
    "SelfSubjectReview": _self_subject,
    "TokenReview": _token,
}
