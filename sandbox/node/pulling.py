"""Pulling an image: having the runtime behind it, with progress in an Event."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from sandbox.client import Object
from sandbox.node import images
from sandbox.node.backoff import FIRST, LONGEST
from sandbox.node.images import Runtime
from sandbox.node.podstatus import Waiting
from sandbox.node.runtimes import Program, PullError
from sandbox.node.surroundings import Surroundings

_PROGRESS_PERIOD = 1.0

Show = Callable[[Waiting], None]
"""Puts a state into the status of the container."""


class Pull:
    """The pull of one container's image."""

    def __init__(self, node: Surroundings, pod: Object, container: Object, show: Show) -> None:
        self._node = node
        self._pod = pod
        self._image = str(container["image"])
        self._field = f"spec.containers{{{container['name']}}}"
        self._show = show
        self._said = ""

    async def run(self) -> Program:
        """The program behind the image; tried for ever, with growing pauses."""
        pause = FIRST
        while True:
            try:
                return await self._try()
            except PullError as error:
                await self._refuse(str(error))
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST)

    async def _try(self) -> Program:
        runtime = images.runtime_of(self._image)
        if runtime is not None and (found := self._node.runtimes.find(runtime)):
            words = f'Container image "{self._image}" already present on machine'
            await self._normal("Pulled", words)
            return found
        if not self._said:
            await self._normal("Pulling", f'Pulling image "{self._image}"')
        if runtime is None:
            raise PullError(images.no_runtime(self._image))
        return await self._make(runtime)

    async def _make(self, runtime: Runtime) -> Program:
        began = time.monotonic()
        progress = _Progress(self._node, self._pod, f'Pulling image "{self._image}"')
        made = await progress.follow(lambda: self._node.runtimes.ensure(runtime, progress.say))
        took = time.monotonic() - began
        words = f'Successfully pulled image "{self._image}" in {took:.3g}s'
        await self._normal("Pulled", words)
        return made

    async def _refuse(self, why: str) -> None:
        if why == self._said:
            return
        self._said = why
        message = f'failed to pull image "{self._image}": {why}'
        self._show(Waiting("ErrImagePull", message))
        await self._warning("Failed", f'Failed to pull image "{self._image}": {why}')
        await self._warning("Failed", "Error: ErrImagePull")
        back_off = f'Back-off pulling image "{self._image}"'
        await self._normal("BackOff", back_off)
        await self._warning("Failed", "Error: ImagePullBackOff")
        self._show(Waiting("ImagePullBackOff", f"{back_off}: ErrImagePull: {message}"))

    async def _normal(self, reason: str, message: str) -> None:
        await self._node.recorder.normal(self._pod, reason, message, self._field)

    async def _warning(self, reason: str, message: str) -> None:
        await self._node.recorder.warning(self._pod, reason, message, self._field)


class _Progress:
    """Keeps the message of the pod's Event Pulling current, at most once a second."""

    def __init__(self, node: Surroundings, pod: Object, words: str) -> None:
        self._node = node
        self._pod = pod
        self._words = words
        self._latest = ""

    def say(self, words: str) -> None:
        self._latest = words

    async def follow(self, work: Callable[[], Awaitable[Program]]) -> Program:
        writing = asyncio.create_task(self._write())
        try:
            return await work()
        finally:
            writing.cancel()

    async def _write(self) -> None:
        written = ""
        while True:
            if self._latest != written:
                written = self._latest
                await self._node.recorder.reword(
                    self._pod, "Pulling", self._words, f"{self._words}: {written}"
                )
            await asyncio.sleep(_PROGRESS_PERIOD)
