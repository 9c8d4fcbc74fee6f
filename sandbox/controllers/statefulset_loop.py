"""StatefulSet: applies the plan, writes the status when it changed, and says so in Events."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.client import ApiError, Client, Object
from sandbox.controllers import statefulset
from sandbox.controllers.events import Recorder
from sandbox.controllers.loop import WorkQueue, work
from sandbox.controllers.mirror import Mirror
from sandbox.controllers.objects import Key, controller_of, key_of, uid_of


@dataclass(frozen=True, slots=True)
class StatefulSetController:
    """Keeps the pods of every StatefulSet."""

    client: Client
    sets: Mirror
    pods: Mirror
    recorder: Recorder

    async def run(self) -> None:
        """Reconcile until cancelled."""
        queue = WorkQueue()
        self.sets.subscribe(lambda obj: queue.add(key_of(obj)))
        self.pods.subscribe(lambda pod: _add_owner(queue, pod))
        for mirror in (self.sets, self.pods):
            await mirror.synced.wait()
        for owner in self.sets.items():
            queue.add(key_of(owner))
        await work("statefulset", queue, self.reconcile)

    async def reconcile(self, key: Key) -> None:
        """Bring one set a step nearer to what its spec says."""
        owner = self.sets.get(key.namespace, key.name)
        if owner is None:
            return
        pods = self.pods.items(key.namespace)
        steps = statefulset.plan(owner, pods)
        try:
            for pod in steps.delete:
                await self._delete(owner, pod)
            for pod in steps.create:
                await self._create(owner, pod)
        finally:
            await self._write_status(owner, statefulset.status(owner, pods))

    async def _create(self, owner: Object, pod: Object) -> None:
        name, set_name = pod["metadata"]["name"], owner["metadata"]["name"]
        words = f"Pod {name} in StatefulSet {set_name}"
        try:
            await self.client.create(f"/api/v1/namespaces/{key_of(pod).namespace}/pods", pod)
        except ApiError as error:
            if error.reason == "AlreadyExists" and self._is_mine(owner, pod):
                return
            await self.recorder.warning(
                owner, "FailedCreate", f"Create {words} failed error: {error.message}"
            )
            raise
        await self.recorder.normal(owner, "SuccessfulCreate", f"Create {words} successful")

    def _is_mine(self, owner: Object, pod: Object) -> bool:
        """Whether the pod that is there already is only news to our copy, or our own."""
        there = self.pods.get(*key_of(pod))
        return there is None or statefulset.ordinal_of(owner, there) is not None

    async def _delete(self, owner: Object, pod: Object) -> None:
        namespace, name = key_of(pod)
        path = f"/api/v1/namespaces/{namespace}/pods/{name}"
        try:
            await self.client.delete(path, uid=uid_of(pod))
        except ApiError as error:
            if error.reason in {"NotFound", "Conflict"}:
                return
            raise
        words = f"Delete Pod {name} in StatefulSet {owner['metadata']['name']} successful"
        await self.recorder.normal(owner, "SuccessfulDelete", words)

    async def _write_status(self, owner: Object, status: Object) -> None:
        old = owner.get("status", {})
        if all(old.get(field) == value for field, value in status.items()):
            return
        namespace, name = key_of(owner)
        path = f"/apis/apps/v1/namespaces/{namespace}/statefulsets/{name}/status"
        try:
            await self.client.patch(path, {"status": status})
        except ApiError as error:
            if error.reason != "NotFound":
                raise


def _add_owner(queue: WorkQueue, pod: Object) -> None:
    owner = controller_of(pod)
    if owner is not None and owner["kind"] == "StatefulSet":
        queue.add(Key(key_of(pod).namespace, owner["name"]))
