"""The controller keeps the catalog's values as ControllerRevisions, on both servers."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nbcore.catalog_history import KEPT, Author, Version
from nbcore.catalog_store import catalog_versions, save_catalog
from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.kube.resources import CONTROLLER_REVISIONS, SETTINGS
from nbcore.names import CATALOG_SETTING, SYSTEM_NAMESPACE
from nbcore.settings import Settings
from tests.cluster.api import Api, eventually
from tests.cluster.processes import Process
from tests.cluster.servers import ROOT, Server

SETTING = SETTINGS.path(name=CATALOG_SETTING)
REVISIONS = CONTROLLER_REVISIONS.path(SYSTEM_NAMESPACE)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def api(server: Server) -> Iterator[Api]:
    api = Api(server.kubeconfig)
    if not api.exists(f"/api/v1/namespaces/{SYSTEM_NAMESPACE}"):
        api.create("/api/v1/namespaces", {"metadata": {"name": SYSTEM_NAMESPACE}})
    yield api
    for each in api.get(REVISIONS)["items"]:
        api.delete(f"{REVISIONS}/{each['metadata']['name']}")
    api.merge(SETTING, {"value": None})
    api.close()


@pytest.fixture
def kube(server: Server) -> Iterator[Kube]:
    """Our client, as the administrator."""
    environ = {"NB_CLUSTER": "kubeconfig", "KUBECONFIG": str(server.kubeconfig)}
    with connect(Settings.from_environ(environ)) as client:
        yield Kube(client, OwnAccount("tests"))


@pytest.fixture(autouse=True)
def controller(server: Server, api: Api, tmp_path: Path) -> Iterator[Process]:
    environ = ["NB_CLUSTER=kubeconfig", f"KUBECONFIG={server.kubeconfig}"]
    command = ["env", *environ, sys.executable, "-m", "controller"]
    process = Process.start("controller", command, log=tmp_path / "controller.log", cwd=ROOT)
    eventually(lambda: api.exists(SETTING) and api.get(SETTING).get("default"), what="the Setting")
    yield process
    process.stop()


def is_followed(api: Api, kube: Kube) -> None:
    """Makes a version, so that the controller is known to look."""
    api.merge(SETTING, {"value": "first"})
    kept(kube, 1)


def kept(kube: Kube, count: int) -> list[Version]:
    """The versions, newest first, once there are so many."""

    def look() -> list[Version]:
        found = catalog_versions(kube, CATALOG_SETTING)
        return found if len(found) == count else []

    return eventually(look, what=f"{count} versions")


def test_given_changes_by_page_and_by_kubectl_when_recorded_then_each_tells_who_and_when(
    api: Api, kube: Kube
) -> None:
    by_page = save_catalog(
        kube, kube.get(SETTINGS, CATALOG_SETTING), CATALOG_SETTING, "{}", Author("alice", NOON)
    )
    kept(kube, 1)
    api.merge(SETTING, {"value": "[]"}, fieldManager="kubectl-edit")
    kept(kube, 2)
    api.merge(SETTING, {"value": None}, fieldManager="kubectl-edit")

    newest, second, first = kept(kube, 3)

    assert first == Version(f"{CATALOG_SETTING}-1", 1, by_page["value"], Author("alice", NOON))
    assert (second.text, second.author.by) == ("[]", "kubectl-edit")
    assert second.author.when is not None
    assert newest.text == ""


def test_given_changes_in_quick_succession_when_recorded_then_none_is_missed_and_ten_are_kept(
    api: Api, kube: Kube
) -> None:
    texts = [json.dumps([number]) for number in range(KEPT + 3)]
    is_followed(api, kube)

    for text in texts:
        api.merge(SETTING, {"value": text})

    def look() -> bool:
        found = [version.text for version in catalog_versions(kube, CATALOG_SETTING)]
        return found == texts[: -KEPT - 1 : -1]

    eventually(look, what="the last ten, newest first")


def test_given_a_label_on_the_setting_when_seen_then_no_version_is_made(
    api: Api, kube: Kube
) -> None:
    api.merge(SETTING, {"value": "{}"})
    kept(kube, 1)

    api.merge(SETTING, {"metadata": {"labels": {"a": "b"}}})
    api.merge(SETTING, {"value": "[]"})

    assert [version.text for version in kept(kube, 2)] == ["[]", "{}"]


def test_given_no_system_namespace_when_it_comes_then_what_happened_before_is_recorded(
    server: Server, api: Api, kube: Kube
) -> None:
    if server.is_real:
        pytest.skip("the real control plane has no controller that empties a namespace")
    is_followed(api, kube)
    api.delete(f"/api/v1/namespaces/{SYSTEM_NAMESPACE}")
    eventually(lambda: not api.exists(f"/api/v1/namespaces/{SYSTEM_NAMESPACE}"), what="it is gone")
    api.merge(SETTING, {"value": "{}"})
    api.merge(SETTING, {"value": "[]"})

    api.create("/api/v1/namespaces", {"metadata": {"name": SYSTEM_NAMESPACE}})

    assert [version.text for version in kept(kube, 2)] == ["[]", "{}"]
