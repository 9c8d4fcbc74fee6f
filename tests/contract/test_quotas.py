"""ResourceQuota: what is counted, what is refused and in which words, and that nothing slips by.

On the real control plane kube-controller-manager counts: tests wait until it has.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from nbcore.kube.resources import (
    NOTEBOOKS,
    PERSISTENT_VOLUME_CLAIMS,
    PODS,
    SERVICES,
    STATEFUL_SETS,
    Resource,
)
from tests.cluster.api import JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.objects import (
    CONFIG_MAPS,
    claim,
    config_map,
    notebook,
    pod,
    service,
    stateful_set,
)

QUOTAS = Resource("", "v1", "resourcequotas", "ResourceQuota")
EVENTS = "/api/v1/namespaces/{}/events"
# No node of either server takes it: what runs would end by itself.
WAITING: dict[str, Any] = {"nodeSelector": {"nobody": "has-it"}}


def _quota(s: ApiServer, hard: dict[str, str], **spec: object) -> str:
    """Makes a quota of this, and waits until it is counted; its path."""
    body = {"metadata": {"name": "team"}, "spec": {"hard": hard, **spec}}
    s.api.create(QUOTAS.path(s.namespace), body)
    path = QUOTAS.path(s.namespace, "team")
    if any("oneblock" in name for name in hard):
        _wait_for_our_kinds(s, path)
    eventually(lambda: _used(s).keys() == hard.keys(), what="the quota is counted")
    return path


def _wait_for_our_kinds(s: ApiServer, path: str) -> None:
    """Changes a quota until it counts notebooks.

    kube-controller-manager looks for new kinds every 30 s, and counts again only after a change.
    """
    numbers = itertools.count()

    def is_counted() -> bool:
        s.api.merge(path, {"spec": {"hard": {"pods": str(next(numbers))}}})
        return "count/notebooks.ml.oneblock.ai" in _used(s)

    eventually(is_counted, what="notebooks are counted", seconds=90)
    s.api.merge(path, {"spec": {"hard": {"pods": None}}})


def _used(s: ApiServer) -> dict[str, str]:
    status = s.api.get(QUOTAS.path(s.namespace, "team")).get("status", {})
    used: dict[str, str] = status.get("used") or {}
    return used


def _uses(s: ApiServer, **expected: str) -> None:
    """Waits until so much is used; underscores stand for dots."""
    wanted = {name.replace("_", "."): text for name, text in expected.items()}
    eventually(lambda: wanted.items() <= _used(s).items(), what=f"{wanted} is used")


def _pod(name: str, **resources: Any) -> JsonObject:
    obj = pod(name, **resources)
    obj["spec"] |= WAITING
    return obj


SMALL = {"requests": {"cpu": "250m", "memory": "1Gi"}, "limits": {"cpu": "500m", "memory": "2Gi"}}
LARGE = {"requests": {"cpu": "1500m", "memory": "8Gi"}, "limits": {"cpu": "3", "memory": "8Gi"}}
GPUS = {"requests": {"nvidia.com/gpu": "2"}, "limits": {"nvidia.com/gpu": "2"}}


def test_given_a_quota_when_pods_are_made_and_end_then_used_follows(
    api_server: ApiServer,
) -> None:
    hard = {
        "cpu": "2",
        "requests.cpu": "2",
        "limits.memory": "64Gi",
        "memory": "16384Mi",
        "pods": "5",
        "count/pods": "5",
        "requests.nvidia.com/gpu": "4",
    }
    path = _quota(api_server, hard)
    pods = PODS.path(api_server.namespace)
    for name in ("a", "b"):
        resources = {side: SMALL[side] | GPUS[side] for side in SMALL}
        api_server.api.create(pods, _pod(name, **resources))

    _uses(api_server, pods="2", cpu="500m")
    status = api_server.api.get(path)["status"]
    api_server.api.merge(f"{pods}/a/status", {"status": {"phase": "Succeeded"}})
    _uses(api_server, pods="1", cpu="250m")
    ended = _used(api_server)
    api_server.api.delete(f"{pods}/a")
    api_server.api.delete(f"{pods}/b")

    assert status["hard"] == hard | {"memory": "16Gi"}
    assert status["used"] == {
        "cpu": "500m",
        "requests.cpu": "500m",
        "limits.memory": "4Gi",
        "memory": "2Gi",
        "pods": "2",
        "count/pods": "2",
        "requests.nvidia.com/gpu": "4",
    }
    assert (ended["count/pods"], ended["requests.nvidia.com/gpu"]) == ("2", "2")
    _uses(api_server, **{"pods": "0", "count/pods": "0", "memory": "0"})


@pytest.mark.parametrize(
    ("hard", "resources", "expected"),
    [
        pytest.param(
            {"requests.memory": "9Gi", "limits.memory": "9Gi", "pods": "9"},
            LARGE,
            "exceeded quota: team, requested: limits.memory=8Gi,requests.memory=8Gi, "
            "used: limits.memory=2Gi,requests.memory=1Gi, "
            "limited: limits.memory=9Gi,requests.memory=8704Mi",
            id="memory",
        ),
        pytest.param(
            {"cpu": "1.5"},
            LARGE,
            "exceeded quota: team, requested: cpu=1500m, used: cpu=250m, limited: cpu=1500m",
            id="cpu",
        ),
        pytest.param(
            {"pods": "1"},
            SMALL,
            "exceeded quota: team, requested: pods=1, used: pods=1, limited: pods=1",
            id="pods",
        ),
        pytest.param(
            {"requests.nvidia.com/gpu": "1"},
            GPUS,
            "exceeded quota: team, requested: requests.nvidia.com/gpu=2, "
            "used: requests.nvidia.com/gpu=0, limited: requests.nvidia.com/gpu=1",
            id="GPUs",
        ),
        pytest.param(
            {"limits.cpu": "9", "limits.memory": "9Gi"},
            {"requests": {"cpu": "1"}},
            "failed quota: team: must specify limits.cpu for: main; limits.memory for: main",
            id="nothing said of what is counted",
        ),
    ],
)
def test_given_a_quota_when_a_pod_asks_for_more_then_the_sentence_has_the_numbers(
    api_server: ApiServer, hard: dict[str, str], resources: dict[str, Any], expected: str
) -> None:
    if "requests.memory" in hard:
        hard = hard | {"requests.memory": "8.5Gi"}
    _quota(api_server, hard)
    path = PODS.path(api_server.namespace)
    api_server.api.create(path, _pod("there", **SMALL))

    status = api_server.api.expect(403, "POST", path, _pod("p", **resources))

    assert status["message"] == f'pods "p" is forbidden: {expected}'
    assert (status["reason"], status["details"]) == ("Forbidden", {"name": "p", "kind": "pods"})


def test_given_a_quota_of_volumes_when_claims_come_grow_and_go_then_it_holds(
    api_server: ApiServer,
) -> None:
    of_class = "fast.storageclass.storage.k8s.io/"
    hard = {
        "requests.storage": "10Gi",
        "persistentvolumeclaims": "2",
        f"{of_class}requests.storage": "5Gi",
        f"{of_class}persistentvolumeclaims": "2",
    }
    _quota(api_server, hard)
    path = PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace)
    api_server.api.create(path, claim("a", storageClassName="fast"))

    def refused(body: JsonObject) -> str:
        message: str = api_server.api.expect(403, "POST", path, body)["message"]
        return message

    eight = {"requests": {"storage": "8Gi"}}
    fast = refused(claim("b", storageClassName="fast", resources=eight))
    api_server.api.create(path, claim("b", storageClassName="slow"))
    third = refused(claim("c", storageClassName="slow"))
    both = _used(api_server)
    api_server.api.delete(f"{path}/b")
    _uses(api_server, persistentvolumeclaims="1", requests_storage="1Gi")

    assert fast == (
        'persistentvolumeclaims "b" is forbidden: exceeded quota: team, '
        f"requested: {of_class}requests.storage=8Gi, used: {of_class}requests.storage=1Gi, "
        f"limited: {of_class}requests.storage=5Gi"
    )
    assert third == (
        'persistentvolumeclaims "c" is forbidden: exceeded quota: team, requested: '
        "persistentvolumeclaims=1, used: persistentvolumeclaims=2, "
        "limited: persistentvolumeclaims=2"
    )
    assert (both["requests.storage"], both[f"{of_class}persistentvolumeclaims"]) == ("2Gi", "1")


@pytest.mark.parametrize(
    ("name", "resource", "make"),
    [
        pytest.param("count/notebooks.ml.oneblock.ai", NOTEBOOKS, notebook, id="notebooks"),
        pytest.param("count/statefulsets.apps", STATEFUL_SETS, stateful_set, id="statefulsets"),
        pytest.param("count/configmaps", CONFIG_MAPS, config_map, id="configmaps"),
        pytest.param("services", SERVICES, service, id="services"),
    ],
)
def test_given_a_quota_of_a_kind_when_it_is_full_then_no_more_is_made(
    api_server: ApiServer, name: str, resource: Resource, make: Callable[[str], JsonObject]
) -> None:
    path = resource.path(api_server.namespace)
    there = len(api_server.api.get(path)["items"])
    _quota(api_server, {name: str(there + 1)})
    api_server.api.create(path, make("one"))

    status = api_server.api.expect(403, "POST", path, make("two"))

    plural = f"{resource.plural}.{resource.group}" if resource.group else resource.plural
    assert status["message"] == (
        f'{plural} "two" is forbidden: exceeded quota: team, requested: {name}=1, '
        f"used: {name}={there + 1}, limited: {name}={there + 1}"
    )


def test_given_a_quota_when_a_request_is_dry_then_it_is_measured_and_charges_nothing(
    api_server: ApiServer,
) -> None:
    _quota(api_server, {"pods": "1"})
    path = PODS.path(api_server.namespace)

    for _ in range(2):
        api_server.api.create(path, _pod("p", **SMALL), dryRun="All")
    before = _used(api_server)
    api_server.api.create(path, _pod("p", **SMALL))
    status = api_server.api.expect(403, "POST", path, _pod("q", **SMALL), dryRun="All")

    assert before == {"pods": "0"}
    assert "exceeded quota: team, requested: pods=1, used: pods=1" in status["message"]


def test_given_a_quota_when_many_ask_at_once_then_it_is_not_exceeded(
    api_server: ApiServer,
) -> None:
    _quota(api_server, {"requests.cpu": "1"})
    path = PODS.path(api_server.namespace)

    def ask(number: int) -> int:
        return api_server.api.request("POST", path, _pod(f"p{number}", **SMALL)).status

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(ask, range(12)))

    assert answers == [201] * 4 + [403] * 8
    _uses(api_server, requests_cpu="1")


def test_given_a_quota_when_it_is_changed_then_its_status_follows(api_server: ApiServer) -> None:
    path = _quota(api_server, {"pods": "1"})
    api_server.api.create(PODS.path(api_server.namespace), _pod("p", **SMALL))

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
    _quota(api_server, {"pods": "1"}, scopes=[scope])
    path = PODS.path(api_server.namespace)

    def body(name: str, spec: dict[str, Any]) -> JsonObject:
        obj = _pod(name)
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
    _quota(api_server, {"requests.memory": "1Mi"})

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
    _quota(api_server, {"pods": "0"})
    path = PODS.path(api_server.namespace)
    body = _pod("p")
    body["spec"]["containers"][0]["image"] = ""

    assert api_server.api.expect(422, "POST", path, body)["reason"] == "Invalid"
