"""The app as its pod starts it: the process, as its ServiceAccount, with a file of users."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
import urllib3
import yaml

from nbcore.passwords import hashed
from tests.cluster.api import eventually
from tests.cluster.processes import Process, free_ports
from tests.cluster.servers import ROOT
from tests.contract.kubectl import Kubectl
from tests.deploy.installation import APP_ACCOUNT, Installation, one, rendered

POD_HOST = "10.0.0.7:8501"
"""As the kubelet names it, which is no host that we serve."""


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("users") / "users.yaml"
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
    try:
        answer = urllib3.request(
            "GET", f"{url}/_stcore/health", headers={"Host": POD_HOST}, retries=False, timeout=5
        )
    except urllib3.exceptions.HTTPError:
        return False
    return answer.status == 200


def test_given_the_pods_command_when_started_as_its_account_then_it_serves_and_lacks_no_right(
    installed: Installation, kubectl: Kubectl, users: Path, tmp_path: Path
) -> None:
    kubeconfig = installed.account_kubeconfig(tmp_path, APP_ACCOUNT)
    process, url = start(kubectl, kubeconfig, users, tmp_path)
    eventually(lambda: is_healthy(url) or not process.is_running, what="it serves", seconds=60)
    assert process.is_running, process.log_end()

    answer = urllib3.request("GET", f"{url}/notebook/teaching/lab/", redirect=False)
    process.stop()

    assert answer.status in {302, 303, 401}
    # By the signal itself, at the end of an orderly stop; a late one would have been killed.
    assert process.popen.returncode == -signal.SIGTERM, process.log_end()
    said = process.log.read_text()
    assert "orbidden" not in said, process.log_end()
    assert "Traceback" not in said, process.log_end()


def test_given_no_users_when_started_then_it_refuses_and_says_how_to_add_one(
    installed: Installation, kubectl: Kubectl, tmp_path: Path
) -> None:
    kubeconfig = installed.account_kubeconfig(tmp_path, APP_ACCOUNT)

    process, _ = start(kubectl, kubeconfig, tmp_path / "none.yaml", tmp_path)
    eventually(lambda: not process.is_running, what="it ends", seconds=60)

    assert process.popen.returncode != 0
    assert "python -m nbcore users add" in process.log.read_text()
