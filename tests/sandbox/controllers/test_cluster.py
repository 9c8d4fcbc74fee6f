"""The controllers together over an API in memory; the node is one that never runs anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.assembly import run_controllers
from sandbox.client import ApiError, Object
from sandbox.node.config import NodeConfig
from tests.sandbox.memory_api import MemoryApi
from tests.sandbox.objects import claim, claim_volume, pod, service, statefulset

DEMO = "/api/v1/namespaces/demo"
CLAIMS = f"{DEMO}/persistentvolumeclaims"
SETS = "/apis/apps/v1/namespaces/demo/statefulsets"
GPU = {"limits": {"nvidia.com/gpu": "1"}}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[MemoryApi]:
    made = MemoryApi()
    config = replace(NodeConfig.of_machine(tmp_path), gpus=1)
    task = asyncio.create_task(run_controllers(made, config))
    yield made
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def until(check: Callable[[], object]) -> None:
    async with asyncio.timeout(15):
        while True:
            if check():
                return
            await asyncio.sleep(0.01)


def waiting_image(name: str) -> Object:
    """A container whose image can't be pulled: its pod holds its share and never runs."""
    return {"name": name, "image": "rocker/rstudio", "resources": GPU}


async def test_given_an_empty_cluster_when_it_starts_then_its_own_objects_are_there(
    api: MemoryApi,
) -> None:
    await until(lambda: api.all("nodes") and api.all("runtimeclasses"))

    (found,) = api.all("nodes")
    (local,) = api.all("storageclasses")
    assert found["status"]["allocatable"]["nvidia.com/gpu"] == "1"
    assert local["metadata"]["annotations"] == {
        "storageclass.kubernetes.io/is-default-class": "true"
    }


async def test_given_a_claim_without_class_when_made_then_it_is_bound_to_a_folder(
    api: MemoryApi, tmp_path: Path
) -> None:
    await api.create(CLAIMS, claim())
    await until(lambda: api.all("persistentvolumeclaims")[0].get("status", {}).get("phase"))

    (found,) = api.all("persistentvolumeclaims")
    (volume,) = api.all("persistentvolumes")
    assert found["status"]["phase"] == "Bound"
    assert found["spec"]["storageClassName"] == "local"
    assert found["spec"]["volumeName"] == volume["metadata"]["name"]
    assert (tmp_path / "volumes" / volume["metadata"]["name"]).is_dir()


async def test_given_a_bound_claim_when_deleted_then_its_folder_waits_for_its_pod(
    api: MemoryApi, tmp_path: Path
) -> None:
    await api.create(CLAIMS, claim())
    await until(lambda: "finalizers" in api.all("persistentvolumeclaims")[0]["metadata"])
    user = pod(volumes=[claim_volume("lab")], containers=[waiting_image("lab")])
    await api.create(f"{DEMO}/pods", user)
    await until(lambda: api.all("pods")[0]["spec"].get("nodeName"))
    (folder,) = (tmp_path / "volumes").iterdir()

    await api.delete(f"{CLAIMS}/lab")
    await asyncio.sleep(0.2)
    kept = folder.exists()
    await api.delete(f"{DEMO}/pods/lab-0", grace_period_seconds=0)
    await until(lambda: not api.all("persistentvolumes"))

    assert kept
    assert not folder.exists()
    assert api.all("persistentvolumeclaims") == []


async def test_given_an_unknown_class_when_claimed_then_an_event_says_so(api: MemoryApi) -> None:
    await api.create(CLAIMS, claim(storageClassName="fast"))

    await until(lambda: api.all("events"))

    event = api.all("events")[0]
    assert event["reason"] == "ProvisioningFailed"
    assert event["message"] == 'storageclass.storage.k8s.io "fast" not found'
    await until(lambda: api.all("persistentvolumeclaims")[0].get("status") == {"phase": "Pending"})


async def test_given_the_only_gpu_in_use_when_it_is_free_again_then_the_next_pod_gets_it(
    api: MemoryApi,
) -> None:
    await api.create(f"{DEMO}/pods", pod("first", containers=[waiting_image("a")]))
    await until(lambda: api.all("pods")[0]["spec"].get("nodeName"))
    await api.create(f"{DEMO}/pods", pod("second", containers=[waiting_image("b")]))

    def second() -> Object:
        return next(p for p in api.all("pods") if p["metadata"]["name"] == "second")

    await until(lambda: second()["status"].get("conditions"))
    (refused,) = second()["status"]["conditions"]
    await api.delete(f"{DEMO}/pods/first", grace_period_seconds=0)
    await until(lambda: second()["spec"].get("nodeName"))

    assert refused["reason"] == "Unschedulable"
    assert "1 Insufficient nvidia.com/gpu" in refused["message"]


async def test_given_a_missing_claim_when_it_is_made_then_the_pod_is_scheduled(
    api: MemoryApi,
) -> None:
    user = pod(volumes=[claim_volume("lab")], containers=[waiting_image("lab")])
    await api.create(f"{DEMO}/pods", user)
    await until(lambda: api.all("pods")[0]["status"].get("conditions"))
    message = api.all("pods")[0]["status"]["conditions"][0]["message"]

    await api.create(CLAIMS, claim())
    await until(lambda: api.all("pods")[0]["spec"].get("nodeName"))

    assert 'persistentvolumeclaim "lab" not found' in message


