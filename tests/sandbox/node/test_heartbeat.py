from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.client import Object
from sandbox.node import heartbeat
from sandbox.node.config import NodeConfig
from tests.sandbox.memory_api import MemoryApi
from tests.sandbox.node.conftest import eventually

NODE = "/api/v1/nodes/sandbox"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def api() -> MemoryApi:
    return MemoryApi()


@pytest.fixture
async def beat(api: MemoryApi, tmp_path: Path) -> AsyncIterator[Callable[[], None]]:
    """Begins to beat; once, in a test's time."""
    tasks: list[asyncio.Task[None]] = []

    def begin() -> None:
        config = NodeConfig.of_machine(tmp_path)
        tasks.append(asyncio.create_task(heartbeat.run(api, config, lambda: NOW)))

    yield begin
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def ready(node: Object) -> str:
    (condition,) = node["status"]["conditions"]
    return str(condition["status"])


async def test_given_a_new_node_when_it_beats_then_it_is_ready_and_has_a_lease_that_goes_with_it(
    api: MemoryApi, beat: Callable[[], None]
) -> None:
    beat()
    await eventually(lambda: bool(api.all("leases")))

    (lease,), (node,) = api.all("leases"), api.all("nodes")
    assert ready(node) == "True"
    assert lease["spec"]["renewTime"] == "2026-01-02T03:04:05.000000Z"
    assert lease["metadata"]["ownerReferences"][0]["uid"] == node["metadata"]["uid"]


async def test_given_a_node_that_was_taken_for_lost_when_it_beats_then_it_is_ready_again(
    api: MemoryApi, beat: Callable[[], None]
) -> None:
    beat()
    await eventually(lambda: bool(api.all("leases")))
    lost = [{"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"}]
    await api.patch(f"{NODE}/status", {"status": {"conditions": lost}})

    beat()

    await eventually(lambda: ready(api.all("nodes")[0]) == "True")
