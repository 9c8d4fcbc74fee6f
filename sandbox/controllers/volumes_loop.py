"""PersistentVolumeClaims: makes a directory for each claim, and removes it with the claim."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

from sandbox.client import ApiError, Client, Object
from sandbox.controllers import volumes
from sandbox.controllers.events import Recorder
from sandbox.controllers.loop import WorkQueue, work
from sandbox.controllers.mirror import Mirror
from sandbox.controllers.objects import Key, claim_names, key_of
from sandbox.controllers.volumes import Plan, Step

_VOLUMES = "/api/v1/persistentvolumes"


@dataclass(frozen=True, slots=True)
class VolumeController:
    """Keeps claims bound to directories below ``root``."""

    client: Client
    claims: Mirror
    volumes: Mirror
    classes: Mirror
    pods: Mirror
    recorder: Recorder
    root: Path
    node_name: str

    async def run(self) -> None:
        """Reconcile until cancelled."""
        queue = WorkQueue()
        self.claims.subscribe(lambda claim: queue.add(key_of(claim)))
        self.classes.subscribe(lambda _: self._add_all(queue))
        self.pods.subscribe(lambda pod: _add_claims(queue, pod))
        self.volumes.subscribe(lambda volume: queue.add(key_of(volume)))
        for mirror in (self.claims, self.volumes, self.classes, self.pods):
            await mirror.synced.wait()
        self._add_all(queue)
        await work("volumes", queue, self.reconcile)

    def _add_all(self, queue: WorkQueue) -> None:
        for obj in (*self.claims.items(), *self.volumes.items()):
            queue.add(key_of(obj))

    async def reconcile(self, key: Key) -> None:
        """Bring one claim, or one volume (no namespace), a step further."""
        if not key.namespace:
            await self._reclaim(key.name)
            return
        claim = self.claims.get(key.namespace, key.name)
        if claim is None:
            await self._reclaim_of(key)
            return
        classes = {found["metadata"]["name"]: found for found in self.classes.items()}
        steps = volumes.plan(claim, classes, self.pods.items(key.namespace))
        await self._apply(claim, steps)

    async def _apply(self, claim: Object, plan: Plan) -> None:
        match plan.step:
            case Step.NOTHING:
                pass
            case Step.BIND:
                await self._bind(claim)
            case Step.RELEASE:
                kept = [f for f in claim["metadata"]["finalizers"] if f != volumes.PROTECTION]
                await self._patch(claim, {"metadata": {"finalizers": kept}})
            case Step.SET_CLASS:
                await self._patch(claim, {"spec": {"storageClassName": plan.class_name}})
            case Step.NO_CLASS:
                words = "no persistent volumes available for this claim and no storage class is set"
                await self._wait(claim, "FailedBinding", words)
            case Step.UNKNOWN_CLASS:
                words = f'storageclass.storage.k8s.io "{plan.class_name}" not found'
                await self._wait(claim, "ProvisioningFailed", words)

    async def _bind(self, claim: Object) -> None:
        directory = self.root / volumes.volume_name(claim)
        is_new = not volumes.is_bound(claim)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self.classes.get("", claim["spec"]["storageClassName"]) or {}
        policy = found.get("reclaimPolicy", "Delete")
        await self._make_volume(volumes.volume_of(claim, str(directory), self.node_name, policy))
        kept = claim["metadata"].get("finalizers") or []
        await self._patch(
            claim,
            {
                "metadata": {"finalizers": sorted({*kept, volumes.PROTECTION})},
                "spec": {"volumeName": directory.name},
            },
        )
        await self._patch(claim, {"status": volumes.bound_status(claim)}, "/status")
        if is_new:
            words = f"Successfully provisioned volume {directory.name}"
            await self.recorder.normal(claim, "ProvisioningSucceeded", words)

    async def _make_volume(self, volume: Object) -> None:
        path = f"{_VOLUMES}/{volume['metadata']['name']}"
        try:
            await self.client.create(_VOLUMES, volume)
        except ApiError as error:
            if error.reason != "AlreadyExists":
                raise
            await self.client.patch(path, {"spec": {"capacity": volume["spec"]["capacity"]}})
        await self.client.patch(f"{path}/status", {"status": {"phase": "Bound"}})

    async def _wait(self, claim: Object, reason: str, message: str) -> None:
        """Leave a claim Pending and say why, once."""
        if claim.get("status", {}).get("phase") != "Pending":
            await self._patch(claim, {"status": {"phase": "Pending"}}, "/status")
        if reason == "FailedBinding":
            await self.recorder.normal(claim, reason, message)
        else:
            await self.recorder.warning(claim, reason, message)

    async def _patch(self, claim: Object, patch: Object, subresource: str = "") -> None:
        namespace, name = key_of(claim)
        path = f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{name}{subresource}"
        try:
            await self.client.patch(path, patch)
        except ApiError as error:
            if error.reason != "NotFound":
                raise

    async def _reclaim_of(self, claim: Key) -> None:
        for volume in self.volumes.items():
            reference = volume["spec"].get("claimRef") or {}
            if (reference.get("namespace"), reference.get("name")) == claim:
                await self._reclaim(volume["metadata"]["name"])

    async def _reclaim(self, name: str) -> None:
        """Remove the directory and the object of a volume whose claim is gone."""
        volume = self.volumes.get("", name)
        claims: dict[tuple[str, str], Object] = {
            key_of(claim): claim for claim in self.claims.items()
        }
        if volume is not None and volumes.is_abandoned(volume, claims):
            await remove_volume(self.client, self.root, name)


async def remove_volume(client: Client, root: Path, name: str) -> None:
    """Remove a volume of ours: its folder, then its object."""
    if volumes.is_volume_name(name):
        await asyncio.to_thread(shutil.rmtree, root / name, ignore_errors=True)
    await client.delete(f"{_VOLUMES}/{name}")


def _add_claims(queue: WorkQueue, pod: Object) -> None:
    for name in claim_names(pod):
        queue.add(Key(key_of(pod).namespace, name))
