"""What becomes of a pod on the node: run, ended, crashed, greedy, deleted, met again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from sandbox.client import Object
from sandbox.node.addresses import SHARED
from sandbox.node.agent import end_orphans
from sandbox.node.census import marked
from sandbox.node.environment import MARK
from tests.sandbox.node.conftest import PODS, World, eventually
from tests.sandbox.objects import claim, claim_volume, container, pod

# Not the one of a virtual environment: that may lie below /tmp, which in a pod is the pod's own.
PYTHON = str(Path(sys.executable).resolve())
SLEEP = ["sleep", "1000"]
INIT_SPEC = {"containers": [container()], "initContainers": [container("first")]}
SERVE = [
    PYTHON,
    "-c",
    "import http.server, os; port = int(os.environ.get('PORT', 8888));"
    "handler = http.server.SimpleHTTPRequestHandler;"
    "http.server.HTTPServer((os.environ['IP'], port), handler).serve_forever()",
]
FAR_CHILD = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    x = bytearray(200 * 2**20)
time.sleep(1000)
"""
IP = {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}


def running(command: list[str], *, policy: str = "Always", **more: Any) -> Object:
    return pod(containers=[container(command=command, **more)], restartPolicy=policy)


def state(obj: Object) -> Object:
    statuses = obj["status"].get("containerStatuses") or [{}]
    return dict(statuses[0].get("state", {}))


def has_text(file: Path, text: str) -> bool:
    return file.exists() and file.read_text() == text


def restarts(obj: Object) -> int:
    statuses = obj["status"].get("containerStatuses") or [{}]
    return int(statuses[0].get("restartCount", 0))


def is_running(obj: Object) -> bool:
    return "running" in state(obj)


def is_ready(obj: Object) -> bool:
    conditions = obj["status"].get("conditions") or []
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def waits_for(reason: str) -> Any:
    return lambda obj: state(obj).get("waiting", {}).get("reason") == reason


def pid_of(obj: Object) -> int:
    return int(obj["status"]["containerStatuses"][0]["containerID"].removeprefix("process://"))


async def test_given_a_pod_when_it_runs_then_its_status_is_a_kubelets(world: World) -> None:
    await world.api.create(PODS, running(SLEEP))

    found = await world.until("lab-0", is_ready)

    status = found["status"]
    assert status["phase"] == "Running"
    assert status["podIP"].startswith("127.")
    assert status["podIP"] != "127.0.0.1"
    assert status["containerStatuses"][0]["started"] is True
    assert world.events("Scheduled") == ["Successfully assigned demo/lab-0 to sandbox"]
    assert world.events("Started") == ["Started container lab"]


async def test_given_a_running_pod_when_nothing_happens_then_nothing_is_written(
    world: World,
) -> None:
    probe = {"httpGet": {"path": "/", "port": 8888}, "periodSeconds": 1}
    await world.api.create(PODS, running(SERVE, env=[IP], readinessProbe=probe))
    await world.until("lab-0", is_ready)
    await asyncio.sleep(0.3)
    before = len(world.api.writes)

    await asyncio.sleep(2.5)

    assert world.api.writes[before:] == []


async def test_given_a_deleted_pod_when_it_does_not_obey_then_it_is_killed_after_its_grace(
    world: World,
) -> None:
    stubborn = ["bash", "-c", "trap '' TERM; (sleep 1000 &); while true; do sleep 0.1; done"]
    await world.api.create(PODS, running(stubborn))
    found = await world.until("lab-0", is_running)
    mark = f"{found['metadata']['uid']}/lab"
    assert marked(mark)

    await world.api.delete(f"{PODS}/lab-0", grace_period_seconds=1)
    await world.until_gone("lab-0")

    assert marked(mark) == set()
    assert world.events("Killing") == ["Stopping container lab"]
    folder = world.data / "pods" / found["metadata"]["uid"]
    await eventually(lambda: not folder.exists())


async def test_given_a_container_that_ends_when_started_again_then_it_backs_off(
    world: World,
) -> None:
    await world.api.create(PODS, running(["bash", "-c", "echo oops; exit 3"]))

    found = await world.until("lab-0", waits_for("CrashLoopBackOff"))

    status = found["status"]["containerStatuses"][0]
    assert status["restartCount"] == 1
    assert status["lastState"]["terminated"]["exitCode"] == 3
    assert status["lastState"]["terminated"]["reason"] == "Error"
    assert status["state"]["waiting"]["message"].startswith("back-off 10s restarting failed")
    assert found["status"]["phase"] == "Running"
    assert not is_ready(found)


