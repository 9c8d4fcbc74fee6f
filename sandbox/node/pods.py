"""One pod on the node: its containers, its status in the API, and its end."""

from __future__ import annotations

import asyncio
import logging
import shutil

from sandbox.client import ApiError, Object
from sandbox.controllers.objects import is_terminating, key_of, uid_of
from sandbox.node import podstatus
from sandbox.node.containers import ContainerRunner
from sandbox.node.podstatus import Container
from sandbox.node.surroundings import Place, Surroundings

_LOG = logging.getLogger(__name__)
_RETRY = 1.0
_RETRY_AFTER_FAULT = 10.0
_GRACE = 30


async def _supervise(runner: ContainerRunner) -> None:
    """Run a container; a fault of ours is told in the pod's status, and tried again."""
    while True:
        try:
            await runner.run()
        except Exception as error:  # noqa: BLE001 told in the status, and logged
            _LOG.exception("container %s", runner.seen.name)
            await runner.fail(error)
            await asyncio.sleep(_RETRY_AFTER_FAULT)
        else:
            return


class PodWorker:
    """Runs one pod from its binding to its deletion."""

    def __init__(self, node: Surroundings, place: Place) -> None:
        self._node = node
        self._place = place
        self._started_at = node.clock()
        self._changed = asyncio.Event()
        self._written: Object | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.is_ending = False
        self.runners = [self._runner(spec) for spec in place.pod["spec"]["containers"]]

    @property
    def address(self) -> str:
        """The pod's address."""
        return self._place.address

    def start(self) -> None:
        """Begin, unless the pod is to be deleted anyway."""
        if not is_terminating(self._place.pod):
            self._tasks = [asyncio.create_task(_supervise(runner)) for runner in self.runners]
            self._tasks.append(asyncio.create_task(self._keep_status()))
            self._changed.set()

    async def delete(self, pod: Object, *, is_gone: bool) -> None:
        """End the pod because its deletion was asked for; ``is_gone``: it has left the API."""
        grace = pod["metadata"].get("deletionGracePeriodSeconds")
        if grace is None:
            grace = pod["spec"].get("terminationGracePeriodSeconds", _GRACE)
        await self.stop(0 if is_gone else grace)
        if not is_gone:
            await self._write_last_status()
            await self._remove_from_api()
        await asyncio.to_thread(shutil.rmtree, self._place.folder, ignore_errors=True)

    async def stop(self, grace: float) -> None:
        """End the processes and nothing else: the pod stays in the API."""
        self.is_ending = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(runner.stop(grace) for runner in self.runners))

    def _runner(self, spec: Object) -> ContainerRunner:
        pod = self._place.pod
        seen = podstatus.recovered(pod, spec["name"], spec["image"], self._started_at)
        return ContainerRunner(self._node, self._place, spec, seen, self._changed.set)

    async def _keep_status(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._write_status()
            except (ApiError, OSError, TimeoutError) as error:
                if isinstance(error, ApiError) and error.reason == "NotFound":
                    return
                _LOG.warning("status of %s: %s", key_of(self._place.pod).name, error)
                self._changed.set()
                await asyncio.sleep(_RETRY)

    async def _write_status(self) -> None:
        status = self._status()
        if status == self._written:
            return
        await self._node.client.patch(f"{self._path}/status", {"status": status})
        self._written = status

    def _status(self) -> Object:
        seen: list[Container] = [runner.seen for runner in self.runners]
        before = self._place.pod
        if self._written is not None:
            before = {**before, "status": self._written}
        return podstatus.status(
            before,
            seen,
            address=self.address,
            started_at=self._started_at,
            now=self._node.clock(),
        )

    async def _write_last_status(self) -> None:
        try:
            await self._write_status()
        except (ApiError, OSError, TimeoutError) as error:
            _LOG.info("last status of %s: %s", key_of(self._place.pod).name, error)

    async def _remove_from_api(self) -> None:
        while True:
            try:
                await self._node.client.delete(
                    self._path, uid=uid_of(self._place.pod), grace_period_seconds=0
                )
            except ApiError as error:
                if error.reason in {"NotFound", "Conflict"}:
                    return
                _LOG.warning("deleting %s: %s", key_of(self._place.pod).name, error)
            except (OSError, TimeoutError) as error:
                _LOG.warning("deleting %s: %s", key_of(self._place.pod).name, error)
            else:
                return
            await asyncio.sleep(_RETRY)

    @property
    def _path(self) -> str:
        namespace, name = key_of(self._place.pod)
        return f"/api/v1/namespaces/{namespace}/pods/{name}"
