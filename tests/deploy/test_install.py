"""deploy/ applied for real on an empty control plane, and the controller as its ServiceAccount."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import urllib3

from nbcore.kube.resources import (
    CONTROLLER_REVISIONS,
    LEASES,
    NETWORK_POLICIES,
    NOTEBOOKS,
    PERSISTENT_VOLUME_CLAIMS,
    SERVICES,
    SETTINGS,
    STATEFUL_SETS,
)
from nbcore.names import CATALOG_SETTING, SYSTEM_NAMESPACE
from tests.cluster.api import JsonObject, eventually
from tests.deploy.installation import DEPLOY, NAMESPACE, Installation

PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"


def notebook(name: str) -> JsonObject:
    container = {"name": name, "image": "a/b:c", "resources": {"limits": {"cpu": 1, "memory": 1}}}
    return {
        "apiVersion": "ml.oneblock.ai/v1",
        "kind": "Notebook",
        "metadata": {"name": name},
        "spec": {"suspend": True, "template": {"spec": {"containers": [container]}}},
    }


def may(i: Installation, user: str, verb: str, resource: str, subresource: str = "") -> bool:
    asked = {
        "verb": verb,
        "group": "ml.oneblock.ai",
        "resource": resource,
        "subresource": subresource,
        "namespace": "team",
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": user, "resourceAttributes": asked},
    }
    answer = i.api.create("/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
    return bool(answer["status"]["allowed"])


@pytest.fixture(scope="module")
def team(installed: Installation) -> Installation:
    """A namespace in which vera has Kubernetes' role view, and ed has edit."""
    installed.kubectl.ok("create", "namespace", "team")
    for user, role in (("vera", "view"), ("ed", "edit")):
        flags = (f"--clusterrole={role}", f"--user={user}", "--namespace=team")
        installed.kubectl.ok("create", "rolebinding", user, *flags)
    return installed


def test_given_an_empty_cluster_when_installed_then_its_pods_are_admitted_and_kinds_served(
    installed: Installation,
) -> None:
    for crd in ("notebooks.ml.oneblock.ai", "settings.management.oneblock.ai"):
        installed.kubectl.ok("wait", "--for=condition=Established", f"crd/{crd}", "--timeout=20s")

    # The namespace enforces Pod Security "restricted": a pod that breaks it is never made.
    eventually(lambda: len(installed.api.get(PODS)["items"]) == 3, what="three pods are made")


def test_given_an_installation_when_applied_again_then_nothing_changes(
    installed: Installation,
) -> None:
    def versions() -> JsonObject:
        listed = json.loads(installed.kubectl.ok("get", "-k", str(DEPLOY), "-o", "json"))
        # A Deployment's status goes on while its pods come.
        return {
            f"{o['kind']} {o['metadata']['name']}": o["metadata"][
                "generation" if o["kind"] == "Deployment" else "resourceVersion"
            ]
            for o in listed["items"]
        }

    eventually(lambda: len(installed.api.get(PODS)["items"]) == 3, what="all has settled")
    before = versions()

    said = installed.kubectl.ok("apply", "-k", str(DEPLOY)).splitlines()
    dry = installed.kubectl.ok("apply", "-k", str(DEPLOY), "--dry-run=server").splitlines()

    # kubectl always sends a selector of this kind as a replacement; the server stores nothing.
    always = "poddisruptionbudget.policy/notebook-controller configured"
    assert [line for line in said if not line.endswith(" unchanged")] == [always]
    assert [line for line in dry if "unchanged" not in line] == [f"{always} (server dry run)"]
    assert versions() == before


def test_given_kubernetes_own_roles_when_people_have_them_then_edit_opens_and_view_sees(
    team: Installation,
) -> None:
    eventually(lambda: may(team, "vera", "list", "notebooks"), what="the roles are aggregated")
    eventually(lambda: may(team, "ed", "create", "notebooks", "connect"), what="edit as well")

    assert not may(team, "vera", "create", "notebooks", "connect")
    assert not may(team, "vera", "patch", "notebooks")
    for verb in ("create", "update", "patch", "delete", "deletecollection", "watch"):
        assert may(team, "ed", verb, "notebooks"), verb
    assert not may(team, "ed", "patch", "notebooks", "status")