@pytest.mark.parametrize(
    ("code", "policy", "phase"),
    [
        pytest.param(0, "Never", "Succeeded", id="ended well"),
        pytest.param(3, "Never", "Failed", id="ended badly"),
        pytest.param(0, "OnFailure", "Succeeded", id="not started again after success"),
    ],
)
async def test_given_a_pod_that_is_not_restarted_when_it_ends_then_its_phase_says_how(
    world: World, code: int, policy: str, phase: str
) -> None:
    await world.api.create(PODS, running(["bash", "-c", f"exit {code}"], policy=policy))

    found = await world.until("lab-0", lambda obj: obj["status"].get("phase") == phase)

    assert state(found)["terminated"]["exitCode"] == code


async def test_given_a_memory_limit_when_it_is_passed_then_the_tree_is_killed(
    world: World,
) -> None:
    greedy = "import time; x = bytearray(200 * 2**20); time.sleep(1000)"
    limits = {"limits": {"memory": "100Mi"}}
    command = ["bash", "-c", f"{PYTHON} -c '{greedy}'; sleep 1000"]
    await world.api.create(PODS, running(command, policy="Never", resources=limits))

    found = await world.until("lab-0", lambda obj: "terminated" in state(obj))

    assert state(found)["terminated"]["reason"] == "OOMKilled"
    assert state(found)["terminated"]["exitCode"] == 137
    assert marked(f"{found['metadata']['uid']}/lab") == set()


async def test_given_a_child_that_left_its_parents_when_it_is_greedy_then_the_tree_is_killed(
    world: World,
) -> None:
    limits = {"limits": {"memory": "100Mi"}}
    command = [PYTHON, "-c", FAR_CHILD]
    await world.api.create(PODS, running(command, policy="Never", resources=limits))

    found = await world.until("lab-0", lambda obj: "terminated" in state(obj))

    assert state(found)["terminated"]["reason"] == "OOMKilled"
    assert marked(f"{found['metadata']['uid']}/lab") == set()


async def test_given_a_mark_of_its_own_when_a_container_runs_then_the_nodes_mark_wins(
    world: World,
) -> None:
    env = [{"name": MARK, "value": "nothing"}]
    await world.api.create(PODS, running(SLEEP, env=env))

    found = await world.until("lab-0", is_running)

    mark = f"{found['metadata']['uid']}/lab"
    await eventually(lambda: pid_of(found) in marked(mark))


async def test_given_a_variable_that_no_process_can_have_when_started_then_the_status_says_so(
    world: World,
) -> None:
    await world.api.create(PODS, running(SLEEP, env=[{"name": "AB", "value": "x\0y"}]))

    found = await world.until("lab-0", waits_for("CreateContainerConfigError"))

    assert "'AB' can't be set" in state(found)["waiting"]["message"]


async def test_given_an_image_without_runtime_when_pulled_then_the_reason_names_it(
    world: World,
) -> None:
    image = "kubeflownotebookswg/rstudio-tidyverse:v1.8.0"
    await world.api.create(PODS, pod(containers=[{"name": "lab", "image": image}]))

    found = await world.until("lab-0", waits_for("ImagePullBackOff"))

    assert f'no runtime for image "{image}"' in state(found)["waiting"]["message"]
    assert "Error: ErrImagePull" in world.events("Failed")
    assert found["status"]["phase"] == "Pending"


async def test_given_a_volume_that_cannot_be_had_when_mounted_then_an_event_says_so(
    world: World,
) -> None:
    broken = running(SLEEP, volumeMounts=[{"name": "v", "mountPath": "/home/jovyan"}])
    broken["spec"]["volumes"] = [{"name": "v", "hostPath": {"path": "/"}}]
    await world.api.create(PODS, broken)

    found = await world.until("lab-0", lambda _: bool(world.events("FailedMount")))

    assert 'MountVolume.SetUp failed for volume "v"' in world.events("FailedMount")[0]
    assert state(found)["waiting"]["reason"] == "ContainerCreating"


