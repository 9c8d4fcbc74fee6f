"""A server without HTTP: a data directory, a clock that stands still, and a client."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest_asyncio

from sandbox.api.context import World
from sandbox.api.local import LocalClient
from sandbox.api.rbac.roles import Roles
from sandbox.api.registry import Registry
from sandbox.api.store import Store
from tests.sandbox.api.objects import NOW, widget_definition


def world_at(path: Path) -> World:
    """A world whose ids are counted and whose clock stands still."""
    store = Store(path)
    numbers = itertools.count(1)
    return World(
        store=store,
        registry=Registry(store),
        roles=Roles(store),
        tokens={},
        clock=lambda: datetime(*NOW, tzinfo=UTC),
        new_uid=lambda: f"uid-{next(numbers)}",
        new_suffix=lambda: f"x{next(numbers):04}",
    )


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = world_at(tmp_path / "state.db")
    client = LocalClient(world, "test")
    namespace = {"kind": "Namespace", "metadata": {"name": "demo"}}
    await client.create("/api/v1/namespaces", namespace)
    await client.create(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", widget_definition()
    )
    yield world
    world.store.close()


@pytest_asyncio.fixture
async def client(world: World) -> LocalClient:
    return LocalClient(world, "test")
