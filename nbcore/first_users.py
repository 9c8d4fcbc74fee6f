"""Whom the local start makes, so that there is somebody to sign in as: a team of three."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from nbcore import passwords
from nbcore.errors import AlreadyExistsError
from nbcore.kube.client import Kube
from nbcore.kube.resources import CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, ROLE_BINDINGS
from nbcore.names import (
    CATALOG_SETTING,
    FIELD_MANAGER_APP,
    NOTEBOOK_GROUP,
    SETTING_GROUP,
    SYSTEM_NAMESPACE,
    JsonObject,
)
from nbcore.offers import Offer, offers_to_text
from nbcore.user_file import edit, write_private
from nbcore.users import User, added

_RBAC = "rbac.authorization.k8s.io"
ADMIN_ROLE = "notebooks-admin"


@dataclass(frozen=True, slots=True)
class FirstUser:
    """One of the team.

    Attributes:
        group: its only role.
        what: a few words for the sign-in page.
    """

    name: str
    group: str
    first_name: str
    what: str


TEAM = (
    FirstUser("alice", "data-scientists", "Alice", "data scientist"),
    FirstUser("bob", "team-leads", "Bob", "team lead, looks on"),
    FirstUser("carol", "notebook-admins", "Carol", "admin"),
)


def make_users(users: Path, offers: Path) -> Mapping[str, str]:
    """Writes the file of users and what the sign-in page offers; tells passwords by name.

    Nothing is written, and none told, when there is a file of users already.
    """
    if users.exists():
        return MappingProxyType({})
    told = {first.name: passwords.generated() for first in TEAM}
    hashes = {name: passwords.hashed(password) for name, password in told.items()}

    def add_all(document: JsonObject) -> JsonObject:
        for first in TEAM:
            entry = {
                "email": f"{first.name}@example.com",
                "first_name": first.first_name,
                "last_name": "Example",
                "password": hashes[first.name],
                "roles": [first.group],
            }
            document = added(document, first.name, entry)
        return document

    # First the offers: a page that waits for users looks for them at once.
    write_private(offers, offers_to_text([_offer(first, hashes[first.name]) for first in TEAM]))
    edit(users, add_all)
    return MappingProxyType(told)


def grant(kube: Kube, roles: Iterable[JsonObject], namespaces: Sequence[str]) -> None:
    """Makes what Kubernetes needs to know of the team; what is there already stays as it is.

    Args:
        kube: an administrator.
        roles: the ClusterRoles of deploy/, which are part of view, edit and admin.
        namespaces: the first one is where the data scientist works.
    """
    for role in roles:
        kube.apply(CLUSTER_ROLES, role, field_manager=FIELD_MANAGER_APP)
    scientist, lead, admin = TEAM
    with suppress(AlreadyExistsError):
        kube.create(CLUSTER_ROLES, _admin_role())
    with suppress(AlreadyExistsError):
        kube.create(CLUSTER_ROLE_BINDINGS, _binding(admin, ADMIN_ROLE))
    grants = [(scientist, "edit", namespaces[0])]
    grants += [(lead, "view", namespace) for namespace in namespaces]
    grants += [(admin, "admin", namespace) for namespace in namespaces]
    # The earlier versions of the catalog lie there.
    grants += [(admin, "view", SYSTEM_NAMESPACE)]
    for user, name, namespace in grants:
        with suppress(AlreadyExistsError):
            kube.create(ROLE_BINDINGS, _binding(user, name, namespace))


def _offer(first: FirstUser, password_hash: str) -> Offer:
    stamp = User(first.name, password_hash, (first.group,)).stamp
    return Offer(first.name, stamp, first.what)


def _admin_role() -> JsonObject:
    everything = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]
    setting = ["get", "list", "watch", "update", "patch"]
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": ADMIN_ROLE},
        "rules": [
            _rule(NOTEBOOK_GROUP, ["notebooks", "notebooks/status"], everything),
            _rule(NOTEBOOK_GROUP, ["notebooks/connect"], ["create"]),
            _rule(SETTING_GROUP, ["settings"], setting) | {"resourceNames": [CATALOG_SETTING]},
        ],
    }


def _rule(group: str, resources: list[str], verbs: list[str]) -> JsonObject:
    return {"apiGroups": [group], "resources": resources, "verbs": verbs}


def _binding(user: FirstUser, role: str, namespace: str = "") -> JsonObject:
    """A RoleBinding; without a namespace a ClusterRoleBinding."""
    place = {"namespace": namespace} if namespace else {}
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": {"name": f"{user.group}-{role}", **place},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": _RBAC, "kind": "Group", "name": user.group}],
    }