async def test_given_a_missing_secret_when_a_variable_needs_it_then_the_config_error_says_so(
    world: World,
) -> None:
    source = {"secretKeyRef": {"name": "keys", "key": "token"}}
    secret = {"metadata": {"name": "keys"}, "data": {"token": "c2VjcmV0"}}
    show = ["bash", "-c", "echo $TOKEN > $HOME/token; sleep 1000"]
    await world.api.create(PODS, running(show, env=[{"name": "TOKEN", "valueFrom": source}]))
    await world.until("lab-0", waits_for("CreateContainerConfigError"))

    await world.api.create("/api/v1/namespaces/demo/secrets", secret)
    found = await world.until("lab-0", is_running)

    file = world.data / "pods" / found["metadata"]["uid"] / "home" / "token"
    await eventually(partial(has_text, file, "secret\n"))


async def test_given_a_claim_when_its_pod_comes_back_then_its_files_are_there(
    world: World,
) -> None:
    mounted = running(
        ["bash", "-c", "echo hello >> $HOME/file; sleep 1000"],
        volumeMounts=[{"name": "home", "mountPath": "/home/jovyan"}],
    )
    mounted["spec"]["volumes"] = [claim_volume("lab")]
    await world.api.create("/api/v1/namespaces/demo/persistentvolumeclaims", claim())
    for lines in ("hello\n", "hello\nhello\n"):
        await world.api.create(PODS, mounted)
        await world.until("lab-0", is_running)
        volume = world.api.all("persistentvolumes")[0]["metadata"]["name"]
        folder = world.data / "volumes" / volume
        await eventually(partial(has_text, folder / "file", lines))
        assert (folder.stat().st_mode & 0o777) == 0o700
        await world.api.delete(f"{PODS}/lab-0", grace_period_seconds=1)
        await world.until_gone("lab-0")


async def test_given_a_dead_container_when_liveness_fails_then_it_is_restarted(
    world: World,
) -> None:
    probe = {
        "exec": {"command": ["test", "-e", "alive"]},
        "periodSeconds": 1,
        "failureThreshold": 1,
    }
    await world.api.create(PODS, running(SLEEP, livenessProbe=probe))

    found = await world.until("lab-0", lambda obj: restarts(obj) == 1)

    assert "Liveness probe failed: exit code 1" in world.events("Unhealthy")
    assert "Container lab failed liveness probe, will be restarted" in world.events("Killing")
    assert found["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"] == 143


async def test_given_a_ready_container_when_readiness_fails_then_it_is_unready_and_not_killed(
    world: World,
) -> None:
    probe = {"exec": {"command": ["test", "-e", "up"]}, "periodSeconds": 1, "failureThreshold": 1}
    start = ["bash", "-c", "touch up; sleep 1.5; rm up; sleep 1000"]
    await world.api.create(PODS, running(start, readinessProbe=probe))
    first = await world.until("lab-0", is_ready)

    after = await world.until("lab-0", lambda obj: not is_ready(obj))

    assert pid_of(first) == pid_of(after)
    assert is_running(after)
    assert world.events("Unhealthy") == ["Readiness probe failed: exit code 1"]


async def test_given_a_start_that_never_ends_when_the_startup_probe_gives_up_then_it_is_restarted(
    world: World,
) -> None:
    probe = {"exec": {"command": ["no-such"]}, "periodSeconds": 1, "failureThreshold": 2}
    await world.api.create(PODS, running(SLEEP, startupProbe=probe))

    await world.until("lab-0", lambda obj: restarts(obj) == 1)

    assert "Container lab failed startup probe, will be restarted" in world.events("Killing")
    assert "No such file or directory: 'no-such'" in world.events("Unhealthy")[0]


async def test_given_a_slow_start_when_the_startup_probe_passes_then_it_is_started(
    world: World,
) -> None:
    start = ["bash", "-c", "sleep 1; touch up; sleep 1000"]
    probe = {"exec": {"command": ["test", "-e", "up"]}, "periodSeconds": 1, "failureThreshold": 9}
    await world.api.create(PODS, running(start, startupProbe=probe))
    before = await world.until("lab-0", is_running)

    found = await world.until("lab-0", is_ready)

    assert before["status"]["containerStatuses"][0]["started"] is False
    assert found["status"]["containerStatuses"][0]["started"] is True


