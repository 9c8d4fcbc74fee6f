"""What people do with notebooks in tests, and what is left of it afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

from nbcore import lifecycle
from nbcore.builder import Manifests, build
from nbcore.form import VolumeChoice
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS, Resource
from nbcore.names import JsonObject
from tests.cluster.api import eventually
from tests.cluster.servers import ApiServer
from tests.nbcore.builders import form

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def manifests_of(
    server: ApiServer, name: str = "nb", *, volume: VolumeChoice | None = None, by: str = "alice"
) -> Manifests:
    typed = form(name, namespace=server.namespace, volume=volume)
    return build(typed, owner=by, now=NOON)


def create(
    kube: Kube, server: ApiServer, name: str = "nb", *, volume: VolumeChoice | None = None
) -> JsonObject:
    return lifecycle.create_notebook(kube, manifests_of(server, name, volume=volume))


def uid_of(stored: JsonObject) -> str:
    return str(stored["metadata"]["uid"])


def names(kube: Kube, server: ApiServer, resource: Resource) -> list[str]:
    return sorted(found["metadata"]["name"] for found in kube.list(resource, server.namespace))


def assert_left(kube: Kube, server: ApiServer, *, notebooks: list[str], volumes: list[str]) -> None:
    """Waits: a deleted claim is gone once a controller has looked at it."""
    eventually(
        lambda: names(kube, server, PERSISTENT_VOLUME_CLAIMS) == volumes,
        what=f"only the volumes {volumes} are left",
    )
    assert names(kube, server, NOTEBOOKS) == notebooks
