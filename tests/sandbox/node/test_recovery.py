from __future__ import annotations

from datetime import UTC, datetime

from sandbox.client import Object
from sandbox.node.recovery import mark_unready, unready
from tests.sandbox.memory_api import MemoryApi
from tests.sandbox.node.conftest import PODS
from tests.sandbox.objects import pod, ready

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def _ready_pod(name: str, **spec: str) -> Object:
    made = ready(pod(name))
    statuses = [{"name": "lab", "ready": True, "state": {"running": {}}}]
    return {
        **made,
        "spec": {**made["spec"], **spec},
        "status": {**made["status"], "containerStatuses": statuses},
    }


def test_given_a_ready_pod_when_its_node_restarts_then_since_now_it_is_not() -> None:
    scheduled = {"type": "PodScheduled", "status": "True", "lastTransitionTime": "before"}
    conditions = [{"type": "Ready", "status": "True", "lastTransitionTime": "before"}, scheduled]

    changed = unready({"conditions": conditions}, NOW)

    assert changed["conditions"][0]["status"] == "False"
    assert changed["conditions"][0]["lastTransitionTime"] == "2026-01-02T00:00:00Z"
    assert changed["conditions"][1] == scheduled


async def test_given_pods_when_a_node_starts_then_those_of_its_own_are_not_ready() -> None:
    api = MemoryApi()
    await api.create(PODS, _ready_pod("here"))
    await api.create(PODS, _ready_pod("there", nodeName="another"))
    await api.create(PODS, pod("new"))

    await mark_unready(api, "sandbox", NOW)

    here, there = [(await api.get(f"{PODS}/{name}"))["status"] for name in ("here", "there")]
    assert here["conditions"][0]["status"] == "False"
    assert here["containerStatuses"][0]["ready"] is False
    assert here["podIP"]
    assert there["conditions"][0]["status"] == "True"
    assert (await api.get(f"{PODS}/new"))["status"] == {}
