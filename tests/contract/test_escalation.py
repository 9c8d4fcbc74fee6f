"""Roles and bindings: who may give rights away, and what makes a role or a binding valid."""

from __future__ import annotations

import pytest

from tests.cluster.api import MERGE_PATCH, Answer, Api, JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.roles import GROUP, ROOT, Rights, rule, soon_allowed, subject


def test_given_somebody_with_few_rights_when_giving_more_then_refused_with_what_lacks(
    api_server: ApiServer, rights: Rights
) -> None:
    rights.role("keeper", rule(GROUP, "roles rolebindings", "create update"))
    rights.bind("keeper", subject("User", "alice"))
    alice = api_server.api.acting_as("alice")
    role = {"kind": "Role", "metadata": {"name": "x"}, "rules": [rule("", "pods", "get list")]}
    binding = {
        "kind": "RoleBinding",
        "metadata": {"name": "x"},
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [subject("User", "alice")],
    }
    ask = "POST", f"{rights.namespaced}/roles", role
    eventually(lambda: "currently held" in str(alice.request(*ask).body), what="roles may be made")

    refused = alice.request(*ask)
    not_bound = alice.request("POST", f"{rights.namespaced}/rolebindings", binding)

    assert refused.status == not_bound.status == 403
    assert refused.body["message"] == (
        f'roles.{GROUP} "x" is forbidden: user "alice" (groups=["system:authenticated"]) is '
        "attempting to grant RBAC permissions not currently held:\n"
        '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}'
    )
    assert not_bound.body["message"] == (
        f'rolebindings.{GROUP} "x" is forbidden: user "alice" (groups=["system:authenticated"]) is '
        "attempting to grant RBAC permissions not currently held:\n"
        '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}'
    )


def _writer_of_roles(s: ApiServer, path: str, verbs: str) -> Api:
    """Alice, once her ClusterRole at this path lets her do that with ClusterRoles."""
    s.api.merge(path, {"rules": [rule(GROUP, "clusterroles", verbs)]})
    alice = s.api.acting_as("alice")
    soon_allowed(alice, "GET", path)
    return alice


def test_given_somebody_who_may_write_roles_when_adding_up_those_of_others_then_refused(
    api_server: ApiServer, cluster_role: str
) -> None:
    path = f"{ROOT}/clusterroles/{cluster_role}"
    alice = _writer_of_roles(api_server, path, "get create update patch")
    sums = {"clusterRoleSelectors": [{"matchLabels": {"kubernetes.io/bootstrapping": "x"}}]}
    head = {"apiVersion": f"{GROUP}/v1", "kind": "ClusterRole"}
    new = head | {"metadata": {"name": f"{cluster_role}-x"}, "aggregationRule": sums, "rules": []}

    made = alice.request("POST", f"{ROOT}/clusterroles", new)
    changed = alice.request("PATCH", path, {"aggregationRule": sums}, content_type=MERGE_PATCH)

    words = "must have cluster-admin privileges to use the aggregationRule"
    assert made.status == changed.status == 403
    assert changed.body["message"] == (
        f'clusterroles.{GROUP} "{cluster_role}" is forbidden: {words}'
    )
    assert words in made.body["message"]


def test_given_somebody_who_may_write_roles_when_labelling_a_bigger_one_then_refused(
    api_server: ApiServer, cluster_role: str
) -> None:
    path = f"{ROOT}/clusterroles/{cluster_role}"
    alice = _writer_of_roles(api_server, path, "get update patch")
    bigger = f"{ROOT}/clusterroles/cluster-admin"
    label = {"metadata": {"labels": {f"test/{api_server.namespace}": "true"}}}

    others = alice.request("PATCH", bigger, label, content_type=MERGE_PATCH)
    hers = alice.request("PATCH", path, label, content_type=MERGE_PATCH)

    assert (others.status, hers.status) == (403, 200)
    assert "currently held" in others.body["message"]


def test_given_somebody_with_a_right_when_giving_it_then_made(
    api_server: ApiServer, rights: Rights
) -> None:
    own = rule("", "pods", "get list")
    rights.role("keeper", rule(GROUP, "roles", "create"), own)
    rights.bind("keeper", subject("User", "alice"))
    alice = api_server.api.acting_as("alice")
    role = {"kind": "Role", "metadata": {"name": "x"}, "rules": [rule("", "pods", "list")]}

    def made() -> Answer:
        return alice.request("POST", f"{rights.namespaced}/roles", role)

    assert eventually(lambda: made().status in {201, 409}, what="the role is made")


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        pytest.param({"roleRef": {"name": "edit"}}, ["roleRef"], id="another role"),
        pytest.param({"subjects": [{"kind": "User"}]}, ["subjects[0].name"], id="no name"),
        pytest.param(
            {"subjects": [{"kind": "Robot", "name": "x"}]}, ["subjects[0].kind"], id="no such kind"
        ),
    ],
)
def test_given_a_binding_when_changed_in_a_wrong_way_then_invalid(
    api_server: ApiServer, rights: Rights, change: JsonObject, fields: list[str]
) -> None:
    rights.bind("view", subject("User", "alice"), kind="ClusterRole", name="sight")
    path = f"{rights.namespaced}/rolebindings/sight"

    answer = api_server.api.request(
        "PATCH", path, change, content_type="application/merge-patch+json"
    )

    assert answer.status == 422
    assert [cause["field"] for cause in answer.body["details"]["causes"]] == fields


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        pytest.param({"verbs": []}, "rules[0].verbs", id="no verbs"),
        pytest.param({"apiGroups": []}, "rules[0].apiGroups", id="no groups"),
        pytest.param({"resources": []}, "rules[0].resources", id="no resources"),
        pytest.param({"nonResourceURLs": ["/x"]}, "rules[0].nonResourceURLs", id="a path"),
    ],
)
def test_given_a_role_of_half_a_rule_when_made_then_invalid(
    api_server: ApiServer, rights: Rights, wrong: JsonObject, field: str
) -> None:
    role = {
        "kind": "Role",
        "metadata": {"name": "x"},
        "rules": [rule("", "pods", "get") | wrong],
    }

    answer = api_server.api.request("POST", f"{rights.namespaced}/roles", role)

    assert answer.status == 422
    assert field in [cause["field"] for cause in answer.body["details"]["causes"]]
