"""How a node makes itself known, and stays known where somebody watches over nodes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from sandbox.client import ApiError, Client, Object, ensure
from sandbox.node import registration
from sandbox.node.config import NodeConfig

_LOG = logging.getLogger(__name__)
_NODES = "/api/v1/nodes"
_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
_PERIOD = registration.LEASE_SECONDS / 4


async def register(client: Client, node: NodeConfig, now: datetime) -> Object:
    """Make the node, or say of the one that exists that it is ready and what it offers."""
    wanted = registration.node_object(node, now)
    await ensure(client, _NODES, wanted)
    found = await client.get(f"{_NODES}/{node.name}")
    if registration.is_current(found, wanted):
        return found
    return await client.patch(f"{_NODES}/{node.name}/status", {"status": wanted["status"]})


async def run(client: Client, node: NodeConfig, clock: Callable[[], datetime]) -> None:
    """Give signs of life until cancelled.

    After a silence a cluster says of the node that it is not ready; the next beat mends that.
    """
    while True:
        try:
            await _beat(client, node, clock())
        except (ApiError, OSError, TimeoutError) as error:
            _LOG.warning("heartbeat: %s", error)
        await asyncio.sleep(_PERIOD)


async def _beat(client: Client, node: NodeConfig, now: datetime) -> None:
    lease = registration.lease(await register(client, node, now), now)
    try:
        await client.patch(f"{_LEASES}/{node.name}", lease)
    except ApiError as error:
        if error.reason != "NotFound":
            raise
        await client.create(_LEASES, lease)
