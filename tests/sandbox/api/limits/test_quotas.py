"""What the contract tests leave out: growth, several quotas, scopes that are not offered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.api.context import World
from sandbox.api.limits.loop import QuotaController
from sandbox.api.limits.quotas import refusal
from sandbox.api.local import LocalClient
from sandbox.client import ApiError, Object
from tests.sandbox.api.objects import CLAIMS, PODS, WIDGETS, pod, widget

QUOTAS = "/api/v1/namespaces/demo/resourcequotas"


def _quota(name: str = "team", **spec: object) -> Object:
    return {"kind": "ResourceQuota", "metadata": {"name": name}, "spec": spec}


def _claim(size: str) -> Object:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    return {"kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": spec}


@pytest_asyncio.fixture
async def counting(world: World, client: LocalClient) -> AsyncIterator[None]:
    task = asyncio.create_task(QuotaController(world, client).run())
    yield
    task.cancel()
    await asyncio.wait([task])


async def _used(client: LocalClient) -> object:
    await asyncio.sleep(0)  # The controller takes its turn after every change.
    await asyncio.sleep(0)
    return (await client.get(f"{QUOTAS}/team")).get("status", {}).get("used")


async def test_given_a_claim_when_it_grows_then_what_it_adds_is_measured(
    client: LocalClient,
) -> None:
    await client.create(QUOTAS, _quota(hard={"requests.storage": "3Gi"}))
    await client.create(CLAIMS, _claim("1Gi"))
    # Only a bound claim may grow.
    await client.patch(f"{CLAIMS}/data/status", {"status": {"phase": "Bound"}})

    def to(size: str) -> Object:
        return {"spec": {"resources": {"requests": {"storage": size}}}}

    await client.patch(f"{CLAIMS}/data", to("3Gi"))
    with pytest.raises(ApiError) as caught:
        await client.patch(f"{CLAIMS}/data", to("4Gi"))

    assert caught.value.message == (
        'persistentvolumeclaims "data" is forbidden: exceeded quota: team, '
        "requested: requests.storage=1Gi, used: requests.storage=3Gi, limited: requests.storage=3Gi"
    )


async def test_given_two_quotas_when_one_is_full_then_it_is_named(client: LocalClient) -> None:
    await client.create(QUOTAS, _quota("wide", hard={"pods": "9"}))
    await client.create(QUOTAS, _quota("narrow", hard={"pods": "0"}))

    with pytest.raises(ApiError) as caught:
        await client.create(PODS, pod("p"))

    assert "exceeded quota: narrow, requested: pods=1, used: pods=0" in caught.value.message


@pytest.mark.parametrize(
    "spec",
    [
        {"scopes": ["PriorityClass"]},
        {"scopeSelector": {"matchExpressions": [{"scopeName": "Terminating"}]}},
    ],
)
async def test_given_scopes_that_are_not_offered_when_stored_then_refused(
    client: LocalClient, spec: Object
) -> None:
    with pytest.raises(ApiError) as caught:
        await client.create(QUOTAS, _quota(hard={"pods": "1"}, **spec))

    assert caught.value.code == 422


async def test_given_a_scope_when_it_is_changed_then_invalid(client: LocalClient) -> None:
    await client.create(QUOTAS, _quota(hard={"pods": "1"}, scopes=["BestEffort"]))

    with pytest.raises(ApiError, match="field is immutable"):
        await client.patch(f"{QUOTAS}/team", {"spec": {"scopes": []}})


@pytest.mark.usefixtures("counting")
async def test_given_a_kind_of_ones_own_when_it_comes_and_goes_then_used_follows(
    client: LocalClient,
) -> None:
    await client.create(QUOTAS, _quota(hard={"count/widgets.example.com": "2"}))
    first = await _used(client)
    await client.create(WIDGETS, widget("a"))
    then = await _used(client)
    await client.delete(f"{WIDGETS}/a")

    assert first == {"count/widgets.example.com": "0"}
    assert then == {"count/widgets.example.com": "1"}
    assert await _used(client) == first


@pytest.mark.usefixtures("counting")
async def test_given_nothing_new_when_something_else_changes_then_the_status_is_not_written(
    client: LocalClient,
) -> None:
    await client.create(QUOTAS, _quota(hard={"pods": "2"}))
    await _used(client)
    before = await client.get(f"{QUOTAS}/team")

    await client.create(WIDGETS, widget("a"))
    await _used(client)

    assert await client.get(f"{QUOTAS}/team") == before


def test_given_an_unknown_kind_when_asked_then_no_quota_speaks_of_it() -> None:
    quota = _quota(hard={"pods": "0"})

    assert refusal([quota], "widgets.example.com", widget("a"), None, lambda _: []) == ""
