"""The node agent: a worker for each pod that is bound here, and an eye on their memory."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Coroutine, Sequence, Set
from pathlib import Path

import psutil

from sandbox.client import Object
from sandbox.controllers.mirror import Mirror
from sandbox.controllers.objects import is_finished, is_terminating, key_of, uid_of
from sandbox.node import addresses, processes
from sandbox.node.census import Census, mark_of
from sandbox.node.containers import ContainerRunner
from sandbox.node.pods import PodWorker
from sandbox.node.surroundings import Place, Surroundings

_LOG = logging.getLogger(__name__)
_MEMORY_PERIOD = 1.0
_SHUTDOWN_GRACE = 3.0


class Agent:
    """Runs the pods of one node."""

    def __init__(self, node: Surroundings, pods: Mirror) -> None:
        self._node = node
        self._pods = pods
        self._workers: dict[str, PodWorker] = {}
        self._endings: set[asyncio.Task[None]] = set()
        self._census = Census()

    async def run(self) -> None:
        """Run pods until cancelled; then all processes end and the pods stay in the API."""
        await asyncio.to_thread(end_orphans, self._node.config.pods_root)
        await self._pods.synced.wait()
        await asyncio.to_thread(sweep, self._node.config.pods_root, self._known())
        self._pods.subscribe(self._on_pod)
        for pod in self._pods.items():
            self._on_pod(pod)
        try:
            await self._watch_memory()
        finally:
            await self._shut_down()

    def _known(self) -> set[str]:
        return {uid_of(pod) for pod in self._pods.items()}

    def _on_pod(self, pod: Object) -> None:
        if pod["spec"].get("nodeName") != self._node.config.name:
            return
        current = self._pods.get(*key_of(pod))
        is_gone = current is None or uid_of(current) != uid_of(pod)
        worker = self._workers.get(uid_of(pod))
        if worker is None and not is_gone and not is_finished(pod):
            worker = self._begin(pod)
        if worker and not worker.is_ending and (is_gone or is_terminating(pod)):
            worker.is_ending = True
            self._spawn(self._end(worker, pod, is_gone=is_gone))

    def _begin(self, pod: Object) -> PodWorker:
        uid = uid_of(pod)
        folder = self._node.config.pods_root / uid
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        worker = PodWorker(self._node, Place(pod, folder, self._address_for(pod)))
        self._workers[uid] = worker
        worker.start()
        return worker

    def _address_for(self, pod: Object) -> str:
        taken = {worker.address for worker in self._workers.values()}
        previous = pod.get("status", {}).get("podIP", "")
        return addresses.address_for(uid_of(pod), previous, taken, self._node.config.network)

    def _spawn(self, ending: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(ending)
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    async def _end(self, worker: PodWorker, pod: Object, *, is_gone: bool) -> None:
        try:
            await worker.delete(pod, is_gone=is_gone)
        except Exception:  # noqa: BLE001 the end of one pod must not stop the node
            _LOG.exception("ending pod %s", key_of(pod).name)
        finally:
            self._workers.pop(uid_of(pod), None)

    async def _shut_down(self) -> None:
        for task in self._endings:
            task.cancel()
        workers = list(self._workers.values())
        await asyncio.gather(*(worker.stop(_SHUTDOWN_GRACE) for worker in workers))
        await self._node.runtimes.close()

    async def _watch_memory(self) -> None:
        while True:
            await asyncio.sleep(_MEMORY_PERIOD)
            limited = [runner for runner in self._running() if runner.memory_limit is not None]
            if limited:
                await asyncio.to_thread(end_greedy, limited, self._census)

    def _running(self) -> list[ContainerRunner]:
        return [
            runner
            for worker in self._workers.values()
            for runner in worker.runners
            if runner.tree is not None
        ]


def end_greedy(runners: Sequence[ContainerRunner], census: Census) -> None:
    """End the containers that use more memory than their limit, as the kernel would."""
    census.take()
    for runner in runners:
        tree, limit = runner.tree, runner.memory_limit
        if tree is None or limit is None or tree.program is None or not tree.program.is_running():
            continue
        pids = census.members(tree.pid, runner.mark)
        if processes.memory(pids, limit=limit) > limit:
            tree.is_out_of_memory = True
            processes.kill(pids)


def sweep(pods_root: Path, known: Set[str]) -> None:
    """Remove the folders of pods that were deleted while no sandbox ran."""
    for folder in pods_root.glob("*"):
        if folder.name not in known:
            shutil.rmtree(folder, ignore_errors=True)


def end_orphans(pods_root: Path) -> None:
    """End what a sandbox that was killed has left running: processes with the mark of its pods.

    A mark is an unguessable uid of a pod whose folder is here, so that no reused process id and no
    other sandbox's process can be hit.
    """
    uids = {folder.name for folder in pods_root.glob("*")}
    for process in psutil.process_iter():
        uid = mark_of(process).partition("/")[0]
        if uid and uid in uids:
            processes.kill([process.pid])
