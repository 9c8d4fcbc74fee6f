"""Who has which rules now: the roles and bindings of the store, indexed by subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.api.rbac.rules import Rule, rules_of
from sandbox.api.request import Target, User
from sandbox.api.store import Change, Store
from sandbox.client import Object

GROUP = "rbac.authorization.k8s.io"
ROLES, CLUSTER_ROLES = f"roles.{GROUP}", f"clusterroles.{GROUP}"
BINDINGS, CLUSTER_BINDINGS = f"rolebindings.{GROUP}", f"clusterrolebindings.{GROUP}"
_KINDS = frozenset({ROLES, CLUSTER_ROLES, BINDINGS, CLUSTER_BINDINGS})

ADMINISTRATORS = "system:masters"
"""The group that may do everything, whatever the roles say, so that nobody can lock all out."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Rules that a subject has, and the binding that gives them in the server's words."""

    rules: tuple[Rule, ...]
    reason: str


_Subject = tuple[str, str]
"""User or Group, and its name."""
_Index = dict[tuple[str, _Subject], list[Grant]]
"""By namespace, "" for all of them, and subject."""


class Roles:
    """Answers what somebody may do; a change of a role or binding counts at once.

    The index is made anew at the first question after a change, not at each question.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._grants: _Index | None = None
        store.subscribe(self._on_change)

    def allows(self, user: User, target: Target) -> bool:
        """Whether a user may do this on a resource."""
        return self.reason(user, target) is not None

    def reason(self, user: User, target: Target) -> str | None:
        """Why a user may do this, "" for administrators; None when they may not."""
        if ADMINISTRATORS in user.groups:
            return ""
        grants = self.grants(user, target.namespace)
        return _first(g for g in grants if any(rule.allows(target) for rule in g.rules))

    def path_reason(self, user: User, verb: str, path: str) -> str | None:
        """The same for a path that is no resource; namespaces have no say there."""
        if ADMINISTRATORS in user.groups:
            return ""
        grants = self.grants(user, "")
        return _first(g for g in grants if any(rule.allows_path(verb, path) for rule in g.rules))

    def grants(self, user: User, namespace: str) -> Iterator[Grant]:
        """All that a user has in a namespace; "" for what counts in all of them."""
        index = self._index()
        subjects = [("User", user.name), *(("Group", group) for group in user.groups)]
        for scope in dict.fromkeys(("", namespace)):
            for subject in subjects:
                yield from index.get((scope, subject), ())

    def rules_of_ref(self, ref: Object, namespace: str) -> tuple[Rule, ...] | None:
        """The rules of the role that a binding names; None when there is no such role."""
        is_cluster = ref.get("kind") == "ClusterRole"
        resource, scope = (CLUSTER_ROLES, "") if is_cluster else (ROLES, namespace)
        stored = self._store.get(resource, scope, str(ref.get("name", "")))
        return rules_of(stored.object) if stored else None

    def _on_change(self, change: Change) -> None:
        if change.resource in _KINDS:
            self._grants = None

    def _index(self) -> _Index:
        if self._grants is None:
            index: _Index = {}
            for resource in (CLUSTER_BINDINGS, BINDINGS):
                for stored in self._store.items(resource):
                    self._add(index, stored.object)
            self._grants = index
        return self._grants

    def _add(self, index: _Index, binding: Object) -> None:
        namespace = binding["metadata"].get("namespace", "")
        ref = binding.get("roleRef") or {}
        rules = self.rules_of_ref(ref, namespace)
        if not rules:
            return
        for subject in binding.get("subjects") or ():
            grant = Grant(rules, _reason(binding, ref, subject))
            index.setdefault((namespace, _subject(subject)), []).append(grant)


def _first(grants: Iterable[Grant]) -> str | None:
    return next((grant.reason for grant in grants), None)


def _subject(subject: Object) -> _Subject:
    if subject.get("kind") == "ServiceAccount":
        name = f"system:serviceaccount:{subject.get('namespace', '')}:{subject.get('name', '')}"
        return "User", name
    return str(subject.get("kind", "")), str(subject.get("name", ""))


def _reason(binding: Object, ref: Object, subject: Object) -> str:
    metadata = binding["metadata"]
    namespace = metadata.get("namespace", "")
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    name = f"{metadata['name']}/{namespace}" if namespace else metadata["name"]
    who = subject.get("name", "")
    if subject.get("kind") == "ServiceAccount":
        who = f"{who}/{subject.get('namespace', '')}"
    role = f'{ref.get("kind", "")} "{ref.get("name", "")}"'
    return f'RBAC: allowed by {kind} "{name}" of {role} to {subject.get("kind", "")} "{who}"'
