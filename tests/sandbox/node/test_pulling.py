"""A pull that takes a while, told in the pod's one Event Pulling."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from typing_extensions import override

from sandbox.client import Object
from sandbox.controllers.events import Recorder
from sandbox.node.config import NodeConfig
from sandbox.node.images import Runtime
from sandbox.node.podstatus import Waiting
from sandbox.node.pulling import Pull
from sandbox.node.runtimes import Program, Progress, PullError, Runtimes
from sandbox.node.surroundings import Surroundings
from tests.sandbox.memory_api import MemoryApi
from tests.sandbox.objects import container, pod

PROGRAM = Program(Path("/bin/true"), ("/bin",))


class Slow(Runtimes):
    """Runtimes that are made step by step, as the test says; "" ends with a failure."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, path="")
        self.steps: asyncio.Queue[str | None] = asyncio.Queue()

    @override
    async def ensure(self, runtime: Runtime, progress: Progress) -> Program:
        while step := await self.steps.get():
            progress(step)
        if step == "":
            raise PullError(f"no network for {runtime}")
        return PROGRAM


class World:
    def __init__(self, folder: Path, http: aiohttp.ClientSession) -> None:
        self.api = MemoryApi()
        self.runtimes = Slow(folder)
        self.shown: list[Waiting] = []
        clock = datetime(2026, 1, 1, tzinfo=UTC)
        node = Surroundings(
            config=NodeConfig.of_machine(folder),
            client=self.api,
            recorder=Recorder(self.api, "kubelet", lambda: clock),
            runtimes=self.runtimes,
            http=http,
            clock=lambda: clock,
            claim_folder=lambda *_: None,
            log_name="me",
            is_root=False,
        )
        self.pulling = asyncio.create_task(Pull(node, pod(), container(), self.shown.append).run())

    def events(self, reason: str) -> list[Object]:
        return [event for event in self.api.all("events") if event["reason"] == reason]

    async def until_said(self, reason: str, words: str) -> None:
        async with asyncio.timeout(10):
            while True:
                if any(words in event["message"] for event in self.events(reason)):
                    return
                await asyncio.sleep(0.02)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with aiohttp.ClientSession() as http:
        made = World(tmp_path, http)
        yield made
        made.pulling.cancel()


async def test_given_a_long_pull_when_it_goes_on_then_one_event_tells_how_far(
    world: World,
) -> None:
    await world.until_said("Pulling", 'jupyter-scipy:v1.8.0"')
    world.runtimes.steps.put_nowait("12 of 91 packages")
    await world.until_said("Pulling", '": 12 of 91 packages')
    world.runtimes.steps.put_nowait("installing packages")
    await world.until_said("Pulling", '": installing packages')
    world.runtimes.steps.put_nowait(None)

    assert await world.pulling == PROGRAM
    assert len(world.events("Pulling")) == 1
    assert world.events("Pulled")[0]["message"].startswith("Successfully pulled image")
    assert world.shown == []


async def test_given_a_pull_that_fails_when_told_then_the_words_are_the_kubelets(
    world: World,
) -> None:
    world.runtimes.steps.put_nowait("")

    await world.until_said("Failed", "Error: ImagePullBackOff")

    first, second = world.shown
    assert first.reason == "ErrImagePull"
    assert "no network for jupyterlab" in first.message
    assert second.reason == "ImagePullBackOff"
    assert second.message.startswith("Back-off pulling image")
