from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.api import Api, eventually
from tests.cluster.control_plane import ControlPlane
from tests.cluster.processes import Process, StartError, wait_until


def test_given_a_control_plane_when_asked_then_it_is_kubernetes_and_ready(
    control_plane: ControlPlane,
) -> None:
    api = Api(control_plane.kubeconfig)

    version = api.get("/version")

    assert version["gitVersion"].startswith("v1.")
    assert all(p.is_running for p in control_plane.processes)
    api.close()


def test_given_a_user_without_roles_when_they_list_pods_then_rbac_refuses(
    control_plane: ControlPlane,
) -> None:
    api = Api(control_plane.kubeconfig_of("alice"))

    answer = api.request("GET", "/api/v1/namespaces/default/pods")

    assert answer.status == 403
    assert 'User "alice" cannot list resource "pods"' in answer.body["message"]
    api.close()


def test_given_a_server_that_ends_at_once_when_waited_for_then_the_error_shows_its_log(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such disk')"]
    process = Process.start("etcd", command, log=tmp_path / "etcd.log", cwd=tmp_path)

    with pytest.raises(StartError, match=r"(?s)ended with code 1.*no such disk"):
        wait_until(lambda: False, what="etcd", processes=[process], seconds=20)


def test_given_a_parent_when_it_is_killed_then_its_servers_end_too(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from tests.cluster.processes import Process;"
        f"here = Path({str(tmp_path)!r});"
        "p = Process.start('sleeper', ['sleep', '100'], log=here / 'log', cwd=here);"
        "print(p.popen.pid, flush=True); time.sleep(100)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    eventually(lambda: not _is_alive(child), what="the child ended")


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_given_a_run_by_hand_when_it_gets_sigterm_then_it_stops_everything(
    control_plane: ControlPlane, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cluster.control_plane"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    api = Api(Path(line.removeprefix("export KUBECONFIG=").strip()))
    assert api.server != control_plane.server
    assert api.exists("/readyz")
    api.close()

    process.terminate()

    assert process.wait(timeout=20) == 0
    assert list(tmp_path.iterdir()) == []
    process.stdout.close()
