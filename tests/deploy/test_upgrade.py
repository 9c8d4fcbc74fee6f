"""From an earlier version to this one, by kubectl apply -k.

The earlier version is today's with another image, without the field spec.serviceType and without
the right to keep the catalog's versions: what an upgrade adds.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from nbcore.kube.resources import CONTROLLER_REVISIONS, NOTEBOOKS, SERVICES, SETTINGS, STATEFUL_SETS
from nbcore.names import CATALOG_SETTING
from tests.cluster.api import JsonObject, eventually
from tests.deploy.installation import DEPLOY, NAMESPACE, Installation
from tests.nbcore.builders import notebook

DEPLOYMENT = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/notebook-controller"
FIELD = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/serviceType"


def earlier_version(folder: Path) -> Path:
    """A kustomization of what people had."""
    kustomization = {
        "resources": [os.path.relpath(DEPLOY, folder)],
        "images": [{"name": "oneblock-notebooks", "newTag": "0.0.9"}],
        "patches": [
            removal("CustomResourceDefinition", "notebooks.ml.oneblock.ai", FIELD),
            removal("Role", "notebook-controller-own", "/rules/2"),
        ],
    }
    (folder / "kustomization.yaml").write_text(json.dumps(kustomization))
    return folder


def removal(kind: str, name: str, path: str) -> JsonObject:
    patch = json.dumps([{"op": "remove", "path": path}])
    return {"target": {"kind": kind, "name": name}, "patch": patch}


def made(name: str, **spec: object) -> JsonObject:
    obj = notebook(name, namespace="default", spec=spec)
    del obj["metadata"]["uid"]
    return obj


def identities(i: Installation, name: str) -> list[str]:
    """Uids and generations of a notebook and its children: what an upgrade must not change."""
    found = [i.api.get(r.path("default", name)) for r in (NOTEBOOKS, STATEFUL_SETS, SERVICES)]
    return [f"{o['metadata']['uid']}/{o['metadata'].get('generation')}" for o in found]


def test_given_notebooks_of_an_earlier_version_when_upgraded_then_they_stay_and_are_looked_after(
    empty: Installation, tmp_path: Path
) -> None:
    api, kubectl = empty.api, empty.kubectl
    kubectl.ok("apply", "-k", str(earlier_version(tmp_path)))
    kubectl.ok("wait", "--for=condition=Established", "crd", "--all", "--timeout=20s")
    with empty.controller(tmp_path) as old:
        api.create(NOTEBOOKS.path("default"), made("lab", serviceType="NodePort"))
        lab = NOTEBOOKS.path("default", "lab")
        eventually(lambda: api.get(lab).get("status", {}).get("phase"), what="it is looked after")
        eventually(lambda: api.exists(SETTINGS.path(name=CATALOG_SETTING)), what="the Setting")
    before = identities(empty, "lab")
    assert "serviceType" not in api.get(lab)["spec"], old.log_end()

    kubectl.ok("apply", "-k", str(DEPLOY))

    eventually(lambda: api.get(lab)["spec"].get("serviceType"), what="the new field is served")
    (tmp_path / "new").mkdir()
    with empty.controller(tmp_path / "new") as new:
        api.create(NOTEBOOKS.path("default"), made("next"))
        following = NOTEBOOKS.path("default", "next")
        eventually(lambda: api.get(following).get("status"), what="a new one is looked after")
        assert identities(empty, "lab") == before
        api.merge(lab, {"spec": {"serviceType": "NodePort"}})
        service = SERVICES.path("default", "lab")
        eventually(lambda: api.get(service)["spec"]["type"] == "NodePort", what="the new field")
        api.merge(SETTINGS.path(name=CATALOG_SETTING), {"value": "{}"})
        revisions = CONTROLLER_REVISIONS.path(NAMESPACE)
        eventually(lambda: api.get(revisions)["items"], what="the new right")
    (container,) = api.get(DEPLOYMENT)["spec"]["template"]["spec"]["containers"]
    assert not container["image"].endswith(":0.0.9")
    assert "orbidden" not in new.log.read_text()
