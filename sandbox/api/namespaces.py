"""The life of a namespace: its default ServiceAccount, and its end with all that it holds."""

from __future__ import annotations

import asyncio

from sandbox.api.context import World
from sandbox.api.store import Change, Stored
from sandbox.client import ApiError, Client, EventType, Object

NAMESPACES = "namespaces"
INITIAL = ("default", "kube-node-lease", "kube-public", "kube-system")
_RETRY_SECONDS = 1.0


async def make_initial(client: Client) -> None:
    """The namespaces that every cluster has."""
    for name in INITIAL:
        await _ensure(client, "/api/v1/namespaces", "Namespace", name)


async def _ensure(client: Client, path: str, kind: str, name: str) -> None:
    try:
        await client.create(path, {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}})
    except ApiError as problem:
        if problem.reason not in {"AlreadyExists", "NotFound", "Forbidden"}:
            raise


class NamespaceController:
    """Looks after namespaces as they change, and at those that end until they are empty."""

    def __init__(self, world: World, client: Client) -> None:
        self._world = world
        self._client = client
        self._todo: asyncio.Queue[str] = asyncio.Queue()
        self._unsubscribe = world.store.subscribe(self._on_change)
        for stored in world.store.items(NAMESPACES):
            self._todo.put_nowait(stored.key[1])

    def _on_change(self, change: Change) -> None:
        if change.resource == NAMESPACES and change.type is not EventType.DELETED:
            self._todo.put_nowait(change.new.key[1])
        elif change.type is EventType.DELETED and self._is_ending(change.new.key[0]):
            self._todo.put_nowait(change.new.key[0])

    def _is_ending(self, namespace: str) -> bool:
        found = self._world.find(NAMESPACES, "", namespace) if namespace else None
        return bool(found and found["metadata"].get("deletionTimestamp"))

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                await self._look_after(await self._todo.get())
        finally:
            self._unsubscribe()

    async def _look_after(self, name: str) -> None:
        namespace = self._world.find(NAMESPACES, "", name)
        if namespace is None:
            return
        if not self._is_ending(name):
            path = f"/api/v1/namespaces/{name}/serviceaccounts"
            await _ensure(self._client, path, "ServiceAccount", "default")
            return
        held = self._held(name)
        for path, stored in held:
            await self._delete(path, stored)
        if not self._held(name):
            await self._finalize(namespace)

    def _held(self, namespace: str) -> list[tuple[str, Stored]]:
        found = []
        for resource in self._world.store.resources():
            kind = self._world.registry.by_resource(resource)
            if kind and kind.is_namespaced:
                items = self._world.store.items(resource, namespace)
                found += [(kind.path(namespace, item.key[1]), item) for item in items]
        return found

    async def _delete(self, path: str, stored: Stored) -> None:
        if stored.object["metadata"].get("deletionTimestamp"):
            return
        try:
            await self._client.delete(path)
        except ApiError as problem:
            if problem.reason != "NotFound":
                asyncio.get_running_loop().call_later(
                    _RETRY_SECONDS, self._todo.put_nowait, stored.key[0]
                )

    async def _finalize(self, namespace: Object) -> None:
        name = namespace["metadata"]["name"]
        current = self._world.find(NAMESPACES, "", name)
        if current and current["spec"].get("finalizers"):
            emptied = current | {"spec": current["spec"] | {"finalizers": []}}
            await self._client.update(f"/api/v1/namespaces/{name}/finalize", emptied)
