from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from typing_extensions import override

from sandbox.client import ApiError, EventType, Object, WatchEvent
from sandbox.controllers.mirror import Mirror
from tests.sandbox.memory_api import MemoryApi
from tests.sandbox.objects import pod

PODS = "/api/v1/pods"
DEMO = "/api/v1/namespaces/demo/pods"


class Flaky(MemoryApi):
    """An API that fails its first lists, and ends watches with 410 when told to."""

    def __init__(self, *, failures: int = 0) -> None:
        super().__init__()
        self.failures = failures
        self.lists = 0
        self.is_gone = asyncio.Event()

    @override
    async def list(
        self, path: str, *, label_selector: str = "", field_selector: str = ""
    ) -> tuple[list[Object], str]:
        self.lists += 1
        if self.lists <= self.failures:
            raise ApiError(503, "ServiceUnavailable", "not yet", {})
        return await super().list(path)

    @override
    async def watch(self, path: str, *, resource_version: str) -> AsyncIterator[WatchEvent]:
        if self.is_gone.is_set():
            self.is_gone.clear()
            yield WatchEvent(EventType.ERROR, {"kind": "Status", "code": 410})
            return
        async for event in super().watch(path, resource_version=resource_version):
            yield event


@asynccontextmanager
async def running(mirror: Mirror) -> AsyncIterator[None]:
    task = asyncio.create_task(mirror.run())
    async with asyncio.timeout(10):
        await mirror.synced.wait()
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def mirror_of(api: MemoryApi) -> tuple[Mirror, asyncio.Queue[str]]:
    mirror = Mirror(api, PODS, "v1", "Pod")
    told: asyncio.Queue[str] = asyncio.Queue()
    mirror.subscribe(lambda obj: told.put_nowait(obj["metadata"]["name"]))
    return mirror, told


async def test_given_objects_when_they_change_then_the_copy_follows() -> None:
    api = MemoryApi()
    await api.create(DEMO, pod("a"))
    mirror, told = mirror_of(api)
    async with asyncio.timeout(10), running(mirror):
        assert await told.get() == "a"
        await api.create(DEMO, pod("b"))
        assert await told.get() == "b"
        assert [found["metadata"]["name"] for found in mirror.items("demo")] == ["a", "b"]

        await api.delete(f"{DEMO}/a")

        assert await told.get() == "a"
        assert mirror.get("demo", "a") is None
        assert mirror.items("other") == []


async def test_given_a_server_that_is_not_ready_when_listed_then_it_is_asked_again() -> None:
    api = Flaky(failures=2)
    mirror, _ = mirror_of(api)

    async with running(mirror):
        assert api.lists == 3


async def test_given_an_expired_watch_when_it_ends_then_the_list_tells_what_was_missed() -> None:
    api = Flaky()
    await api.create(DEMO, pod("kept"))
    await api.create(DEMO, pod("gone"))
    api.is_gone.set()
    mirror, told = mirror_of(api)
    async with asyncio.timeout(10), running(mirror):
        assert {await told.get(), await told.get()} == {"kept", "gone"}
        await api.delete(f"{DEMO}/gone")

        assert await told.get() == "gone"

        assert [found["metadata"]["name"] for found in mirror.items()] == ["kept"]
        assert told.empty()


async def test_given_our_own_change_when_assumed_then_it_is_seen_before_the_watch() -> None:
    api = MemoryApi()
    made = await api.create(DEMO, pod("a"))
    mirror, _ = mirror_of(api)
    async with running(mirror):
        mirror.assume({**made, "spec": {"nodeName": "here"}})
        mirror.assume({**made, "metadata": {**made["metadata"], "name": "unknown"}})
        mirror.expect({**made, "metadata": {**made["metadata"], "name": "new"}})

        assert (mirror.get("demo", "a") or {})["spec"] == {"nodeName": "here"}
        assert mirror.get("demo", "unknown") is None
        assert mirror.get("demo", "new") is not None