async def test_given_a_set_when_scaled_and_changed_then_its_pods_follow(api: MemoryApi) -> None:
    spec = {"containers": [{"name": "lab", "image": "rocker/rstudio"}]}
    await api.create(SETS, statefulset(template_spec=spec))
    await until(lambda: api.all("pods"))
    first = api.all("pods")[0]["metadata"]["uid"]

    changed = {"containers": [{"name": "lab", "image": "rocker/other"}]}
    await api.patch(f"{SETS}/lab", {"spec": {"template": {"spec": changed}}})
    await until(lambda: any(p["metadata"]["uid"] != first for p in api.all("pods")))
    image = api.all("pods")[0]["spec"]["containers"][0]["image"]
    await api.patch(f"{SETS}/lab", {"spec": {"replicas": 0}})
    await until(lambda: not api.all("pods"))
    await until(lambda: api.all("statefulsets")[0]["status"]["replicas"] == 0)

    assert image == "rocker/other"
    reasons = {event["reason"] for event in api.all("events")}
    assert {"SuccessfulCreate", "SuccessfulDelete"} <= reasons


async def test_given_a_quota_when_it_forbids_the_pod_then_the_set_says_so_and_tries_again(
    api: MemoryApi,
) -> None:
    words = 'pods "lab-0" is forbidden: exceeded quota: q'
    api.refusals["pods"] = ApiError(403, "Forbidden", words, {})
    await api.create(SETS, statefulset(template_spec={"containers": [waiting_image("lab")]}))
    await until(lambda: any(e["reason"] == "FailedCreate" for e in api.all("events")))
    (event,) = api.all("events")

    api.refusals.clear()
    await until(lambda: api.all("pods"))

    assert event["message"] == f"Create Pod lab-0 in StatefulSet lab failed error: {words}"


async def test_given_a_strangers_pod_of_that_name_when_a_set_needs_it_then_it_is_left_alone(
    api: MemoryApi,
) -> None:
    stranger = await api.create(f"{DEMO}/pods", pod("lab-0", containers=[waiting_image("x")]))
    await until(lambda: api.all("pods")[0]["spec"].get("nodeName"))

    await api.create(SETS, statefulset())
    await until(lambda: any(e["reason"] == "FailedCreate" for e in api.all("events")))

    (found,) = api.all("pods")
    assert found["metadata"]["uid"] == stranger["metadata"]["uid"]
    assert api.all("statefulsets")[0]["status"]["replicas"] == 0


async def test_given_a_pod_deleted_by_hand_when_its_set_looks_then_it_is_made_again(
    api: MemoryApi,
) -> None:
    await api.create(SETS, statefulset(template_spec={"containers": [waiting_image("lab")]}))
    await until(lambda: api.all("pods"))
    first = api.all("pods")[0]["metadata"]["uid"]

    await api.delete(f"{DEMO}/pods/lab-0", grace_period_seconds=0)

    await until(lambda: api.all("pods") and api.all("pods")[0]["metadata"]["uid"] != first)


async def test_given_no_class_wanted_when_claimed_then_it_waits_for_somebody_elses_volume(
    api: MemoryApi,
) -> None:
    await api.create(CLAIMS, claim(storageClassName=""))

    await until(lambda: api.all("events"))

    event = api.all("events")[0]
    assert (event["type"], event["reason"]) == ("Normal", "FailedBinding")
    assert api.all("persistentvolumes") == []


async def test_given_a_bound_claim_when_more_is_asked_then_its_capacity_follows(
    api: MemoryApi,
) -> None:
    await api.create(CLAIMS, claim())
    await until(lambda: api.all("persistentvolumeclaims")[0]["status"].get("capacity"))

    more = {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}
    await api.patch(f"{CLAIMS}/lab", more)

    wanted = {"storage": "2Gi"}
    await until(lambda: api.all("persistentvolumeclaims")[0]["status"]["capacity"] == wanted)
    assert api.all("persistentvolumes")[0]["spec"]["capacity"] == wanted


async def test_given_a_service_when_its_pod_comes_and_goes_then_its_one_slice_follows(
    api: MemoryApi,
) -> None:
    await api.create(f"{DEMO}/services", service())
    await until(lambda: api.all("endpointslices"))
    empty = api.all("endpointslices")[0]["endpoints"]

    user = pod(meta={"labels": {"app": "lab"}}, containers=[waiting_image("lab")])
    await api.create(f"{DEMO}/pods", user)
    await until(lambda: api.all("endpointslices")[0]["endpoints"])
    (endpoint,) = api.all("endpointslices")[0]["endpoints"]
    await api.delete(f"{DEMO}/pods/lab-0", grace_period_seconds=0)
    await until(lambda: not api.all("endpointslices")[0]["endpoints"])

    assert empty is None
    assert endpoint["conditions"]["ready"] is False
    assert len(api.all("endpointslices")) == 1


async def test_given_a_quiet_cluster_when_nothing_happens_then_nothing_is_written(
    api: MemoryApi,
) -> None:
    await api.create(CLAIMS, claim())
    await api.create(f"{DEMO}/services", service())
    await api.create(SETS, statefulset(template_spec={"containers": [waiting_image("lab")]}))
    await until(lambda: [e for e in api.all("events") if e["message"].endswith("ImagePullBackOff")])
    await asyncio.sleep(0.5)
    before = len(api.writes)

    await asyncio.sleep(1.5)

    assert api.writes[before:] == []
