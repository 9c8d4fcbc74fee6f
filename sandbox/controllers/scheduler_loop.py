"""The scheduler: binds pods to the one node, or says why not, and tries again when it changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sandbox.client import ApiError, Client, Object
from sandbox.controllers import scheduler
from sandbox.controllers.events import Recorder
from sandbox.controllers.loop import WorkQueue, work
from sandbox.controllers.mirror import Mirror
from sandbox.controllers.objects import Key, condition, is_finished, key_of, timestamp, uid_of

_PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Scheduler:
    """Finds room for pods, one after the other."""

    client: Client
    pods: Mirror
    nodes: Mirror
    claims: Mirror
    recorder: Recorder
    node_name: str
    clock: Callable[[], datetime]

    async def run(self) -> None:
        """Schedule until cancelled."""
        queue = WorkQueue()
        self.pods.subscribe(lambda pod: self._on_pod(queue, pod))
        self.nodes.subscribe(lambda _: self._add_waiting(queue))
        self.claims.subscribe(lambda _: self._add_waiting(queue))
        for mirror in (self.pods, self.nodes, self.claims):
            await mirror.synced.wait()
        self._add_waiting(queue)
        await work("scheduler", queue, self.reconcile)

    def _on_pod(self, queue: WorkQueue, pod: Object) -> None:
        if scheduler.is_waiting(pod):
            queue.add(key_of(pod))
        elif self._has_left(pod):
            # Its room is free again.
            self._add_waiting(queue)

    def _has_left(self, pod: Object) -> bool:
        return self.pods.get(*key_of(pod)) is None or is_finished(pod)

    def _add_waiting(self, queue: WorkQueue) -> None:
        for pod in self.pods.items():
            if scheduler.is_waiting(pod):
                queue.add(key_of(pod))

    async def reconcile(self, key: Key) -> float | None:
        """Bind one pod, or write why it can't be."""
        pod = self.pods.get(key.namespace, key.name)
        node = self.nodes.get("", self.node_name)
        if pod is None or node is None or not scheduler.is_waiting(pod):
            return None
        why = scheduler.refusal(pod, node, self.pods.items(), self.claims.get)
        if why is None:
            await self._bind(pod)
        elif why.may_pass and self._age(pod) < _PATIENCE:
            # A claim that is made with its pod is bound in a moment: no warning on a normal start.
            return _PATIENCE
        else:
            await self._refuse(pod, why.message)
        return None

    def _age(self, pod: Object) -> float:
        created = datetime.fromisoformat(pod["metadata"]["creationTimestamp"])
        return (self.clock() - created).total_seconds()

    async def _bind(self, pod: Object) -> None:
        namespace, name = key_of(pod)
        binding = {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": name, "namespace": namespace, "uid": uid_of(pod)},
            "target": {"apiVersion": "v1", "kind": "Node", "name": self.node_name},
        }
        path = f"/api/v1/namespaces/{namespace}/pods/{name}/binding"
        try:
            await self.client.create(path, binding)
        except ApiError as error:
            if error.reason == "NotFound":
                return
            raise
        # The next pod must see this one's share, before the watch brings it.
        self.pods.assume({**pod, "spec": {**pod["spec"], "nodeName": self.node_name}})
        words = f"Successfully assigned {namespace}/{name} to {self.node_name}"
        await self.recorder.normal(pod, "Scheduled", words)

    async def _refuse(self, pod: Object, message: str) -> None:
        old = condition(pod, "PodScheduled")
        if old is not None and old.get("message") == message:
            return
        others = [
            entry
            for entry in pod.get("status", {}).get("conditions") or []
            if entry["type"] != "PodScheduled"
        ]
        entry = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": message,
            "lastProbeTime": None,
            "lastTransitionTime": timestamp(self.clock()),
        }
        namespace, name = key_of(pod)
        path = f"/api/v1/namespaces/{namespace}/pods/{name}/status"
        await self.client.patch(
            path, {"status": {"phase": "Pending", "conditions": [*others, entry]}}
        )
        await self.recorder.warning(pod, "FailedScheduling", message)
