"""deploy/ on a control plane of its own, which had nothing of ours before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.api import Api, JsonObject
from tests.cluster.control_plane import ControlPlane
from tests.cluster.processes import Process
from tests.cluster.servers import ROOT
from tests.contract.kubectl import Kubectl
from tests.integration.running_controller import start_controller

DEPLOY = ROOT / "deploy"
NAMESPACE = "oneblock-notebooks"
ACCOUNT = "notebook-controller"
APP_ACCOUNT = "notebook-app"


@dataclass(frozen=True, slots=True)
class Installation:
    """A control plane, and an administrator's ways to it."""

    plane: ControlPlane
    api: Api
    kubectl: Kubectl

    def account_kubeconfig(self, folder: Path, account: str = ACCOUNT) -> Path:
        """A kubeconfig with a token of a ServiceAccount of ours, as its pods have it."""
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{account}/token"
        token = self.api.create(path, request)["status"]["token"]
        config = json.loads(self.plane.kubeconfig.read_text())
        config["users"][0]["user"] = {"token": token}
        file = folder / "account.kubeconfig"
        file.touch(mode=0o600)
        file.write_text(json.dumps(config))
        return file

    @contextmanager
    def controller(self, folder: Path, **environ: str) -> Iterator[Process]:
        """The controller as its ServiceAccount."""
        kubeconfig = self.account_kubeconfig(folder)
        told = {"NB_LEASE_NAMESPACE": NAMESPACE, **environ}
        process = start_controller(kubeconfig, folder, **told)
        yield process
        process.stop()


def rendered(kubectl: Kubectl, *folder: str) -> list[JsonObject]:
    """The objects of a kustomization, as kubectl would send them."""
    text = kubectl.ok("kustomize", str(DEPLOY.joinpath(*folder)))
    return [obj for obj in yaml.safe_load_all(text) if obj]


def one(objects: list[JsonObject], kind: str, name: str) -> Any:
    """The object of this kind and name."""
    (found,) = [o for o in objects if (o["kind"], o["metadata"]["name"]) == (kind, name)]
    return found
