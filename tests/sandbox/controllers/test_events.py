from __future__ import annotations

from datetime import UTC, datetime

from sandbox.client import ApiError
from sandbox.controllers.events import Recorder
from tests.sandbox.memory_api import MemoryApi
from tests.sandbox.objects import node, pod


def recorder(api: MemoryApi) -> Recorder:
    return Recorder(api, "kubelet", lambda: datetime(2026, 1, 1, tzinfo=UTC))


async def test_given_the_same_event_when_it_recurs_then_it_is_counted() -> None:
    api = MemoryApi()
    events = recorder(api)

    await events.warning(pod(), "BackOff", "again", "spec.containers{lab}")
    await events.warning(pod(), "BackOff", "again", "spec.containers{lab}")
    await events.normal(pod(), "Pulled", "done")

    backoff, pulled = sorted(api.all("events"), key=lambda found: found["metadata"]["name"])
    assert backoff["count"] == 2
    assert backoff["type"] == "Warning"
    assert backoff["source"] == {"component": "kubelet"}
    assert backoff["involvedObject"]["uid"] == "uid-of-lab-0"
    assert backoff["involvedObject"]["fieldPath"] == "spec.containers{lab}"
    assert (pulled["count"], pulled["type"]) == (1, "Normal")


async def test_given_an_event_that_expired_when_it_recurs_then_a_new_one_is_written() -> None:
    api = MemoryApi()
    events = recorder(api)
    await events.normal(pod(), "Pulled", "done")
    name = api.all("events")[0]["metadata"]["name"]
    await api.delete(f"/api/v1/namespaces/demo/events/{name}")

    await events.normal(pod(), "Pulled", "done")

    assert [found["count"] for found in api.all("events")] == [1]


async def test_given_progress_when_reworded_then_the_same_event_says_more() -> None:
    api = MemoryApi()
    events = recorder(api)
    await events.normal(pod(), "Pulling", "Pulling image")

    await events.reword(pod(), "Pulling", "Pulling image", "Pulling image: 3 of 91 packages")

    assert [e["message"] for e in api.all("events")] == ["Pulling image: 3 of 91 packages"]


async def test_given_a_cluster_scoped_object_when_told_of_then_the_event_is_in_default() -> None:
    api = MemoryApi()

    await recorder(api).normal({**node(), "kind": "Node"}, "Starting", "here")

    assert api.all("events")[0]["metadata"]["namespace"] == "default"


async def test_given_an_api_that_refuses_events_when_told_then_the_work_goes_on() -> None:
    api = MemoryApi()
    api.refusals["events"] = ApiError(403, "Forbidden", "namespace is terminating", {})

    await recorder(api).normal(pod(), "Pulled", "done")

    assert api.all("events") == []
