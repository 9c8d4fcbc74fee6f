"""The node without the rest of the sandbox: for an API server that has all other controllers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp

from sandbox.assembly import agent_of, clock, folder_of, make_cluster_objects, mirror_of
from sandbox.client import Client
from sandbox.controllers.events import Recorder
from sandbox.controllers.provisioner import Provisioner
from sandbox.node import heartbeat
from sandbox.node.config import NodeConfig
from sandbox.node.recovery import mark_unready


async def run_node(client: Client, node: NodeConfig) -> None:
    """Run what the cluster's scheduler binds here, until cancelled; then all processes are ended.

    The task must be awaited after its cancellation: ending takes up to 4 seconds.
    """
    await mark_unready(client, node.name, clock())
    await make_cluster_objects(client, node)
    pods = mirror_of(client, "", "pods", "Pod")
    claims = mirror_of(client, "", "persistentvolumeclaims", "PersistentVolumeClaim")
    volumes = mirror_of(client, "", "persistentvolumes", "PersistentVolume")
    classes = mirror_of(client, "storage.k8s.io", "storageclasses", "StorageClass")
    provisioner = Provisioner(
        client=client,
        claims=claims,
        volumes=volumes,
        classes=classes,
        recorder=Recorder(client, "persistentvolume-controller", clock),
        root=node.volumes_root,
        node_name=node.name,
    )

    def claim_folder(namespace: str, name: str) -> Path | None:
        # Another provisioner's volume may have a name like ours; its folder is not here.
        folder = folder_of(claims.get(namespace, name), node.volumes_root)
        return folder if folder and folder.is_dir() else None

    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True), cookie_jar=aiohttp.DummyCookieJar()
    ) as http:
        agent = agent_of(client, node, pods, claim_folder, http)
        async with asyncio.TaskGroup() as group:
            for mirror in (pods, claims, volumes, classes):
                group.create_task(mirror.run())
            group.create_task(provisioner.run())
            group.create_task(heartbeat.run(client, node, clock))
            group.create_task(agent.run())
