"""A node over an API in memory, whose jupyter images need a command of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from sandbox.assembly import run_controllers
from sandbox.client import Object
from sandbox.node.addresses import LOOPBACK
from sandbox.node.config import NodeConfig
from sandbox.node.runtimes import REQUIREMENTS, jupyterlab_folder
from tests.sandbox.memory_api import MemoryApi


async def eventually(check: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while True:
            if check():
                return
            await asyncio.sleep(0.02)


PODS = "/api/v1/namespaces/demo/pods"


@dataclass(slots=True)
class World:
    """A node and its API; ``start`` and ``stop`` are a sandbox's own start and SIGTERM."""

    data: Path
    api: MemoryApi = field(default_factory=MemoryApi)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self, *, network: IPv4Network = LOOPBACK) -> None:
        config = replace(NodeConfig.of_machine(self.data), network=network)
        self.tasks.append(asyncio.create_task(run_controllers(self.api, config)))

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self.tasks.clear()

    async def pod(self, name: str) -> Object:
        return await self.api.get(f"{PODS}/{name}")

    async def until(
        self, name: str, check: Callable[[Object], bool], seconds: float = 20
    ) -> Object:
        """The pod, as soon as it is as awaited; fails with its last status."""
        last: Object = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    last = await self.pod(name)
                    if check(last):
                        return last
                    await asyncio.sleep(0.02)
        raise AssertionError(f"not reached: {last.get('status')} {self.events()}")

    async def until_gone(self, name: str) -> None:
        await eventually(lambda: name not in self.names())

    def names(self) -> list[str]:
        return [found["metadata"]["name"] for found in self.api.all("pods")]

    def events(self, reason: str = "") -> list[str]:
        found = self.api.all("events")
        return [e["message"] for e in found if not reason or e["reason"] == reason]


def install_empty_runtime(runtimes: Path) -> None:
    """A runtime that is complete and has no program: enough for containers with a command."""
    folder = runtimes / jupyterlab_folder(REQUIREMENTS.read_text())
    folder.mkdir(parents=True)
    (folder / "complete").touch()


@asynccontextmanager
async def running_world(data: Path) -> AsyncIterator[World]:
    install_empty_runtime(data / "runtimes")
    world = World(data)
    world.start()
    try:
        yield world
    finally:
        await world.stop()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with running_world(tmp_path) as made:
        yield made
