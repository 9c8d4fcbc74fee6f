"""The client over HTTPS, against a sandbox and a real API server."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest
import yaml

from sandbox.client import JSON_PATCH, ApiError, Client, WatchEvent, ensure
from sandbox.credentials import Credentials, read_kubeconfig
from sandbox.remote import connected
from tests.cluster.servers import ApiServer


@pytest.fixture
async def client(api_server: ApiServer) -> AsyncIterator[Client]:
    async with connected(read_kubeconfig(api_server.kubeconfig)) as client:
        yield client


@pytest.fixture
def path(api_server: ApiServer) -> str:
    return f"/api/v1/namespaces/{api_server.namespace}/configmaps"


def config_map(name: str, value: str = "1") -> dict[str, Any]:
    return {"metadata": {"name": name}, "data": {"key": value}}


async def test_given_an_object_when_made_changed_and_deleted_then_each_answer_is_it(
    client: Client, path: str
) -> None:
    made = await client.create(path, config_map("lab"))
    patched = await client.patch(f"{path}/lab", {"data": {"key": "2"}})
    change = [{"op": "replace", "path": "/data/key", "value": "3"}]
    changed = await client.patch(f"{path}/lab", change, content_type=JSON_PATCH)
    replaced = await client.update(f"{path}/lab", {**changed, "data": {"key": "4"}})
    found = await client.get(f"{path}/lab")
    await client.delete(f"{path}/lab", uid=made["metadata"]["uid"], grace_period_seconds=0)

    answers = [made, patched, changed, replaced, found]
    assert [answer["data"]["key"] for answer in answers] == ["1", "2", "3", "4", "4"]
    with pytest.raises(ApiError) as gone:
        await client.get(f"{path}/lab")
    assert (gone.value.code, gone.value.reason) == (404, "NotFound")


async def test_given_an_object_that_exists_when_ensured_then_it_stays_as_it_is(
    client: Client, path: str
) -> None:
    await ensure(client, path, config_map("lab"))
    await ensure(client, path, config_map("lab", "2"))

    assert (await client.get(f"{path}/lab"))["data"] == {"key": "1"}


async def test_given_another_uid_when_deleted_then_it_is_refused(client: Client, path: str) -> None:
    await client.create(path, config_map("lab"))

    with pytest.raises(ApiError) as refused:
        await client.delete(f"{path}/lab", uid="00000000-0000-0000-0000-000000000000")

    assert refused.value.reason == "Conflict"


async def test_given_a_watch_when_objects_change_then_every_change_comes_whole(
    client: Client, path: str
) -> None:
    items, version = await client.list(path, field_selector="metadata.name=lab")
    long = "x" * 300_000
    events: asyncio.Queue[WatchEvent] = asyncio.Queue()

    async def follow() -> None:
        async for event in client.watch(path, resource_version=version):
            if event.object["metadata"].get("name") == "lab":
                events.put_nowait(event)

    following = asyncio.create_task(follow())
    await client.create(path, config_map("lab", long))
    await client.patch(f"{path}/lab", {"data": {"key": "short"}})
    await client.delete(f"{path}/lab")
    async with asyncio.timeout(20):
        seen = [await events.get() for _ in range(3)]
    following.cancel()
    await asyncio.wait({following})

    assert items == []
    assert [event.type for event in seen] == ["ADDED", "MODIFIED", "DELETED"]
    assert seen[0].object["data"]["key"] == long


async def test_given_nobody_who_listens_when_asked_then_it_is_an_error_of_the_connection(
    api_server: ApiServer, unused_tcp_port: int
) -> None:
    known = read_kubeconfig(api_server.kubeconfig)

    async with connected(Credentials(f"https://127.0.0.1:{unused_tcp_port}", known.tls)) as client:
        with pytest.raises(ConnectionError, match="/api/v1/pods"):
            await client.get("/api/v1/pods")


async def test_given_no_credentials_when_asked_then_the_servers_refusal_is_told(
    api_server: ApiServer,
) -> None:
    known = read_kubeconfig(api_server.kubeconfig)
    config = yaml.safe_load(api_server.kubeconfig.read_text())["clusters"][0]["cluster"]
    authority = config.get("certificate-authority-data")
    tls = ssl.create_default_context(
        cafile=config.get("certificate-authority"),
        cadata=base64.b64decode(authority).decode() if authority else None,
    )

    async with connected(Credentials(known.server, tls, "wrong")) as client:
        with pytest.raises(ApiError) as refused:
            await client.get("/api/v1/pods")

    assert (refused.value.code, refused.value.reason) == (401, "Unauthorized")
