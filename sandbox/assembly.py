"""Everything that runs on the API server of a sandbox: its controllers and its node."""

from __future__ import annotations

import asyncio
import getpass
import os
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from sandbox.client import Client, Object, ensure
from sandbox.controllers import volumes
from sandbox.controllers.endpoints_loop import EndpointSliceController
from sandbox.controllers.events import Recorder
from sandbox.controllers.mirror import Mirror
from sandbox.controllers.scheduler_loop import Scheduler
from sandbox.controllers.statefulset_loop import StatefulSetController
from sandbox.controllers.volumes_loop import VolumeController
from sandbox.node import heartbeat, registration
from sandbox.node.agent import Agent
from sandbox.node.config import NodeConfig
from sandbox.node.runtimes import Runtimes
from sandbox.node.surroundings import Surroundings

_CLASSES = "/apis/storage.k8s.io/v1/storageclasses"


def clock() -> datetime:
    """The time, for everything below."""
    return datetime.now(UTC)  # noqa: TID251 the wiring of the process is where the clock is read


async def run_controllers(client: Client, node: NodeConfig) -> None:
    """Run controllers and node until cancelled; then every process of every pod is ended.

    The task must be awaited after its cancellation: ending takes up to 4 seconds.
    """
    await make_cluster_objects(client, node)
    mirrors = _Mirrors(client)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True), cookie_jar=aiohttp.DummyCookieJar()
    ) as http:
        agent = agent_of(
            client,
            node,
            mirrors.pods,
            lambda namespace, name: mirrors.claim_folder(node.volumes_root, namespace, name),
            http,
        )
        parts = [*_controllers(client, node, mirrors), agent.run()]
        async with asyncio.TaskGroup() as group:
            for part in (*mirrors.runs(), *parts):
                group.create_task(part)


class _Mirrors:
    """One copy of each collection, for all controllers together."""

    def __init__(self, client: Client) -> None:
        self.pods = mirror_of(client, "", "pods", "Pod")
        self.services = mirror_of(client, "", "services", "Service")
        self.claims = mirror_of(client, "", "persistentvolumeclaims", "PersistentVolumeClaim")
        self.volumes = mirror_of(client, "", "persistentvolumes", "PersistentVolume")
        self.nodes = mirror_of(client, "", "nodes", "Node")
        self.sets = mirror_of(client, "apps", "statefulsets", "StatefulSet")
        self.slices = mirror_of(client, "discovery.k8s.io", "endpointslices", "EndpointSlice")
        self.classes = mirror_of(client, "storage.k8s.io", "storageclasses", "StorageClass")

    def runs(self) -> list[Coroutine[None, None, None]]:
        """The loop of each."""
        return [mirror.run() for mirror in vars(self).values()]

    def claim_folder(self, root: Path, namespace: str, name: str) -> Path | None:
        """The folder of a claim of ours, once it is bound."""
        return folder_of(self.claims.get(namespace, name), root)


def folder_of(claim: Object | None, root: Path) -> Path | None:
    """The folder of a claim of ours, once it is bound."""
    if claim is None or not volumes.is_bound(claim):
        return None
    volume = claim["spec"].get("volumeName", "")
    return root / volume if volumes.is_volume_name(volume) else None


def mirror_of(client: Client, group: str, plural: str, kind: str) -> Mirror:
    """A copy of a collection; every API that we use has version v1."""
    root, api_version = (f"/apis/{group}/v1", f"{group}/v1") if group else ("/api/v1", "v1")
    return Mirror(client, f"{root}/{plural}", api_version, kind)


def _controllers(
    client: Client, node: NodeConfig, mirrors: _Mirrors
) -> list[Coroutine[None, None, None]]:
    binder = VolumeController(
        client=client,
        claims=mirrors.claims,
        volumes=mirrors.volumes,
        classes=mirrors.classes,
        pods=mirrors.pods,
        recorder=Recorder(client, "persistentvolume-controller", clock),
        root=node.volumes_root,
        node_name=node.name,
    )
    scheduler = Scheduler(
        client=client,
        pods=mirrors.pods,
        nodes=mirrors.nodes,
        claims=mirrors.claims,
        recorder=Recorder(client, "default-scheduler", clock),
        node_name=node.name,
        clock=clock,
    )
    sets = StatefulSetController(
        client, mirrors.sets, mirrors.pods, Recorder(client, "statefulset-controller", clock)
    )
    slices = EndpointSliceController(client, mirrors.services, mirrors.pods, mirrors.slices)
    return [binder.run(), scheduler.run(), sets.run(), slices.run()]


def agent_of(
    client: Client,
    node: NodeConfig,
    pods: Mirror,
    claim_folder: Callable[[str, str], Path | None],
    http: aiohttp.ClientSession,
) -> Agent:
    """The node itself, for the pods of a mirror."""
    surroundings = Surroundings(
        config=node,
        client=client,
        recorder=Recorder(client, "kubelet", clock),
        runtimes=Runtimes(node.runtimes, path=os.environ.get("PATH", os.defpath)),
        http=http,
        clock=clock,
        claim_folder=claim_folder,
        log_name=getpass.getuser(),
        is_root=os.geteuid() == 0,
    )
    return Agent(surroundings, pods)


async def make_cluster_objects(client: Client, node: NodeConfig) -> None:
    """The node, the default storage class and the runtime class that GPU pods name."""
    classes, _ = await client.list(_CLASSES)
    if not volumes.default_class({found["metadata"]["name"]: found for found in classes}):
        await ensure(client, _CLASSES, volumes.storage_class())
    await ensure(client, "/apis/node.k8s.io/v1/runtimeclasses", registration.runtime_class())
    await heartbeat.register(client, node, clock())
