"""Keeps the rules of ClusterRoles that are the sum of others."""

from __future__ import annotations

import asyncio

from sandbox.api.context import World
from sandbox.api.rbac.bootstrap import CLUSTER_ROLE_BINDINGS
from sandbox.api.rbac.bootstrap import CLUSTER_ROLES as INITIAL_ROLES
from sandbox.api.rbac.roles import CLUSTER_ROLES, GROUP
from sandbox.api.selectors import matches_selector
from sandbox.api.store import Change
from sandbox.client import ApiError, Client, Object

_ROOT = f"/apis/{GROUP}/v1"


async def make_initial(client: Client) -> None:
    """The roles that every cluster has; a version with other rules brings its own."""
    for role in INITIAL_ROLES:
        await _ensure(client, f"{_ROOT}/clusterroles", role)
    for binding in CLUSTER_ROLE_BINDINGS:
        await _ensure(client, f"{_ROOT}/clusterrolebindings", binding)


async def _ensure(client: Client, path: str, wanted: Object) -> None:
    try:
        await client.create(path, wanted)
    except ApiError as problem:
        if problem.reason != "AlreadyExists":
            raise
        if "aggregationRule" not in wanted:
            kept: Object = {key: wanted[key] for key in ("rules", "subjects") if key in wanted}
            await client.patch(f"{path}/{wanted['metadata']['name']}", kept)


class AggregationController:
    """Sums up, whenever a ClusterRole changes, until nothing changes any more."""

    def __init__(self, world: World, client: Client) -> None:
        self._world = world
        self._client = client
        self._changed = asyncio.Event()
        self._changed.set()
        self._unsubscribe = world.store.subscribe(self._on_change)

    def _on_change(self, change: Change) -> None:
        if change.resource == CLUSTER_ROLES:
            self._changed.set()

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                await self._sum_up()
        finally:
            self._unsubscribe()

    async def _sum_up(self) -> None:
        roles = list(self._world.objects(CLUSTER_ROLES))
        for role in roles:
            wanted = aggregated(role, roles)
            if wanted is not None and wanted != (role.get("rules") or []):
                path = f"{_ROOT}/clusterroles/{role['metadata']['name']}"
                await self._client.patch(path, {"rules": wanted})


def aggregated(role: Object, roles: list[Object]) -> list[Object] | None:
    """The rules that a role should have, each once; None for a role that is no sum. Pure.

    Args:
        role: the one in question.
        roles: all ClusterRoles, in the order of their names.
    """
    selectors = (role.get("aggregationRule") or {}).get("clusterRoleSelectors") or []
    if not selectors:
        return None
    own = role["metadata"]["name"]
    rules: list[Object] = []
    for selector in selectors:
        for other in roles:
            labels = other["metadata"].get("labels") or {}
            if other["metadata"]["name"] != own and matches_selector(selector, labels):
                rules += [rule for rule in other.get("rules") or [] if rule not in rules]
    return rules
