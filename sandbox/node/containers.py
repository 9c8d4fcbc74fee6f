"""One container: pulled, started, probed, and started again when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sandbox.client import Object
from sandbox.controllers.quantities import whole
from sandbox.node import addresses, folders, logfile, mounts
from sandbox.node.backoff import Backoff, is_restarted
from sandbox.node.commands import command_for, mark, port_of, unsupported
from sandbox.node.environment import VariableError
from sandbox.node.mounts import MountError, Mounts
from sandbox.node.podstatus import Container, Running, Terminated, Waiting
from sandbox.node.probing import Probing
from sandbox.node.processes import Command, Tree
from sandbox.node.pulling import Pull
from sandbox.node.runtimes import Program
from sandbox.node.surroundings import Place, Surroundings

_RETRY = 2.0
_CANNOT_RUN = 128
_KILLED = 137


class ContainerRunner:
    """Runs one container of a pod.

    Attributes:
        seen: what the pod's status says of the container.
        tree: its processes while it runs.
        memory_limit: bytes; None means no limit.
    """

    def __init__(
        self,
        node: Surroundings,
        place: Place,
        spec: Object,
        seen: Container,
        publish: Callable[[], None],
    ) -> None:
        """``publish`` is called after every change of ``seen``."""
        self.seen = seen
        self.tree: Tree | None = None
        self.memory_limit: int | None = None
        self._node = node
        self._place = place
        self._spec = spec
        self._publish = publish
        self._field = f"spec.containers{{{spec['name']}}}"

    async def run(self) -> None:
        """Run until the restart policy says that it is over."""
        backoff = Backoff()
        policy = self._place.pod["spec"].get("restartPolicy", "Always")
        while True:
            ended = await self._run_once()
            if not is_restarted(policy, ended.exit_code):
                self._see(state=ended, is_ready=False, is_started=False)
                return
            ran = (ended.finished_at - ended.started_at).total_seconds()
            backoff = backoff.after_run(ran)
            await self._pause(backoff, ended)

    async def fail(self, error: Exception) -> None:
        """Say that we could not do our part, whatever it was."""
        await self.stop(0)
        words = f"Error: {error}"
        self._wait(Waiting("CreateContainerError", words))
        await self._warning("Failed", words)

    async def stop(self, grace: float) -> None:
        """End what runs; ``run`` must have been cancelled before."""
        if self.tree is None:
            return
        words = f"Stopping container {self._spec['name']}"
        await self._normal("Killing", words)
        started_at = self._node.clock()
        if isinstance(self.seen.state, Running):
            started_at = self.seen.state.started_at
        code = await self.tree.end(self.mark, grace)
        self.tree = None
        now = self._node.clock()
        reason = "Error" if code else "Completed"
        self._see(state=Terminated(code, reason, started_at, now), is_ready=False, is_started=False)

    async def _run_once(self) -> Terminated:
        while why := unsupported(self._place.pod):
            await self._complain("CreateContainerConfigError", "Failed", why)
        mounted = await self._mount()
        program = await Pull(self._node, self._place.pod, self._spec, self._wait).run()
        command = await self._configure(mounted, program)
        await self._wait_for_port()
        return await self._live(command)

    async def _configure(self, mounted: Mounts, program: Program) -> Command:
        while True:
            try:
                return await command_for(self._node, self._place, self._spec, mounted, program)
            except VariableError as error:
                await self._complain("CreateContainerConfigError", "Failed", f"Error: {error}")

    async def _mount(self) -> Mounts:
        namespace = self._place.pod["metadata"]["namespace"]
        while True:
            try:
                planned = mounts.plan(
                    self._place.pod,
                    self._spec,
                    self._place.folder,
                    lambda claim: self._node.claim_folder(namespace, claim),
                )
                await asyncio.to_thread(folders.make, planned, self._node.config.data)
            except MountError as error:
                await self._complain("ContainerCreating", "FailedMount", str(error))
            else:
                return planned

    async def _wait_for_port(self) -> None:
        """Without addresses of their own, pods on one port take turns."""
        port, address = port_of(self._spec), self._place.address
        is_shared = addresses.is_shared(self._node.config.network)
        while is_shared and not addresses.can_bind(address, port):
            words = (
                f"Error: port {port} of {address} is taken: on this system pods have no "
                "addresses of their own, so one pod at a time can have a port"
            )
            await self._complain("CreateContainerError", "Failed", words)

    async def _complain(self, state: str, reason: str, message: str) -> None:
        """Say once what is missing, and wait a little for it."""
        if self.seen.state != Waiting(state, message):
            self._wait(Waiting(state, message))
            await self._warning(reason, message)
        await asyncio.sleep(_RETRY)

    async def _live(self, command: Command) -> Terminated:
        name, began = self._spec["name"], self._node.clock()
        self.memory_limit = memory_limit(self._spec)
        path = logfile.run_path(self._place.folder, name, self.seen.restarts)
        logfile.forget_before(path, self.seen.restarts - 1)
        await self._normal("Created", f"Created container: {name}")
        log = logfile.LogFile(path)
        try:
            self.tree = await Tree.start(command, log, self._node.clock)
        except OSError as error:
            log.close()
            await self._warning("Failed", f"Error: {error}")
            return Terminated(_CANNOT_RUN, "StartError", began, began, str(error))
        await self._normal("Started", f"Started container {name}")
        self._see(state=Running(began), container_id=f"process://{self.tree.pid}")
        tree = self.tree
        code = await self._probe_until_end(tree, command)
        self.tree = None
        return self._ended(code, began, tree)

    async def _probe_until_end(self, tree: Tree, command: Command) -> int:
        probing = Probing(
            self._node,
            self._place,
            self._spec,
            command=command,
            show=self._show_health,
            kill=lambda grace: tree.end(self.mark, grace),
        )
        watching = asyncio.create_task(probing.run())
        ending = asyncio.create_task(tree.wait())
        try:
            await asyncio.wait({watching, ending}, return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                # Without probes it is done at once; a fault of ours must not pass unseen.
                watching.result()
            await ending
            return await tree.end(self.mark, 0)
        finally:
            watching.cancel()
            ending.cancel()

    def _ended(self, code: int, began: datetime, tree: Tree) -> Terminated:
        now = self._node.clock()
        if tree.is_out_of_memory:
            return Terminated(_KILLED, "OOMKilled", began, now)
        return Terminated(code, "Error" if code else "Completed", began, now)

    async def _pause(self, backoff: Backoff, ended: Terminated) -> None:
        """Wait before the next start, and say so."""
        name, metadata = self._spec["name"], self._place.pod["metadata"]
        pause = backoff.pause
        pod = f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"
        message = f"back-off {pause:.0f}s restarting failed container={name} pod={pod}"
        state = Waiting("CrashLoopBackOff", message) if pause else ended
        self._see(state=state, last=ended, is_ready=False, is_started=False)
        if pause:
            words = f"Back-off restarting failed container {name} in pod {pod}"
            await self._warning("BackOff", words)
            await asyncio.sleep(pause)
        self._see(restarts=self.seen.restarts + 1)

    def _show_health(self, *, is_started: bool, is_ready: bool) -> None:
        self._see(is_started=is_started, is_ready=is_ready)

    def _wait(self, state: Waiting) -> None:
        self._see(state=state)

    def _see(self, **changes: Any) -> None:
        changed = replace(self.seen, **changes)
        if changed != self.seen:
            self.seen = changed
            self._publish()

    @property
    def mark(self) -> str:
        """What the container's processes carry in their environment."""
        return mark(self._place.pod, self._spec["name"])

    async def _normal(self, reason: str, message: str) -> None:
        await self._node.recorder.normal(self._place.pod, reason, message, self._field)

    async def _warning(self, reason: str, message: str) -> None:
        await self._node.recorder.warning(self._place.pod, reason, message, self._field)


def memory_limit(spec: Object) -> int | None:
    """The container's limit of memory in bytes; None without one. Pure."""
    limit = ((spec.get("resources") or {}).get("limits") or {}).get("memory")
    return None if limit is None else whole(limit)
