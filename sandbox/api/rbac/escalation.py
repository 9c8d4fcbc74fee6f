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


def check_escalation(roles: Roles, user: User, kind: Kind, new: Object, old: Object | None) -> None:
    """Nothing, if a user may write this role or binding, or if it is none.

    Raises:
        ApiError: 403 with the rules that the user lacks, 404 for a binding of a missing role.
    """
    if ADMINISTRATORS in user.groups:
        return
    if kind.resource in {ROLES, CLUSTER_ROLES}:
        if old is None or rules_of(new) != rules_of(old):
            _check(roles, user, kind, new, rules_of(new), escape=Verb.ESCALATE)
    elif kind.resource in {BINDINGS, CLUSTER_BINDINGS}:
        same = old and (new.get("subjects"), new["roleRef"]) == (
            old.get("subjects"),
            old["roleRef"],
        )
        if not same:
            _check_binding(roles, user, kind, new)


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
    target = Target(
        verb=escape or Verb.BIND,
        group=GROUP,
        version="v1",
        plural=kind.plural,
        namespace=namespace,
        name=name,
    )
    if escape and roles.allows(user, target):
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