async def test_given_a_sandbox_that_stops_when_it_starts_again_then_its_pods_run_again(
    world: World,
) -> None:
    await world.api.create(PODS, running(SLEEP))
    first = await world.until("lab-0", is_running)
    await world.stop()
    assert not psutil.pid_exists(pid_of(first))

    world.start()
    again = await world.until("lab-0", lambda obj: is_running(obj) and pid_of(obj) != pid_of(first))

    status = again["status"]["containerStatuses"][0]
    assert status["restartCount"] == 1
    assert status["lastState"]["terminated"]["reason"] == "Unknown"
    assert again["status"]["podIP"] == first["status"]["podIP"]


async def test_given_a_pod_deleted_while_the_sandbox_was_down_when_it_starts_then_its_folder_goes(
    world: World,
) -> None:
    await world.api.create(PODS, running(SLEEP))
    found = await world.until("lab-0", is_running)
    folder = world.data / "pods" / found["metadata"]["uid"]
    await world.stop()
    assert folder.exists()
    await world.api.delete(f"{PODS}/lab-0", grace_period_seconds=0)

    world.start()

    await eventually(lambda: not folder.exists())


async def test_given_a_fault_of_ours_when_a_container_starts_then_the_status_tells(
    world: World,
) -> None:
    broken = running(SLEEP, resources={"limits": {"memory": "1Gi"}}, env=[{"value": "no name"}])
    await world.api.create(PODS, broken)

    found = await world.until("lab-0", waits_for("CreateContainerError"))

    assert "name" in state(found)["waiting"]["message"]


async def test_given_a_pod_with_init_containers_when_it_starts_then_it_is_refused_with_words(
    world: World,
) -> None:
    await world.api.create(PODS, {**running(SLEEP), "spec": INIT_SPEC})

    found = await world.until("lab-0", waits_for("CreateContainerConfigError"))

    assert "no init containers" in state(found)["waiting"]["message"]


async def test_given_no_addresses_of_their_own_when_pods_want_one_port_then_they_take_turns(
    world: World, unused_tcp_port: int
) -> None:
    await world.stop()
    world.start(network=SHARED)
    port = {"containerPort": unused_tcp_port}
    env = [IP, {"name": "PORT", "value": str(unused_tcp_port)}]
    probe = {"tcpSocket": {"port": unused_tcp_port}, "periodSeconds": 1}
    for name in ("a-0", "b-0"):
        serving = container(command=SERVE, env=env, ports=[port], readinessProbe=probe)
        await world.api.create(PODS, pod(name, containers=[serving]))
        await world.until(name, is_ready if name == "a-0" else waits_for("CreateContainerError"))

    waiting = await world.pod("b-0")
    await world.api.delete(f"{PODS}/a-0")
    second = await world.until("b-0", is_ready)

    assert f"port {unused_tcp_port} of 127.0.0.1 is taken" in state(waiting)["waiting"]["message"]
    assert second["status"]["podIP"] == "127.0.0.1"


def test_given_processes_of_a_killed_sandbox_when_it_starts_again_then_they_are_ended(
    tmp_path: Path,
) -> None:
    (tmp_path / "uid-1").mkdir()
    environment = {"PATH": os.environ["PATH"]}
    ours = subprocess.Popen(SLEEP, env={**environment, MARK: "uid-1/lab"})
    another = subprocess.Popen(SLEEP, env={**environment, MARK: "uid-2/lab"})

    end_orphans(tmp_path)

    assert ours.wait(timeout=10) == -signal.SIGKILL
    assert another.poll() is None
    another.kill()
    another.wait(timeout=10)


async def test_given_two_pods_when_they_use_one_port_then_each_has_an_address(
    world: World,
) -> None:
    probe = {"tcpSocket": {"port": 8888}, "periodSeconds": 1}
    for name in ("a-0", "b-0"):
        serving = pod(name, containers=[container(command=SERVE, env=[IP], readinessProbe=probe)])
        await world.api.create(PODS, serving)

    first = await world.until("a-0", is_ready)
    second = await world.until("b-0", is_ready)

    assert first["status"]["podIP"] != second["status"]["podIP"]
