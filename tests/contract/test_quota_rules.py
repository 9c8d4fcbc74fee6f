"""ResourceQuota: scopes, changes, what it may say, and what a StatefulSet tells of its refusal."""

from __future__ import annotations

from typing import Any

import pytest

from nbcore.kube.resources import PODS, STATEFUL_SETS
from tests.cluster.api import JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.objects import stateful_set
from tests.contract.quotas import QUOTAS, SMALL, make_quota, waiting_pod

EVENTS = "/api/v1/namespaces/{}/events"


def test_given_a_quota_when_it_is_changed_then_its_status_follows(api_server: ApiServer) -> None:
    path = make_quota(api_server, {"pods": "1"})
    api_server.api.create(PODS.path(api_server.namespace), waiting_pod("p", **SMALL))

    api_server.api.merge(path, {"spec": {"hard": {"pods": "0", "requests.cpu": "2"}}})

    expected = {
        "hard": {"pods": "0", "requests.cpu": "2"},
        "used": {"pods": "1", "requests.cpu": "250m"},
    }
    eventually(lambda: api_server.api.get(path)["status"] == expected, what="it is counted anew")


@pytest.mark.parametrize(
    ("scope", "taken", "free"),
    [
        ("BestEffort", {"containers": [{"name": "c", "image": "a:1"}]}, {}),
        ("NotBestEffort", {}, {"containers": [{"name": "c", "image": "a:1"}]}),
        ("Terminating", {"activeDeadlineSeconds": 9}, {}),
        ("NotTerminating", {}, {"activeDeadlineSeconds": 9}),
    ],
)
def test_given_a_scope_when_pods_are_made_then_only_those_inside_count(
    api_server: ApiServer, scope: str, taken: dict[str, Any], free: dict[str, Any]
) -> None:
    make_quota(api_server, {"pods": "1"}, scopes=[scope])
    path = PODS.path(api_server.namespace)

    def body(name: str, spec: dict[str, Any]) -> JsonObject:
        obj = waiting_pod(name)
        return obj | {"spec": obj["spec"] | spec}

    for name in ("a", "b"):
        api_server.api.create(path, body(name, free))
    api_server.api.create(path, body("c", taken))

    assert "used: pods=1" in api_server.api.expect(403, "POST", path, body("d", taken))["message"]


@pytest.mark.parametrize(
    ("spec", "field", "message"),
    [
        pytest.param(
            {"hard": {"gold": "1"}},
            "spec.hard[gold]",
            'Invalid value: "gold": must be a standard resource for quota',
            id="a resource that nobody knows",
        ),
        pytest.param(
            {"hard": {"pods": "-1"}},
            "spec.hard[pods]",
            'Invalid value: "-1": must be greater than or equal to 0',
            id="less than nothing",
        ),
        pytest.param(
            {"hard": {"pods": "1500m"}},
            "spec.hard[pods]",
            'Invalid value: "1500m": must be an integer',
            id="half a pod",
        ),
        pytest.param(
            {"hard": {"pods": "1"}, "scopes": ["Terminating", "NotTerminating"]},
            "spec.scopes",
            'Invalid value: ["Terminating","NotTerminating"]: conflicting scopes',
            id="scopes that exclude each other",
        ),
    ],
)
def test_given_a_quota_that_makes_no_sense_when_stored_then_the_field_is_named(
    api_server: ApiServer, spec: JsonObject, field: str, message: str
) -> None:
    body = {"metadata": {"name": "odd"}, "spec": spec}

    status = api_server.api.expect(422, "POST", QUOTAS.path(api_server.namespace), body)

    assert (field, message) in [(c["field"], c["message"]) for c in status["details"]["causes"]]


def test_given_a_quota_when_the_pod_of_a_stateful_set_is_refused_then_an_event_says_so(
    api_server: ApiServer,
) -> None:
    make_quota(api_server, {"requests.memory": "1Mi"})

    api_server.api.create(STATEFUL_SETS.path(api_server.namespace), stateful_set("web"))

    def event() -> JsonObject | None:
        path = EVENTS.format(api_server.namespace)
        items = api_server.api.get(path, fieldSelector="reason=FailedCreate")["items"]
        return items[0] if items else None

    found = eventually(event, what="the event is there") or {}
    assert (found["type"], found["involvedObject"]["kind"]) == ("Warning", "StatefulSet")
    assert found["message"] == (
        'Create Pod web-0 in StatefulSet web failed error: pods "web-0" is forbidden: '
        "exceeded quota: team, requested: requests.memory=64Mi, used: requests.memory=0, "
        "limited: requests.memory=1Mi"
    )


def test_given_both_when_an_invalid_pod_is_sent_then_the_field_is_told_first(
    api_server: ApiServer,
) -> None:
    make_quota(api_server, {"pods": "0"})
    path = PODS.path(api_server.namespace)
    body = waiting_pod("p")
    body["spec"]["containers"][0]["image"] = ""

    assert api_server.api.expect(422, "POST", path, body)["reason"] == "Invalid"
