"""deploy/ on a control plane of its own, which had nothing of ours before."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
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

DEPLOY = ROOT / "deploy"
NAMESPACE = "oneblock-notebooks"
ACCOUNT = "notebook-controller"


@dataclass(frozen=True, slots=True)
class Installation:
    """A control plane, and an administrator's ways to it."""

    plane: ControlPlane
    api: Api
    kubectl: Kubectl

    def account_kubeconfig(self, folder: Path) -> Path:
        """A kubeconfig with a token of the controller's ServiceAccount, as its pods have it."""
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{ACCOUNT}/token"
        token = self.api.create(path, request)["status"]["token"]
        config = json.loads(self.plane.kubeconfig.read_text())
        config["users"][0]["user"] = {"token": token}
        file = folder / "account.kubeconfig"
        file.touch(mode=0o600)
        file.write_text(json.dumps(config))
        return file

    @contextmanager
    def controller(
        self, folder: Path, environ: Mapping[str, str] | None = None
    ) -> Iterator[Process]:
        """The controller as its ServiceAccount."""
        process = start_controller(self.account_kubeconfig(folder), folder, environ or {})
        yield process
        process.stop()


def start_controller(kubeconfig: Path, folder: Path, environ: Mapping[str, str]) -> Process:
    """The controller with the environment of its Deployment, at another cluster's kubeconfig."""
    told = {
        "NB_CLUSTER": "kubeconfig",
        "KUBECONFIG": str(kubeconfig),
        "NB_LEASE_NAMESPACE": NAMESPACE,
        **environ,
    }
    command = ["env", *(f"{k}={v}" for k, v in told.items()), sys.executable, "-m", "controller"]
    return Process.start("controller", command, log=folder / "controller.log", cwd=ROOT)


def rendered(kubectl: Kubectl, *folder: str) -> list[JsonObject]:
    """The objects of a kustomization, as kubectl would send them."""
    text = kubectl.ok("kustomize", str(DEPLOY.joinpath(*folder)))
    return [obj for obj in yaml.safe_load_all(text) if obj]


def one(objects: list[JsonObject], kind: str, name: str) -> Any:
    """The object of this kind and name."""
    (found,) = [o for o in objects if (o["kind"], o["metadata"]["name"]) == (kind, name)]
    return found
