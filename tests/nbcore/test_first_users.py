from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit_authenticator.utilities import Hasher

from nbcore.first_users import ADMIN_ROLE, grant, make_users
from nbcore.install import make_namespaces
from nbcore.kube.client import Kube
from nbcore.kube.resources import CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, NAMESPACES, ROLE_BINDINGS
from nbcore.names import SYSTEM_NAMESPACE, JsonObject
from nbcore.offers import offers_from_text
from nbcore.users import read_users

RBAC = "rbac.authorization.k8s.io/v1"


def test_given_no_file_when_the_team_is_made_then_their_passwords_are_told_once(
    tmp_path: Path,
) -> None:
    users_path, offers_path = tmp_path / "users.yaml", tmp_path / "offers.json"

    told = make_users(users_path, offers_path)

    users = read_users(users_path.read_text())
    offers = offers_from_text(offers_path.read_text())
    assert list(told) == ["alice", "bob", "carol"]
    assert users.problems == ()
    assert all(Hasher.check_pw(told[name], users.known[name].password) for name in told)
    assert [offer.user(users) for offer in offers] == list(users.known.values())
    kept = users_path.read_bytes()
    assert make_users(users_path, offers_path) == {}
    assert users_path.read_bytes() == kept


@pytest.fixture
def namespaces(kube: Kube) -> Iterator[list[str]]:
    names = [f"team-{uuid.uuid4().hex[:8]}" for _ in range(2)]
    make_namespaces(kube, (SYSTEM_NAMESPACE, *names))
    yield names
    kube.delete(ROLE_BINDINGS, "notebook-admins-view", SYSTEM_NAMESPACE)
    for name in names:
        kube.delete(NAMESPACES, name)
    kube.delete(CLUSTER_ROLES, ADMIN_ROLE)
    kube.delete(CLUSTER_ROLE_BINDINGS, f"notebook-admins-{ADMIN_ROLE}")


def bindings(kube: Kube, namespace: str) -> list[JsonObject]:
    return kube.list(ROLE_BINDINGS, namespace)


def test_given_a_cluster_when_the_team_is_granted_its_rights_twice_then_they_are_as_described(
    kube: Kube, namespaces: list[str]
) -> None:
    name = f"people-{namespaces[0]}"
    role = {"apiVersion": RBAC, "kind": "ClusterRole", "rules": [], "metadata": {"name": name}}

    for _ in range(2):
        grant(kube, [role], namespaces)

    found = {
        namespace: {
            (each["subjects"][0]["name"], each["roleRef"]["name"])
            for each in bindings(kube, namespace)
        }
        for namespace in namespaces
    }
    leads, admins = ("team-leads", "view"), ("notebook-admins", "admin")
    assert found == {
        namespaces[0]: {("data-scientists", "edit"), leads, admins},
        namespaces[1]: {leads, admins},
    }
    catalog = kube.get(ROLE_BINDINGS, "notebook-admins-view", SYSTEM_NAMESPACE)
    assert catalog["roleRef"]["name"] == "view"
    rules = kube.get(CLUSTER_ROLES, ADMIN_ROLE)["rules"]
    assert {resource for rule in rules for resource in rule["resources"]} == {
        "notebooks", "notebooks/status", "notebooks/connect", "settings",
    }  # fmt: skip
    kube.delete(CLUSTER_ROLES, name)
