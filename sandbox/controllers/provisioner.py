"""PersistentVolumeClaims where somebody else binds them: we make the volumes and remove them.

A control plane binds a claim to the PersistentVolume that names it, protects both while they are
used, and says that a volume is released. What it has not is the storage.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.client import Client, Object, ensure
from sandbox.controllers import volumes
from sandbox.controllers.events import Recorder
from sandbox.controllers.loop import WorkQueue, work
from sandbox.controllers.mirror import Mirror
from sandbox.controllers.objects import Key, key_of
from sandbox.controllers.volumes import Step
from sandbox.controllers.volumes_loop import remove_volume

_VOLUMES = "/api/v1/persistentvolumes"


@dataclass(frozen=True, slots=True)
class Provisioner:
    """Makes a folder below ``root``, and its PersistentVolume, for each claim of our class."""

    client: Client
    claims: Mirror
    volumes: Mirror
    classes: Mirror
    recorder: Recorder
    root: Path
    node_name: str

    async def run(self) -> None:
        """Reconcile until cancelled."""
        queue = WorkQueue()
        for mirror in (self.claims, self.volumes, self.classes):
            await mirror.synced.wait()
            mirror.subscribe(lambda _: self._add_all(queue))
        self._add_all(queue)
        await work("provisioner", queue, self.reconcile)

    def _add_all(self, queue: WorkQueue) -> None:
        for obj in (*self.claims.items(), *self.volumes.items()):
            queue.add(key_of(obj))

    async def reconcile(self, key: Key) -> None:
        """Bring one claim, or one volume (no namespace), a step further."""
        if not key.namespace:
            await self._reclaim(key.name)
        elif claim := self.claims.get(*key):
            await self._provide(claim)

    async def _provide(self, claim: Object) -> None:
        classes = {found["metadata"]["name"]: found for found in self.classes.items()}
        if volumes.plan(claim, classes, ()).step is not Step.BIND:
            return
        if volumes.is_bound(claim):
            await self._expand(claim)
        elif not claim["spec"].get("volumeName"):
            await self._make_volume(claim, classes[claim["spec"]["storageClassName"]])

    async def _make_volume(self, claim: Object, storage_class: Object) -> None:
        directory = self.root / volumes.volume_name(claim)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        policy = storage_class.get("reclaimPolicy", "Delete")
        made = volumes.volume_of(claim, str(directory), self.node_name, policy)
        await ensure(self.client, _VOLUMES, made)
        words = f"Successfully provisioned volume {directory.name}"
        await self.recorder.normal(claim, "ProvisioningSucceeded", words)

    async def _expand(self, claim: Object) -> None:
        """A folder has no size: what is asked for is there as soon as somebody says so."""
        if volumes.has_capacity(claim):
            return
        namespace, name = key_of(claim)
        size = {"capacity": {"storage": claim["spec"]["resources"]["requests"]["storage"]}}
        await self.client.patch(f"{_VOLUMES}/{claim['spec']['volumeName']}", {"spec": size})
        path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{name}/status"
        await self.client.patch(path, {"status": size})

    async def _reclaim(self, name: str) -> None:
        volume = self.volumes.get("", name)
        is_released = volume is not None and volume.get("status", {}).get("phase") == "Released"
        claims: dict[tuple[str, str], Object] = {
            key_of(claim): claim for claim in self.claims.items()
        }
        if volume is not None and is_released and volumes.is_abandoned(volume, claims):
            await remove_volume(self.client, self.root, name)
