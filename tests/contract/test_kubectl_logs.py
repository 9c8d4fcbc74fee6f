"""kubectl logs, on the sandbox alone: the real control plane here has no kubelet to ask.

The containers bring a command of their own, so that the image's program is not needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nbcore.kube.resources import PODS
from sandbox.node.runtimes import REQUIREMENTS, jupyterlab_folder
from tests.cluster.api import Api, JsonObject
from tests.cluster.servers import running_sandbox
from tests.contract.kubectl import Kubectl, kubectl_binary


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A sandbox that finds its JupyterLab installed, though there is nothing in it."""
    data = tmp_path_factory.mktemp("sandbox")
    runtime = data / "runtimes" / jupyterlab_folder(REQUIREMENTS.read_text())
    runtime.mkdir(parents=True)
    (runtime / "complete").touch()
    with running_sandbox(data) as path:
        yield path


@pytest.fixture
def logs(kubeconfig: Path, tmp_path: Path) -> Kubectl:
    """kubectl in namespace default."""
    return Kubectl(kubectl_binary(), kubeconfig, "default", tmp_path)


def _pod(name: str, script: str) -> JsonObject:
    container = {
        "name": "main",
        "image": "example.com/jupyter-scipy:1",
        "command": ["sh", "-c", script],
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [container], "restartPolicy": "Never"},
    }


def test_given_a_running_pod_when_logs_follow_then_lines_come_as_they_are_written(
    kubeconfig: Path, logs: Kubectl
) -> None:
    api = Api(kubeconfig)
    script = "echo first; sleep 3; echo second; sleep 100"
    api.create(PODS.path("default"), _pod("follow", script))
    logs.ok("wait", "pod/follow", "--for=condition=Ready", "--timeout=30s")

    with logs.start("logs", "-f", "follow") as lines:
        came = [lines.next(), lines.next()]
    tail = logs.ok("logs", "--tail=1", "follow")

    assert came == ["first", "second"]
    assert tail == "second\n"
    api.delete(PODS.path("default", "follow"))
    api.close()


def test_given_a_finished_pod_when_logs_are_asked_then_all_lines_come_and_following_ends(
    kubeconfig: Path, logs: Kubectl
) -> None:
    api = Api(kubeconfig)
    api.create(PODS.path("default"), _pod("done", "echo one; echo two; echo three"))
    phase = "--for=jsonpath={.status.phase}=Succeeded"
    logs.ok("wait", "pod/done", phase, "--timeout=30s")

    followed = logs.ok("logs", "-f", "done")
    tail = logs.ok("logs", "--tail=2", "-c", "main", "done")

    assert followed == "one\ntwo\nthree\n"
    assert tail == "two\nthree\n"
    api.delete(PODS.path("default", "done"))
    api.close()


def test_given_no_pod_when_logs_are_asked_then_not_found(logs: Kubectl) -> None:
    output = logs.run("logs", "nobody")

    assert output.code == 1
    assert '(NotFound): pods "nobody" not found' in output.stderr


def test_given_another_container_when_logs_are_asked_then_kubectl_says_so(
    kubeconfig: Path, logs: Kubectl
) -> None:
    api = Api(kubeconfig)
    api.create(PODS.path("default"), _pod("one", "sleep 100"))

    output = logs.run("logs", "one", "-c", "other")

    assert output.code == 1
    assert "container other is not valid for pod one" in output.stderr
    api.delete(PODS.path("default", "one"))
    api.close()
