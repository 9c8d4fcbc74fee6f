"""Volumes where a control plane binds: the test plays the part of the control plane."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.assembly import mirror_of
from sandbox.client import Object
from sandbox.controllers import volumes
from sandbox.controllers.events import Recorder
from sandbox.controllers.provisioner import Provisioner
from tests.sandbox.memory_api import MemoryApi
from tests.sandbox.node.conftest import eventually
from tests.sandbox.objects import claim

CLAIMS = "/api/v1/namespaces/demo/persistentvolumeclaims"
VOLUMES = "/api/v1/persistentvolumes"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[MemoryApi]:
    made = MemoryApi()
    await made.create(CLASSES, volumes.storage_class())
    claims = mirror_of(made, "", "persistentvolumeclaims", "PersistentVolumeClaim")
    found = mirror_of(made, "", "persistentvolumes", "PersistentVolume")
    classes = mirror_of(made, "storage.k8s.io", "storageclasses", "StorageClass")
    provisioner = Provisioner(
        client=made,
        claims=claims,
        volumes=found,
        classes=classes,
        recorder=Recorder(made, "persistentvolume-controller", lambda: datetime.now(UTC)),
        root=tmp_path,
        node_name="here",
    )
    parts = (claims.run(), found.run(), classes.run(), provisioner.run())
    tasks = [asyncio.create_task(part) for part in parts]
    yield made
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def provided(api: MemoryApi) -> Object:
    """A claim of ours and its volume, bound as a control plane would."""
    await api.create(CLAIMS, claim(storageClassName="local"))
    await eventually(lambda: bool(api.all("persistentvolumes")))
    (volume,) = api.all("persistentvolumes")
    name = volume["metadata"]["name"]
    status = {"phase": "Bound", "capacity": {"storage": "1Gi"}}
    await api.patch(f"{CLAIMS}/lab", {"spec": {"volumeName": name}, "status": status})
    await api.patch(f"{VOLUMES}/{name}/status", {"status": {"phase": "Bound"}})
    return volume


async def test_given_a_claim_of_our_class_when_made_then_it_gets_a_folder_on_this_node(
    api: MemoryApi, tmp_path: Path
) -> None:
    volume = await provided(api)

    (claimed,) = api.all("persistentvolumeclaims")
    (terms,) = volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert volume["spec"]["claimRef"]["uid"] == claimed["metadata"]["uid"]
    assert terms["matchExpressions"][0]["values"] == ["here"]
    assert (tmp_path / volume["metadata"]["name"]).is_dir()


async def test_given_a_claim_of_another_class_when_made_then_it_is_left_alone(
    api: MemoryApi,
) -> None:
    await api.create(CLASSES, {"metadata": {"name": "cloud"}, "provisioner": "elsewhere"})
    await api.create(CLAIMS, claim("theirs", storageClassName="cloud"))

    # Claims are worked on in turn: when this one has its volume, the first was looked at.
    await provided(api)

    (volume,) = api.all("persistentvolumes")
    assert volume["spec"]["claimRef"]["name"] == "lab"


async def test_given_a_bound_claim_when_it_asks_for_more_then_both_say_the_new_size(
    api: MemoryApi,
) -> None:
    await provided(api)

    size = {"spec": {"resources": {"requests": {"storage": "3Gi"}}}}
    await api.patch(f"{CLAIMS}/lab", size)
    await eventually(
        lambda: api.all("persistentvolumeclaims")[0]["status"].get("capacity") == {"storage": "3Gi"}
    )

    (volume,) = api.all("persistentvolumes")
    assert volume["spec"]["capacity"] == {"storage": "3Gi"}


async def test_given_a_volume_whose_claim_is_gone_when_it_is_released_then_its_folder_goes(
    api: MemoryApi, tmp_path: Path
) -> None:
    volume = await provided(api)
    name = volume["metadata"]["name"]

    await api.delete(f"{CLAIMS}/lab")
    (still,) = api.all("persistentvolumes")
    await api.patch(f"{VOLUMES}/{name}/status", {"status": {"phase": "Released"}})
    await eventually(lambda: not api.all("persistentvolumes"))

    assert still["status"]["phase"] == "Bound"
    assert not (tmp_path / name).exists()
