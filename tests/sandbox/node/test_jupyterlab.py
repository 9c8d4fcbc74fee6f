"""A real JupyterLab as a pod. Its runtime is kept between test runs in the user's cache folder."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from sandbox.assembly import run_controllers
from sandbox.client import Object
from sandbox.node.census import marked
from sandbox.node.config import NodeConfig
from tests.sandbox.memory_api import MemoryApi
from tests.sandbox.node.conftest import PODS, World
from tests.sandbox.objects import claim, claim_volume, container, pod

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
RUNTIMES = CACHE / "oneblock-notebooks" / "runtimes"
PREFIX = "/notebook/demo/lab"
# The first run on a machine downloads JupyterLab.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path, MemoryApi())
    config = replace(NodeConfig.of_machine(tmp_path), runtimes=RUNTIMES)
    task = asyncio.create_task(run_controllers(made.api, config))
    yield made
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def lab() -> Object:
    probe = {"httpGet": {"path": f"{PREFIX}/api", "port": 8888}, "periodSeconds": 1}
    return pod(
        containers=[
            container(
                env=[
                    {"name": "NB_PREFIX", "value": PREFIX},
                    {"name": "JUPYTER_RUNTIME_DIR", "value": "/tmp/jupyter_runtime"},  # noqa: S108 in the pod
                ],
                readinessProbe=probe,
                volumeMounts=[{"name": "home", "mountPath": "/home/jovyan"}],
            )
        ],
        volumes=[claim_volume("lab")],
    )


def is_ready(obj: Object) -> bool:
    conditions = obj["status"].get("conditions") or []
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


async def run_cell(http: aiohttp.ClientSession, root: str, code: str) -> str:
    """What a cell prints, over the kernel's WebSocket."""
    async with http.post(f"{root}/api/kernels", json={}) as answer:
        kernel = (await answer.json())["id"]
    async with http.ws_connect(f"{root}/api/kernels/{kernel}/channels") as socket:
        content = {"code": code, "silent": False}
        header = {"msg_id": "1", "msg_type": "execute_request", "session": "s", "version": "5.3"}
        await socket.send_json(
            {"header": header, "parent_header": {}, "metadata": {}, "content": content}
            | {"channel": "shell"}
        )
        async for message in socket:
            body = message.json()
            if body["msg_type"] == "stream":
                return str(body["content"]["text"])
    raise AssertionError("the kernel said nothing")


async def test_given_a_jupyter_image_when_its_pod_runs_then_it_is_a_jupyterlab(
    world: World,
) -> None:
    await world.api.create("/api/v1/namespaces/demo/persistentvolumeclaims", claim())
    await world.api.create(PODS, lab())
    found = await world.until("lab-0", is_ready, seconds=250)
    root = f"http://{found['status']['podIP']}:8888{PREFIX}"
    volume = world.api.all("persistentvolumes")[0]["metadata"]["name"]

    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.get(f"{root}/lab") as page:
            assert page.status == 200
            assert '"news": {"disabled": true}' in await page.text()
            token = page.cookies["_xsrf"].value
        async with http.get(f"{root}/api", headers={"Host": "evil.example"}) as stranger:
            assert stranger.status == 403
        http.headers["X-XSRFToken"] = token
        async with asyncio.timeout(60):
            said = await run_cell(
                http, root, "import os; open('made', 'w').close(); print(sorted(os.environ))"
            )

    # Nothing of our own environment is in a notebook's.
    assert "NB_PREFIX" in said
    assert "PYTEST_CURRENT_TEST" not in said
    assert (world.data / "volumes" / volume / "made").exists()
    assert len(marked(f"{found['metadata']['uid']}/lab")) > 1

    await world.api.delete(f"{PODS}/lab-0")
    await world.until_gone("lab-0")

    assert marked(f"{found['metadata']['uid']}/lab") == set()
