"""The permissions that docs/reference/controller.md names are enough, on a real API server."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbcore.kube.resources import (
    CONTROLLER_REVISIONS,
    NOTEBOOKS,
    SERVICES,
    SETTINGS,
    STATEFUL_SETS,
)
from nbcore.names import CATALOG_SETTING, SYSTEM_NAMESPACE
from tests.cluster.api import Api, JsonObject, eventually
from tests.cluster.control_plane import ControlPlane
from tests.cluster.processes import Process
from tests.cluster.servers import ROOT, Server

ROLES = "/apis/rbac.authorization.k8s.io/v1"
PAGE = ROOT / "docs" / "reference" / "controller.md"
ROW = re.compile(r"^\| (?P<resources>[a-z/, ]+) \| (?P<verbs>(?:[a-z]+, )*[a-z]+)(?: \(.*\))? \|$")
VERBS = {"get", "list", "watch", "create", "patch", "update", "delete"}


def documented_rules() -> list[JsonObject]:
    rows = [match for line in PAGE.read_text().splitlines() if (match := ROW.match(line))]
    rules = [
        {"apiGroups": ["*"], "resources": row["resources"].split(", "), "verbs": verbs}
        for row in rows
        if set(verbs := row["verbs"].split(", ")) <= VERBS
    ]
    assert len(rules) == 7
    return rules


@pytest.fixture
def api(server: Server) -> Iterator[Api]:
    if not server.is_real:
        pytest.skip("the sandbox has no accounts besides its administrator's")
    api = Api(server.kubeconfig)
    yield api
    api.close()


@pytest.fixture
def controller(api: Api, control_plane: ControlPlane, tmp_path: Path) -> Iterator[Process]:
    """The controller as bob, who may do what the page says and nothing else."""
    named = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "controller"}}
    role = {**named, "kind": "ClusterRole", "rules": documented_rules()}
    api.create(f"{ROLES}/clusterroles", role)
    group = "rbac.authorization.k8s.io"
    binding = {
        **named,
        "kind": "ClusterRoleBinding",
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "controller"},
        "subjects": [{"apiGroup": group, "kind": "User", "name": "bob"}],
    }
    api.create(f"{ROLES}/clusterrolebindings", binding)
    environ = ["NB_CLUSTER=kubeconfig", f"KUBECONFIG={control_plane.kubeconfig_of('bob')}"]
    command = ["env", *environ, sys.executable, "-m", "controller"]
    process = Process.start("controller", command, log=tmp_path / "controller.log", cwd=ROOT)
    yield process
    process.stop()
    api.delete(f"{ROLES}/clusterrolebindings/controller")
    api.delete(f"{ROLES}/clusterroles/controller")


def test_given_the_documented_rights_when_a_notebook_is_made_and_mended_then_they_suffice(
    api: Api, controller: Process
) -> None:
    namespace = "rights"
    api.create("/api/v1/namespaces", {"metadata": {"name": namespace}})
    container = {"name": "lab", "image": "a/b:c", "resources": {"limits": {"cpu": 1, "memory": 1}}}
    spec = {"template": {"spec": {"containers": [container]}}, "suspend": True}
    notebook = {
        "apiVersion": "ml.oneblock.ai/v1",
        "kind": "Notebook",
        "metadata": {"name": "lab"},
        "spec": spec,
    }

    api.create(NOTEBOOKS.path(namespace), notebook)
    eventually(
        lambda: api.get(NOTEBOOKS.path(namespace, "lab")).get("status"), what="it has a status"
    )
    api.merge(NOTEBOOKS.path(namespace, "lab"), {"spec": {"suspend": False}})

    statefulset = STATEFUL_SETS.path(namespace, "lab")
    eventually(lambda: api.get(statefulset)["spec"]["replicas"] == 1, what="it is mended")
    assert api.exists(SERVICES.path(namespace, "lab"))
    eventually(lambda: api.exists(SETTINGS.path(name=CATALOG_SETTING)), what="the Setting is made")
    if not api.exists(f"/api/v1/namespaces/{SYSTEM_NAMESPACE}"):
        api.create("/api/v1/namespaces", {"metadata": {"name": SYSTEM_NAMESPACE}})
    revisions = CONTROLLER_REVISIONS.path(SYSTEM_NAMESPACE)
    api.merge(SETTINGS.path(name=CATALOG_SETTING), {"value": "{}"})
    eventually(lambda: api.get(revisions)["items"], what="the value is recorded")
    assert "orbidden" not in controller.log.read_text()
    assert "cannot" not in controller.log.read_text()
    api.delete(f"/api/v1/namespaces/{namespace}")
