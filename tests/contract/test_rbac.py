"""Roles and bindings: who may do what, in whose words.

| what | seen in |
| --- | --- |
| verbs, groups, resources, subresources, names, wildcards | test_given_a_role_... |
| users, groups, service accounts; namespace and cluster | test_given_a_binding_... |
| impersonation | test_given_a_right_to_impersonate_... |
| aggregation, bootstrap roles | test_given_a_labelled_role_... |
"""

from __future__ import annotations

import pytest

from nbcore.kube.resources import NOTEBOOKS, PODS
from tests.cluster.api import JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, config_map
from tests.contract.roles import GROUP, ROOT, Rights, allowed, rule, soon_allowed, subject


def test_given_nobody_s_rights_when_asking_then_each_refusal_has_the_server_s_words(
    api_server: ApiServer,
) -> None:
    alice, at = api_server.api.acting_as("alice", "students"), api_server.namespace
    refusals = {
        f'notebooks.ml.oneblock.ai is forbidden: User "alice" cannot list resource "notebooks" '
        f'in API group "ml.oneblock.ai" in the namespace "{at}"': ("GET", NOTEBOOKS.path(at)),
        'notebooks.ml.oneblock.ai is forbidden: User "alice" cannot list resource "notebooks" '
        'in API group "ml.oneblock.ai" at the cluster scope': ("GET", NOTEBOOKS.path()),
        f'notebooks.ml.oneblock.ai "a" is forbidden: User "alice" cannot get resource "notebooks" '
        f'in API group "ml.oneblock.ai" in the namespace "{at}"': ("GET", NOTEBOOKS.path(at, "a")),
        f'configmaps is forbidden: User "alice" cannot create resource "configmaps" '
        f'in API group "" in the namespace "{at}"': ("POST", CONFIG_MAPS.path(at)),
        f'pods "a" is forbidden: User "alice" cannot get resource "pods/log" '
        f'in API group "" in the namespace "{at}"': ("GET", PODS.path(at, "a", "log")),
        f'pods "a" is forbidden: User "alice" cannot delete resource "pods" '
        f'in API group "" in the namespace "{at}"': ("DELETE", PODS.path(at, "a")),
        f'pods is forbidden: User "alice" cannot watch resource "pods" '
        f'in API group "" in the namespace "{at}"': ("GET", PODS.path(at) + "?watch=true"),
        'forbidden: User "alice" cannot get path "/metrics"': ("GET", "/metrics"),
    }

    answers = {words: alice.request(*request) for words, request in refusals.items()}

    assert {answer.status for answer in answers.values()} == {403}
    assert [answer.body["message"] for answer in answers.values()] == list(refusals)


def test_given_a_role_when_bound_then_it_allows_just_what_it_says(
    api_server: ApiServer, rights: Rights
) -> None:
    at, admin = api_server.namespace, api_server.api
    for name in ("a", "b"):
        admin.create(CONFIG_MAPS.path(at), config_map(name))
    rights.role(
        "some",
        rule("", "configmaps", "get", "a"),
        rule("", "pods/log", "get"),
        rule("ml.oneblock.ai", "notebooks", "*"),
        rule("", "*/status", "get"),
    )
    rights.bind("some", subject("User", "alice"))
    alice = admin.acting_as("alice")

    soon_allowed(alice, "GET", CONFIG_MAPS.path(at, "a"))
    seen = {
        path: allowed(alice, "GET", path)
        for path in (
            CONFIG_MAPS.path(at, "a"),
            CONFIG_MAPS.path(at, "b"),
            CONFIG_MAPS.path(at),
            NOTEBOOKS.path(at),
            NOTEBOOKS.path(at, "x", "status"),
            PODS.path(at, "x"),
            PODS.path(at, "x", "log"),
            PODS.path(at, "x", "status"),
            NOTEBOOKS.path("default"),
        )
    }

    assert list(seen.values()) == [True, False, False, True, False, False, True, True, False]


def test_given_a_name_in_a_field_selector_when_listed_then_the_right_to_that_object_is_enough(
    api_server: ApiServer, rights: Rights
) -> None:
    at = api_server.namespace
    rights.role("one", rule("", "configmaps", "list", "a"))
    rights.bind("one", subject("User", "alice"))
    alice = api_server.api.acting_as("alice")

    soon_allowed(alice, "GET", CONFIG_MAPS.path(at) + "?fieldSelector=metadata.name%3Da")

    assert not allowed(alice, "GET", CONFIG_MAPS.path(at) + "?fieldSelector=metadata.name%3Db")


