"""ResourceQuota: what is counted, what is refused and in which words, and that nothing slips by."""

from __future__ import annotations

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
from tests.cluster.api import JsonObject
from tests.cluster.servers import ApiServer
from tests.contract.objects import (
    CONFIG_MAPS,
    claim,
    config_map,
    notebook,
    service,
    stateful_set,
)
from tests.contract.quotas import SMALL, make_quota, used, uses, waiting_pod

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
    path = make_quota(api_server, hard)
    pods = PODS.path(api_server.namespace)
    for name in ("a", "b"):
        resources = {side: SMALL[side] | GPUS[side] for side in SMALL}
        api_server.api.create(pods, waiting_pod(name, **resources))

    uses(api_server, pods="2", cpu="500m")
    status = api_server.api.get(path)["status"]
    api_server.api.merge(f"{pods}/a/status", {"status": {"phase": "Succeeded"}})
    uses(api_server, pods="1", cpu="250m")
    ended = used(api_server)
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
    uses(api_server, **{"pods": "0", "count/pods": "0", "memory": "0"})


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
    make_quota(api_server, hard)
    path = PODS.path(api_server.namespace)
    api_server.api.create(path, waiting_pod("there", **SMALL))

    status = api_server.api.expect(403, "POST", path, waiting_pod("p", **resources))

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
    make_quota(api_server, hard)
    path = PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace)
    api_server.api.create(path, claim("a", storageClassName="fast"))

    def refused(body: JsonObject) -> str:
        message: str = api_server.api.expect(403, "POST", path, body)["message"]
        return message

    eight = {"requests": {"storage": "8Gi"}}
    fast = refused(claim("b", storageClassName="fast", resources=eight))
    api_server.api.create(path, claim("b", storageClassName="slow"))
    third = refused(claim("c", storageClassName="slow"))
    both = used(api_server)
    api_server.api.delete(f"{path}/b")
    uses(api_server, persistentvolumeclaims="1", requests_storage="1Gi")

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
    make_quota(api_server, {name: str(there + 1)})
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
    make_quota(api_server, {"pods": "1"})
    path = PODS.path(api_server.namespace)

    for _ in range(2):
        api_server.api.create(path, waiting_pod("p", **SMALL), dryRun="All")
    before = used(api_server)
    api_server.api.create(path, waiting_pod("p", **SMALL))
    status = api_server.api.expect(403, "POST", path, waiting_pod("q", **SMALL), dryRun="All")

    assert before == {"pods": "0"}
    assert "exceeded quota: team, requested: pods=1, used: pods=1" in status["message"]


def test_given_a_quota_when_many_ask_at_once_then_it_is_not_exceeded(
    api_server: ApiServer,
) -> None:
    make_quota(api_server, {"requests.cpu": "1"})
    path = PODS.path(api_server.namespace)

    def ask(number: int) -> int:
        return api_server.api.request("POST", path, waiting_pod(f"p{number}", **SMALL)).status

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(ask, range(12)))

    assert answers == [201] * 4 + [403] * 8
    uses(api_server, requests_cpu="1")
