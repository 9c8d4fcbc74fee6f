"""Questions about access, and about who asks: the same answers from both servers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cluster.api import Api, JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.roles import Rights, rule, subject

ACCESS = "/apis/authorization.k8s.io/v1"
AUTHENTICATION = "/apis/authentication.k8s.io/v1"


def attributes(namespace: str, verb: str = "list", **rest: str) -> JsonObject:
    return {
        "group": "ml.oneblock.ai",
        "resource": "notebooks",
        "namespace": namespace,
        "verb": verb,
        **rest,
    }


def review(api: Api, user: str, asked: JsonObject, *groups: str) -> Any:
    spec = {"user": user, "groups": list(groups), "resourceAttributes": asked}
    return api.create(f"{ACCESS}/subjectaccessreviews", {"spec": spec})


def test_given_a_binding_when_asked_about_its_subject_then_allowed_and_by_what(
    api_server: ApiServer, rights: Rights
) -> None:
    at, api = api_server.namespace, api_server.api
    rights.role("reader", rule("ml.oneblock.ai", "notebooks", "list"))
    rights.bind("reader", subject("Group", "team"), name="sight")
    ask = attributes(at)
    eventually(
        lambda: review(api, "alice", ask, "team")["status"]["allowed"], what="the right counts"
    )

    yes, no = review(api, "alice", ask, "team"), review(api, "alice", ask)

    assert yes["kind"] == "SubjectAccessReview"
    assert yes["spec"]["user"] == "alice"
    assert yes["status"] == {
        "allowed": True,
        "reason": f'RBAC: allowed by RoleBinding "sight/{at}" of Role "reader" to Group "team"',
    }
    assert no["status"] == {"allowed": False}


def test_given_a_subresource_that_nobody_serves_when_asked_then_roles_decide(
    api_server: ApiServer, rights: Rights
) -> None:
    at, api = api_server.namespace, api_server.api
    rights.role("opener", rule("ml.oneblock.ai", "notebooks/connect", "create"))
    rights.bind("opener", subject("User", "alice"))
    ask = attributes(at, "create", subresource="connect", name="x")

    eventually(lambda: review(api, "alice", ask)["status"]["allowed"], what="the right counts")

    assert not review(api, "alice", attributes(at, "create"))["status"]["allowed"]
    assert not review(api, "bob", ask)["status"]["allowed"]


def test_given_an_administrator_when_asked_about_then_everything_is_allowed(
    api_server: ApiServer,
) -> None:
    answer = review(api_server.api, "root", attributes("", "delete"), "system:masters")

    assert answer["status"]["allowed"] is True


def test_given_somebody_when_asking_about_themselves_then_answered_for_them(
    api_server: ApiServer, rights: Rights
) -> None:
    at, alice = api_server.namespace, api_server.api.acting_as("alice", "team")
    rights.role("reader", rule("ml.oneblock.ai", "notebooks", "list"))
    rights.bind("reader", subject("User", "alice"))
    spec = {"spec": {"resourceAttributes": attributes(at)}}
    path = f"{ACCESS}/selfsubjectaccessreviews"
    eventually(lambda: alice.create(path, spec)["status"]["allowed"], what="the right counts")

    other = {"spec": {"resourceAttributes": attributes(at, "create")}}
    who = alice.create(f"{AUTHENTICATION}/selfsubjectreviews", {})
    rules = alice.create(f"{ACCESS}/selfsubjectrulesreviews", {"spec": {"namespace": at}})

    assert alice.create(path, other)["status"]["allowed"] is False
    assert who["status"]["userInfo"]["username"] == "alice"
    assert who["status"]["userInfo"]["groups"] == ["team", "system:authenticated"]
    assert rules["status"]["incomplete"] is False
    assert {
        "verbs": ["list"],
        "apiGroups": ["ml.oneblock.ai"],
        "resources": ["notebooks"],
    } in rules["status"]["resourceRules"]
    assert any("/version" in one["nonResourceURLs"] for one in rules["status"]["nonResourceRules"])


def test_given_a_path_when_asked_then_non_resource_rules_decide(api_server: ApiServer) -> None:
    def asked(path: str, *groups: str) -> Any:
        spec = {
            "user": "alice",
            "groups": list(groups),
            "nonResourceAttributes": {"path": path, "verb": "get"},
        }
        answer = api_server.api.create(f"{ACCESS}/subjectaccessreviews", {"spec": spec})
        return answer["status"]["allowed"]

    assert asked("/version", "system:unauthenticated")
    assert asked("/apis/apps/v1", "system:authenticated")
    assert not asked("/metrics", "system:authenticated")


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        pytest.param({"resourceAttributes": {"verb": "get"}}, "spec.user", id="nobody"),
        pytest.param({"user": "alice"}, "spec.resourceAttributes", id="nothing"),
        pytest.param(
            {
                "user": "alice",
                "resourceAttributes": {"verb": "get"},
                "nonResourceAttributes": {"path": "/"},
            },
            "spec.nonResourceAttributes",
            id="two things",
        ),
    ],
)
def test_given_half_a_question_when_asked_then_invalid(
    api_server: ApiServer, spec: JsonObject, field: str
) -> None:
    answer = api_server.api.request("POST", f"{ACCESS}/subjectaccessreviews", {"spec": spec})

    assert answer.status == 422
    assert field in [cause["field"] for cause in answer.body["details"]["causes"]]


def test_given_somebody_when_asking_about_others_then_it_takes_a_right(
    api_server: ApiServer, rights: Rights
) -> None:
    alice, at = api_server.api.acting_as("alice"), api_server.namespace
    body = {"spec": {"user": "bob", "resourceAttributes": attributes(at)}}
    local = f"{ACCESS}/namespaces/{at}/localsubjectaccessreviews"

    assert alice.request("POST", f"{ACCESS}/subjectaccessreviews", body).status == 403
    rights.bind("admin", subject("User", "alice"), kind="ClusterRole")
    eventually(lambda: alice.request("POST", local, body).status == 201, what="a local review")

    answer = alice.create(local, body)
    assert answer["status"] == {"allowed": False}


def test_given_a_token_when_reviewed_then_whose_it_is(api_server: ApiServer) -> None:
    path = f"{AUTHENTICATION}/tokenreviews"

    unknown = api_server.api.create(path, {"spec": {"token": "nobody-has-this"}})

    assert unknown["status"].get("authenticated", False) is False
    assert "invalid bearer token" in unknown["status"]["error"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_given_a_review_when_read_or_deleted_then_there_is_no_such_method(
    api_server: ApiServer, method: str
) -> None:
    answer = api_server.api.request(method, f"{ACCESS}/subjectaccessreviews")

    assert answer.status == 405


@pytest.mark.parametrize("group", ["authorization.k8s.io", "authentication.k8s.io"])
def test_given_discovery_when_reviews_are_listed_then_they_can_only_be_made(
    api_server: ApiServer, group: str
) -> None:
    rows = api_server.api.get(f"/apis/{group}/v1")["resources"]

    assert {tuple(row["verbs"]) for row in rows} == {("create",)}