def test_given_its_own_account_when_a_notebook_is_made_and_mended_then_the_rights_suffice(
    team: Installation, tmp_path: Path
) -> None:
    api, path = team.api, NOTEBOOKS.path("team", "lab")

    with team.controller(tmp_path, NB_NETWORK_POLICIES="on") as controller:
        api.create(NOTEBOOKS.path("team"), notebook("lab"))
        eventually(lambda: api.get(path).get("status"), what="it has a status")
        api.merge(path, {"spec": {"suspend": False}})
        statefulset = STATEFUL_SETS.path("team", "lab")
        eventually(lambda: api.get(statefulset)["spec"]["replicas"] == 1, what="it is mended")
        assert api.exists(SERVICES.path("team", "lab"))
        policy = NETWORK_POLICIES.path("team", "lab")
        eventually(lambda: api.exists(policy), what="its policy")
        api.delete(policy)
        eventually(lambda: api.exists(policy), what="the policy is back")
        api.merge(path, {"spec": {"serviceType": "NodePort"}})
        eventually(lambda: not api.exists(policy), what="an exposed notebook has no policy")
        setting = SETTINGS.path(name=CATALOG_SETTING)
        eventually(lambda: api.exists(setting), what="the Setting")
        api.merge(setting, {"value": "{}"})
        revisions = CONTROLLER_REVISIONS.path(SYSTEM_NAMESPACE)
        eventually(lambda: api.get(revisions)["items"], what="the value is recorded")
        assert api.get(LEASES.path(NAMESPACE, "oneblock-notebook-controller"))["spec"][
            "holderIdentity"
        ]

    log = controller.log.read_text()
    assert "orbidden" not in log
    assert "cannot" not in log
    assert "Traceback" not in log
    released = api.get(LEASES.path(NAMESPACE, "oneblock-notebook-controller"))["spec"]
    assert "holderIdentity" not in released


def test_given_json_logs_when_the_controller_has_run_then_every_line_is_an_object(
    installed: Installation, tmp_path: Path
) -> None:
    with installed.controller(tmp_path, NB_LOG_FORMAT="json") as controller:
        eventually(lambda: "metrics on port" in controller.log.read_text(), what="it has started")
        port = int(json.loads(controller.log.read_text().splitlines()[0])["message"].split()[-1])
        url = f"http://127.0.0.1:{port}/readyz"
        eventually(lambda: urllib3.request("GET", url).status == 200, what="it is ready")

    lines = [json.loads(line) for line in controller.log.read_text().splitlines()]
    assert {"time", "level", "logger", "message"} == set(lines[0])
    assert "stopping" in {line["message"] for line in lines}, controller.log_end()


def test_given_notebooks_when_uninstalled_then_they_and_their_volumes_stay(
    team: Installation,
) -> None:
    api = team.api
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "files"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    api.create(PERSISTENT_VOLUME_CLAIMS.path("team"), volume)
    api.create(NOTEBOOKS.path("team"), notebook("kept"))

    team.kubectl.ok("delete", "-k", str(DEPLOY / "base"))

    assert not api.exists(f"/api/v1/namespaces/{NAMESPACE}")
    assert api.exists(NOTEBOOKS.path("team", "kept"))
    assert api.exists(PERSISTENT_VOLUME_CLAIMS.path("team", "files"))
    left = team.kubectl.ok(
        "get",
        "crd,ns,clusterroles,clusterrolebindings",
        "--selector=app.kubernetes.io/part-of=oneblock-notebooks",
        "-o",
        "name",
    )
    assert sorted(left.split()) == [
        "customresourcedefinition.apiextensions.k8s.io/notebooks.ml.oneblock.ai",
        "customresourcedefinition.apiextensions.k8s.io/settings.management.oneblock.ai",
    ]
    team.kubectl.ok("apply", "-k", str(DEPLOY))
    assert api.exists(NOTEBOOKS.path("team", "kept"))
