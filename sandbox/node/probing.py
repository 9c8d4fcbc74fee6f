"""A container's probes over time: started, ready, and killed when it is not alive."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from sandbox.client import Object
from sandbox.node.probes import Prober, Timing
from sandbox.node.processes import Command
from sandbox.node.surroundings import Place, Surroundings

_GRACE = 30


class Show(Protocol):
    """Puts what the probes found into the container's status."""

    def __call__(self, *, is_started: bool, is_ready: bool) -> None:
        """Show both together."""
        ...


class Probing:
    """The probes of one run of a container."""

    def __init__(
        self,
        node: Surroundings,
        place: Place,
        spec: Object,
        *,
        command: Command,
        show: Show,
        kill: Callable[[float], Awaitable[object]],
    ) -> None:
        """``kill`` ends the container, given the grace period in seconds."""
        self._node = node
        self._place = place
        self._spec = spec
        self._command = command
        self._show = show
        self._kill = kill
        self._said = ""

    async def run(self) -> None:
        """Ask until cancelled, or until the container is killed."""
        startup, readiness, liveness = (
            self._spec.get(f"{kind}Probe") for kind in ("startup", "readiness", "liveness")
        )
        self._show(is_started=startup is None, is_ready=not (startup or readiness))
        if startup and not await self._is_started(startup):
            return
        self._show(is_started=True, is_ready=readiness is None)
        async with asyncio.TaskGroup() as group:
            if readiness:
                group.create_task(self._follow_readiness(readiness))
            if liveness:
                group.create_task(self._follow_liveness(liveness))

    async def _is_started(self, probe: Object) -> bool:
        timing = Timing.of(probe)
        await asyncio.sleep(timing.delay)
        failures = 0
        while (why := await self._failure(probe)) is not None:
            failures += 1
            await self._complain("Startup", why)
            if failures >= timing.failures:
                await self._restart("startup")
                return False
            await asyncio.sleep(timing.period)
        return True

    async def _follow_readiness(self, probe: Object) -> None:
        timing = Timing.of(probe)
        await asyncio.sleep(timing.delay)
        is_ready, run = False, 0
        while True:
            why = await self._failure(probe)
            if why is not None:
                await self._complain("Readiness", why)
            run = run + 1 if (why is None) is not is_ready else 0
            if run >= (timing.failures if is_ready else timing.successes):
                is_ready, run = not is_ready, 0
                self._show(is_started=True, is_ready=is_ready)
                self._said = ""
            await asyncio.sleep(timing.period)

    async def _follow_liveness(self, probe: Object) -> None:
        timing = Timing.of(probe)
        await asyncio.sleep(timing.delay)
        failures = 0
        while failures < timing.failures:
            why = await self._failure(probe)
            failures = 0 if why is None else failures + 1
            if why is not None:
                await self._complain("Liveness", why)
            if failures < timing.failures:
                await asyncio.sleep(timing.period)
        await self._restart("liveness")

    async def _failure(self, probe: Object) -> str | None:
        prober = Prober(self._node.http, self._place.address, self._spec, self._execute)
        return await prober.failure(probe)

    async def _complain(self, kind: str, why: str) -> None:
        """Say what is wrong, not how often: a container that stays unready causes no writes."""
        words = f"{kind} probe failed: {why}"
        if words != self._said:
            self._said = words
            await self._record("Unhealthy", words)

    async def _restart(self, kind: str) -> None:
        words = f"Container {self._spec['name']} failed {kind} probe, will be restarted"
        field = f"spec.containers{{{self._spec['name']}}}"
        await self._node.recorder.normal(self._place.pod, "Killing", words, field)
        grace = self._place.pod["spec"].get("terminationGracePeriodSeconds", _GRACE)
        # Its own task: the end of the container cancels us, and must not cancel the ending.
        await asyncio.shield(asyncio.ensure_future(self._kill(grace)))

    async def _record(self, reason: str, words: str) -> None:
        field = f"spec.containers{{{self._spec['name']}}}"
        await self._node.recorder.warning(self._place.pod, reason, words, field)

    async def _execute(self, argv: Sequence[str]) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *argv,
            env=dict(self._command.environment),
            cwd=self._command.directory,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            output, _ = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            raise
        return process.returncode or 0, output.decode(errors="replace")
