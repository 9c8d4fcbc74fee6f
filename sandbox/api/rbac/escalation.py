"""Nobody gives away what they don't have: writes of roles and bindings are looked at twice. Pure.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
"""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.api import statuses
from sandbox.api.kinds import Kind
from sandbox.api.rbac.roles import (
    ADMINISTRATORS,
    BINDINGS,
    CLUSTER_BINDINGS,
    CLUSTER_ROLES,
    GROUP,
    ROLES,
    Roles,
)
from sandbox.api.rbac.rules import Rule, not_covered, rules_of
from sandbox.api.request import Target, User, Verb
from sandbox.client import Object

_COLLECTED = frozenset({"ownerReferences", "finalizers", "managedFields", "resourceVersion"})
_EVERYTHING = (Rule(("*",), ("*",), ("*",)), Rule(("*",), paths=("*",)))
_NO_SUMS = "must have cluster-admin privileges to use the aggregationRule"


def check_escalation(roles: Roles, user: User, kind: Kind, new: Object, old: Object | None) -> None:
    """Nothing, if a user may write this role or binding, or if it is none.

    Raises:
        ApiError: 403 with the rules that the user lacks, 404 for a binding of a missing role.
    """
    if ADMINISTRATORS in user.groups:
        return
    if kind.resource in {ROLES, CLUSTER_ROLES}:
        # Also when the rules stay: a label can make them part of somebody's role.
        if old is None or _differ(new, old):
            _check_role(roles, user, kind, new, old)
    elif kind.resource in {BINDINGS, CLUSTER_BINDINGS}:
        same = old and (new.get("subjects"), new["roleRef"]) == (
            old.get("subjects"),
            old["roleRef"],
        )
        if not same:
            _check_binding(roles, user, kind, new)


def _differ(new: Object, old: Object) -> bool:
    """Whether more changes than what garbage collection needs."""
    kept = [
        {**role, "metadata": {k: v for k, v in role["metadata"].items() if k not in _COLLECTED}}
        for role in (new, old)
    ]
    return kept[0] != kept[1]


def _check_role(roles: Roles, user: User, kind: Kind, new: Object, old: Object | None) -> None:
    _check(roles, user, kind, new, rules_of(new), escape=Verb.ESCALATE)
    # A sum grows with roles that others write, so that nobody knows what is given away.
    is_sum = new.get("aggregationRule") or (old or {}).get("aggregationRule")
    if is_sum and not _may_escape(roles, user, kind, new, Verb.ESCALATE):
        owned = [rule for grant in roles.grants(user, "") for rule in grant.rules]
        if not_covered(owned, _EVERYTHING):
            raise statuses.forbidden(kind, new["metadata"].get("name", ""), _NO_SUMS)


def _check_binding(roles: Roles, user: User, kind: Kind, binding: Object) -> None:
    ref, namespace = binding["roleRef"], binding["metadata"].get("namespace", "")
    plural = "clusterroles" if ref["kind"] == "ClusterRole" else "roles"
    bind = Target(
        verb=Verb.BIND,
        group=GROUP,
        version="v1",
        plural=plural,
        namespace=namespace,
        name=ref["name"],
    )
    if roles.allows(user, bind):
        return
    rules = roles.rules_of_ref(ref, namespace)
    if rules is None:
        message = f'{plural}.{GROUP} "{ref["name"]}" not found'
        details = {"name": ref["name"], "group": GROUP, "kind": plural}
        raise statuses.error(404, "NotFound", message, details)
    _check(roles, user, kind, binding, rules, escape=None)


def _check(
    roles: Roles,
    user: User,
    kind: Kind,
    obj: Object,
    wanted: Sequence[Rule],
    *,
    escape: Verb | None,
) -> None:
    metadata = obj["metadata"]
    namespace, name = metadata.get("namespace", ""), metadata.get("name", "")
    if escape and _may_escape(roles, user, kind, obj, escape):
        return
    owned = [rule for grant in roles.grants(user, namespace) for rule in grant.rules]
    if lacking := not_covered(owned, wanted):
        groups = " ".join(f'"{group}"' for group in user.groups)
        shown = "\n".join(dict.fromkeys(_shown(rule) for rule in _compact(lacking)))
        why = (
            f'user "{user.name}" (groups=[{groups}]) is attempting to grant RBAC permissions '
            f"not currently held:\n{shown}"
        )
        raise statuses.forbidden(kind, name, why)


def _may_escape(roles: Roles, user: User, kind: Kind, obj: Object, verb: Verb) -> bool:
    target = Target(
        verb=verb,
        group=GROUP,
        version="v1",
        plural=kind.plural,
        namespace=obj["metadata"].get("namespace", ""),
        name=obj["metadata"].get("name", ""),
    )
    return roles.allows(user, target)


def _compact(singles: Sequence[Rule]) -> list[Rule]:
    """Single rules that differ in their verb alone, as one."""
    merged: dict[Rule, list[str]] = {}
    for rule in singles:
        key = Rule((), rule.groups, rule.resources, rule.names, rule.paths)
        merged.setdefault(key, []).append(rule.verbs[0])
    return [
        Rule(tuple(verbs), key.groups, key.resources, key.names, key.paths)
        for key, verbs in merged.items()
    ]


def _shown(rule: Rule) -> str:
    """As the API server prints a rule."""
    parts = (
        ("APIGroups", rule.groups),
        ("Resources", rule.resources),
        ("ResourceNames", rule.names),
        ("NonResourceURLs", rule.paths),
        ("Verbs", rule.verbs),
    )
    lists = (f"{name}:[{_quoted(values)}]" for name, values in parts if values)
    return "{" + ", ".join(lists) + "}"


def _quoted(values: Sequence[str]) -> str:
    return " ".join(f'"{value}"' for value in values)
