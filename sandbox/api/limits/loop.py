"""Keeps status.used of every ResourceQuota current.

It stands here and not among the controllers because a quota may count every kind there is, and
only the store knows them all.
"""

from __future__ import annotations

import asyncio

from sandbox.api.context import World
from sandbox.api.limits import quotas
from sandbox.api.store import Change
from sandbox.client import ApiError, Client, Object

_QUOTAS = "resourcequotas"


class QuotaController:
    """Counts again in a namespace where something changed."""

    def __init__(self, world: World, client: Client) -> None:
        self._world = world
        self._client = client
        self._todo: asyncio.Queue[str] = asyncio.Queue()
        self._queued: set[str] = set()
        self._unsubscribe = world.store.subscribe(self._on_change)
        for quota in world.objects(_QUOTAS):
            self._add(quota["metadata"]["namespace"])

    def _on_change(self, change: Change) -> None:
        if self._world.store.items(_QUOTAS, change.new.key[0]) and change.resource != "events":
            self._add(change.new.key[0])

    def _add(self, namespace: str) -> None:
        if namespace not in self._queued:
            self._queued.add(namespace)
            self._todo.put_nowait(namespace)

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                namespace = await self._todo.get()
                self._queued.discard(namespace)
                for quota in list(self._world.objects(_QUOTAS, namespace)):
                    await self._write_status(quota)
        finally:
            self._unsubscribe()

    async def _write_status(self, quota: Object) -> None:
        namespace, name = quota["metadata"]["namespace"], quota["metadata"]["name"]
        status = quotas.status(quota, lambda resource: self._world.objects(resource, namespace))
        if quota.get("status") == status:
            return
        path = f"/api/v1/namespaces/{namespace}/resourcequotas/{name}/status"
        try:
            await self._client.update(path, quota | {"status": status})
        except ApiError as problem:
            # It changed meanwhile: that change is in the queue.
            if problem.reason not in {"NotFound", "Conflict"}:
                raise
