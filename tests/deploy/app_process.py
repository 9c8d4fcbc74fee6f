"""The app as its pod starts it: the command and environment of the Deployment, in a test."""

from __future__ import annotations

import sys
from pathlib import Path

import urllib3
import yaml

from nbcore.passwords import hashed
from tests.cluster.processes import Process, free_ports
from tests.cluster.servers import ROOT
from tests.contract.kubectl import Kubectl
from tests.deploy.installation import one, rendered

POD_HOST = "10.0.0.7:8501"
"""As the kubelet names it, which is no host that we serve."""


def users_file(folder: Path) -> Path:
    """A file with one user, as an administrator would make it."""
    file = folder / "users.yaml"
    entry = {
        "email": "ada@example.org",
        "first_name": "Ada",
        "last_name": "L",
        "password": hashed("a long password of ada"),
        "roles": ["teachers"],
    }
    file.write_text(yaml.safe_dump({"credentials": {"usernames": {"ada": entry}}}))
    return file


def start(kubectl: Kubectl, kubeconfig: Path, users: Path, folder: Path) -> tuple[Process, str]:
    """Command, arguments and environment of the Deployment, but for what only a pod has."""
    deployment = one(rendered(kubectl, "base"), "Deployment", "notebook-app")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    (port,) = free_ports(1)
    assert container["args"] == ["--server.address=0.0.0.0", "--server.port=8501"]
    arguments = ["--server.address=127.0.0.1", f"--server.port={port}"]
    told = {each["name"]: each["value"] for each in container["env"]} | {
        "NB_CLUSTER": "kubeconfig",
        "KUBECONFIG": str(kubeconfig),
        "NB_USERS": str(users),
        "NB_DATA": str(folder),
        "HOME": str(folder),
    }
    environ = [f"{key}={value}" for key, value in told.items()]
    command = ["env", *environ, sys.executable, *container["command"][1:], *arguments]
    process = Process.start("app", command, log=folder / "app.log", cwd=ROOT)
    return process, f"http://127.0.0.1:{port}"


def is_healthy(url: str) -> bool:
    """Whether a probe of the kubelet would be content."""
    try:
        answer = urllib3.request(
            "GET", f"{url}/_stcore/health", headers={"Host": POD_HOST}, retries=False, timeout=5
        )
    except urllib3.exceptions.HTTPError:
        return False
    return answer.status == 200
