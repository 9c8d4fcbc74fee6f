"""What is filled into bindings, and what makes one invalid. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.api.statuses import Cause, forbidden_field, invalid, required, unsupported
from sandbox.client import Object

_GROUP = "rbac.authorization.k8s.io"
_KINDS = ("ClusterRole", "Role")


def completed(binding: Object) -> Object:
    """The binding with the API groups that are left out."""
    ref = binding.get("roleRef")
    filled = binding | ({"roleRef": {"apiGroup": _GROUP} | ref} if ref else {})
    subjects = [_completed_subject(subject) for subject in binding.get("subjects") or []]
    return filled | ({"subjects": subjects} if subjects else {})


def _completed_subject(subject: Object) -> Object:
    if subject.get("kind") in {"User", "Group"} and not subject.get("apiGroup"):
        return subject | {"apiGroup": _GROUP}
    return subject


def binding_causes(binding: Object, old: Object | None) -> Iterator[Cause]:
    """What is wrong with a RoleBinding or ClusterRoleBinding."""
    ref = binding.get("roleRef") or {}
    if ref.get("apiGroup") != _GROUP:
        yield unsupported("roleRef.apiGroup", ref.get("apiGroup", ""), [_GROUP])
    kinds = _KINDS if binding["metadata"].get("namespace") else _KINDS[:1]
    if ref.get("kind") not in kinds:
        yield unsupported("roleRef.kind", ref.get("kind", ""), kinds)
    if not ref.get("name"):
        yield required("roleRef.name")
    for index, subject in enumerate(binding.get("subjects") or []):
        yield from _subject_causes(subject, f"subjects[{index}]", binding)
    if old and ref != old["roleRef"]:
        yield invalid("roleRef", ref, "cannot change roleRef")


def _subject_causes(subject: Object, path: str, binding: Object) -> Iterator[Cause]:
    if not subject.get("name"):
        yield required(f"{path}.name")
    kind = subject.get("kind", "")
    if kind == "ServiceAccount":
        is_scoped = bool(binding["metadata"].get("namespace"))
        if not subject.get("namespace") and not is_scoped:
            yield required(f"{path}.namespace")
    elif kind not in {"User", "Group"}:
        yield unsupported(f"{path}.kind", kind, ["Group", "ServiceAccount", "User"])
    elif subject.get("namespace"):
        yield forbidden_field(f"{path}.namespace", "")


def role_causes(role: Object, _: Object | None) -> Iterator[Cause]:
    """What is wrong with a Role or ClusterRole."""
    is_scoped = bool(role["metadata"].get("namespace"))
    for index, rule in enumerate(role.get("rules") or []):
        yield from _rule_causes(rule, f"rules[{index}]", is_scoped=is_scoped)


def _rule_causes(rule: Object, path: str, *, is_scoped: bool) -> Iterator[Cause]:
    if not rule.get("verbs"):
        yield required(f"{path}.verbs", "verbs must contain at least one value")
    if paths := rule.get("nonResourceURLs"):
        if is_scoped:
            detail = "namespaced rules cannot apply to non-resource URLs"
            yield invalid(f"{path}.nonResourceURLs", paths, detail)
        elif rule.get("apiGroups") or rule.get("resources") or rule.get("resourceNames"):
            detail = "rules cannot apply to both regular resources and non-resource URLs"
            yield invalid(f"{path}.nonResourceURLs", paths, detail)
        return
    if not rule.get("apiGroups"):
        yield required(f"{path}.apiGroups", "resource rules must supply at least one api group")
    if not rule.get("resources"):
        yield required(f"{path}.resources", "resource rules must supply at least one resource")
