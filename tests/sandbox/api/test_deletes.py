from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from sandbox.api.context import World
from sandbox.api.garbage import GarbageCollector
from sandbox.api.local import LocalClient
from sandbox.api.namespaces import NamespaceController
from sandbox.client import ApiError
from tests.sandbox.api.objects import CONFIG_MAPS, PODS, WIDGETS, Object, config_map, pod, widget


@pytest_asyncio.fixture
async def housekeeping(world: World, client: LocalClient) -> AsyncIterator[None]:
    """Garbage collector and namespace controller at work."""
    parts = (GarbageCollector(world, client), NamespaceController(world, client))
    tasks = [asyncio.create_task(part.run()) for part in parts]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; fails after 5 s."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 a test polls with a deadline
            await asyncio.sleep(0.005)


def owned_by(owner: Object, name: str) -> Object:
    """A ConfigMap that belongs to an object."""
    reference = {key: owner[key] for key in ("apiVersion", "kind")}
    reference |= {key: owner["metadata"][key] for key in ("name", "uid")}
    return config_map(name, ownerReferences=[reference | {"blockOwnerDeletion": True}])


async def test_given_a_finalizer_when_deleted_then_it_waits_for_it(
    client: LocalClient, world: World
) -> None:
    await client.create(CONFIG_MAPS, config_map("x", finalizers=["example.com/a"]))

    marked = await client.delete(f"{CONFIG_MAPS}/x")
    found = await client.get(f"{CONFIG_MAPS}/x")
    await client.patch(f"{CONFIG_MAPS}/x", {"metadata": {"finalizers": None}})

    assert marked["metadata"]["deletionTimestamp"]
    assert found["metadata"]["deletionTimestamp"]
    assert world.find("configmaps", "demo", "x") is None


async def test_given_an_object_being_deleted_when_given_a_finalizer_then_refused(
    client: LocalClient,
) -> None:
    await client.create(CONFIG_MAPS, config_map("x", finalizers=["example.com/a"]))
    await client.delete(f"{CONFIG_MAPS}/x")

    more = {"metadata": {"finalizers": ["example.com/a", "example.com/b"]}}

    with pytest.raises(ApiError) as caught:
        await client.patch(f"{CONFIG_MAPS}/x", more)

    assert "no new finalizers can be added" in caught.value.message


async def test_given_another_uid_when_deleted_then_conflict(client: LocalClient) -> None:
    await client.create(CONFIG_MAPS, config_map("x"))

    with pytest.raises(ApiError) as caught:
        await client.delete(f"{CONFIG_MAPS}/x", uid="other")

    assert caught.value.code == 409
    assert "the UID in the precondition (other) does not match" in caught.value.message


async def test_given_a_pod_on_a_node_when_deleted_then_it_has_its_time(
    client: LocalClient, world: World
) -> None:
    await client.create(PODS, pod("x"))
    await client.create(f"{PODS}/x/binding", {"target": {"name": "n1"}})

    marked = await client.delete(f"{PODS}/x")
    sooner = await client.delete(f"{PODS}/x", grace_period_seconds=5)
    later = await client.delete(f"{PODS}/x", grace_period_seconds=60)
    await client.delete(f"{PODS}/x", grace_period_seconds=0)

    assert marked["metadata"]["deletionGracePeriodSeconds"] == 30
    assert marked["metadata"]["deletionTimestamp"] == "2026-11-23T12:00:30Z"
    assert sooner["metadata"]["deletionGracePeriodSeconds"] == 5
    assert later["metadata"]["deletionGracePeriodSeconds"] == 5
    assert world.find("pods", "demo", "x") is None


async def test_given_a_pod_without_node_when_deleted_then_at_once(
    client: LocalClient, world: World
) -> None:
    await client.create(PODS, pod("x"))

    await client.delete(f"{PODS}/x")

    assert world.find("pods", "demo", "x") is None


@pytest.mark.usefixtures("housekeeping")
async def test_given_an_owner_when_deleted_then_what_it_owns_goes(
    client: LocalClient, world: World
) -> None:
    owner = await client.create(WIDGETS, widget("x"))
    child = await client.create(CONFIG_MAPS, owned_by(owner, "child"))
    await client.create(CONFIG_MAPS, owned_by(child, "grandchild"))
    await client.create(CONFIG_MAPS, config_map("other"))

    await client.delete(f"{WIDGETS}/x")

    await until(lambda: len(world.store.items("configmaps", "demo")) == 1)
    assert world.find("configmaps", "demo", "other")


@pytest.mark.usefixtures("housekeeping")
async def test_given_a_dead_owner_when_something_is_made_for_it_then_it_goes(
    client: LocalClient, world: World
) -> None:
    owner = await client.create(WIDGETS, widget("x"))
    await client.delete(f"{WIDGETS}/x")

    await client.create(CONFIG_MAPS, owned_by(owner, "late"))

    await until(lambda: world.find("configmaps", "demo", "late") is None)


@pytest.mark.usefixtures("housekeeping")
@pytest.mark.parametrize(("policy", "is_kept"), [("Foreground", False), ("Orphan", True)])
async def test_given_a_policy_when_an_owner_is_deleted_then_it_is_followed(
    client: LocalClient,
    world: World,
    policy: str,
    is_kept: bool,  # noqa: FBT001 a column of the table
) -> None:
    owner = await client.create(WIDGETS, widget("x"))
    await client.create(CONFIG_MAPS, owned_by(owner, "child"))

    request = client.request("DELETE", f"{WIDGETS}/x", {}, {"propagationPolicy": policy})
    client.ask(request)

    await until(lambda: world.find("widgets.example.com", "demo", "x") is None)
    child = world.find("configmaps", "demo", "child")
    assert bool(child) is is_kept
    assert child is None or "ownerReferences" not in child["metadata"]


@pytest.mark.usefixtures("housekeeping")
async def test_given_a_full_namespace_when_deleted_then_all_goes(
    client: LocalClient, world: World
) -> None:
    await client.create(CONFIG_MAPS, config_map("x"))
    await client.create(WIDGETS, widget("x"))
    await client.create(PODS, pod("x"))

    marked = await client.delete("/api/v1/namespaces/demo")

    assert marked["status"]["phase"] == "Terminating"
    await until(lambda: world.find("namespaces", "", "demo") is None)
    assert not any(world.store.items(resource, "demo") for resource in world.store.resources())


async def test_given_a_namespace_that_ends_when_created_in_then_forbidden(
    client: LocalClient,
) -> None:
    await client.delete("/api/v1/namespaces/demo")

    with pytest.raises(ApiError) as caught:
        await client.create(CONFIG_MAPS, config_map("x"))

    assert "because it is being terminated" in caught.value.message
    assert caught.value.body["details"]["causes"][0]["reason"] == "NamespaceTerminating"


@pytest.mark.usefixtures("housekeeping")
async def test_given_a_namespace_when_made_then_it_gets_its_account(
    client: LocalClient, world: World
) -> None:
    await client.create("/api/v1/namespaces", {"kind": "Namespace", "metadata": {"name": "new"}})

    await until(lambda: world.find("serviceaccounts", "new", "default") is not None)


async def test_given_a_namespace_when_put_without_spec_then_it_keeps_its_finalizers(
    client: LocalClient,
) -> None:
    body: Object = {"kind": "Namespace", "metadata": {"name": "demo", "labels": {"a": "b"}}}

    updated = await client.update("/api/v1/namespaces/demo", body)

    assert updated["spec"] == {"finalizers": ["kubernetes"]}
    assert updated["metadata"]["labels"]["a"] == "b"