@pytest.mark.parametrize(
    ("bound", "user", "groups"),
    [
        pytest.param(subject("User", "alice"), "alice", (), id="a user"),
        pytest.param(subject("Group", "team"), "alice", ("other", "team"), id="a group"),
        pytest.param(subject("Group", "system:authenticated"), "bob", (), id="everybody"),
    ],
)
def test_given_a_binding_of_a_cluster_role_when_asked_then_it_counts_in_its_namespace_alone(
    api_server: ApiServer, rights: Rights, bound: JsonObject, user: str, groups: tuple[str, ...]
) -> None:
    rights.bind("view", bound, kind="ClusterRole")
    person = api_server.api.acting_as(user, *groups)

    soon_allowed(person, "GET", CONFIG_MAPS.path(api_server.namespace))

    assert not allowed(person, "GET", CONFIG_MAPS.path("default"))
    assert not allowed(person, "GET", f"/api/v1/namespaces/{api_server.namespace}/secrets")


def test_given_a_binding_of_a_service_account_when_acted_as_then_it_has_the_right(
    api_server: ApiServer, rights: Rights
) -> None:
    at = api_server.namespace
    rights.bind("view", subject("ServiceAccount", "robot", namespace=at), kind="ClusterRole")
    robot = api_server.api.acting_as(f"system:serviceaccount:{at}:robot")

    soon_allowed(robot, "GET", CONFIG_MAPS.path(at))


def test_given_a_binding_when_removed_then_the_right_ends(
    api_server: ApiServer, rights: Rights
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    rights.bind("view", subject("User", "alice"), kind="ClusterRole", name="sight")
    alice = api_server.api.acting_as("alice")
    soon_allowed(alice, "GET", path)

    api_server.api.delete(f"{rights.namespaced}/rolebindings/sight")

    eventually(lambda: not allowed(alice, "GET", path), what="the right has ended")


def test_given_a_right_to_impersonate_some_when_acting_then_those_alone(
    api_server: ApiServer, cluster_role: str
) -> None:
    rules = [rule("", "users", "impersonate", "bob"), rule("", "groups", "impersonate", "team")]
    admin = api_server.api
    admin.merge(f"{ROOT}/clusterroles/{cluster_role}", {"rules": rules})
    review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    alice = admin.acting_as("alice")

    def may(resource: str, name: str) -> bool:
        attributes = {"verb": "impersonate", "resource": resource, "name": name}
        spec = {"spec": {"resourceAttributes": attributes}}
        return bool(alice.create(review, spec)["status"]["allowed"])

    eventually(lambda: may("users", "bob"), what="the right counts")

    assert may("groups", "team")
    assert not may("users", "carol")
    assert not may("groups", "system:masters")


def test_given_a_labelled_role_when_it_changes_then_the_sum_follows(
    api_server: ApiServer, cluster_role: str
) -> None:
    api, label = api_server.api, f"test/{api_server.namespace}"
    total = {
        "apiVersion": f"{GROUP}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": f"{cluster_role}-sum"},
        "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {label: "true"}}]},
        "rules": [],
    }
    path = f"{ROOT}/clusterroles/{cluster_role}"
    one, two = rule("", "pods", "get"), rule("", "secrets", "list")

    api.create(f"{ROOT}/clusterroles", total)
    api.merge(path, {"rules": [one], "metadata": {"labels": {label: "true"}}})
    eventually(lambda: api.get(f"{path}-sum")["rules"] == [one], what="the sum has the rule")
    api.merge(path, {"rules": [one, two]})
    eventually(lambda: api.get(f"{path}-sum")["rules"] == [one, two], what="the sum follows")
    api.merge(path, {"metadata": {"labels": {label: None}}})
    eventually(lambda: not api.get(f"{path}-sum").get("rules"), what="the sum is empty")

    api.delete(f"{path}-sum")


@pytest.mark.parametrize("name", ["view", "edit", "admin", "cluster-admin"])
def test_given_any_cluster_when_its_usual_roles_are_read_then_they_say_what_they_allow(
    api_server: ApiServer, name: str
) -> None:
    path = f"{ROOT}/clusterroles/{name}"
    eventually(lambda: api_server.api.get(path).get("rules"), what=f"{name} has rules")

    role = api_server.api.get(path)

    assert role["metadata"]["labels"]["kubernetes.io/bootstrapping"] == "rbac-defaults"
    assert ("aggregationRule" in role) == (name != "cluster-admin")
