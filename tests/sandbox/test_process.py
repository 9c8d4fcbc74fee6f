"""The sandbox as a process: what is on disk, who may start it, how it ends, what survives."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.client import APPLY_PATCH
from tests.sandbox.api.objects import config_map
from tests.sandbox.node.conftest import install_empty_runtime
from tests.sandbox.objects import container

ROOT = Path(__file__).parents[2]
CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"
PODS = "/api/v1/namespaces/default/pods"
START_SECONDS = 20.0
STOP_SECONDS = 10.0


class Sandbox:
    """A running sandbox and one connection to it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        (data / "kubeconfig").unlink(missing_ok=True)
        command = [sys.executable, "-m", "sandbox", "--data", str(data)]
        self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
        self._wait_for_kubeconfig()
        config = json.loads((data / "kubeconfig").read_text())
        cluster = config["clusters"][0]["cluster"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self.context = ssl.create_default_context(cadata=authority)
        self.address = cluster["server"].removeprefix("https://")
        self.token = config["users"][0]["user"]["token"]

    def _wait_for_kubeconfig(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not (self.data / "kubeconfig").exists():
            assert self.process.poll() is None, "it ended by itself"
            assert time.monotonic() < deadline, "no kubeconfig in time"
            time.sleep(0.02)

    def connect(self) -> http.client.HTTPSConnection:
        """A new connection."""
        return http.client.HTTPSConnection(self.address, context=self.context, timeout=10)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and body of an answer; a body of bytes is sent as it is."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection = self.connect()
        try:
            connection.request(method, path, body=raw, headers=given | headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.status, json.loads(text) if is_json else text

    def stop(self, number: int = signal.SIGTERM) -> int:
        """The exit status after a signal."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(STOP_SECONDS)
        finally:
            self.process.kill()
            assert self.process.stderr is not None
            self.process.stderr.close()


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path / "data")
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One for all the requests that it has to outlive."""
    sandbox = Sandbox(tmp_path_factory.mktemp("lasting") / "data")
    yield sandbox
    sandbox.stop()


def test_given_a_start_when_ready_then_only_its_owner_can_read_its_secrets(
    sandbox: Sandbox,
) -> None:
    files = [path for path in sandbox.data.rglob("*") if path.is_file()]

    assert stat.S_IMODE(sandbox.data.stat().st_mode) == 0o700
    assert {"kubeconfig", "state.db", "ca.key", "server.key", "tokens.csv"} <= {
        path.name for path in files
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_given_a_running_one_when_started_again_then_it_says_who_holds_the_data(
    sandbox: Sandbox,
) -> None:
    command = [sys.executable, "-m", "sandbox", "--data", str(sandbox.data)]

    second = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )

    assert second.returncode == 1
    assert f"process {sandbox.process.pid}" in second.stderr
    assert sandbox.ask("GET", "/readyz") == (200, b"ok")


def test_given_a_taken_port_when_started_then_it_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    port = sandbox.address.rpartition(":")[2]
    command = [sys.executable, "-m", "sandbox", "--data", str(tmp_path / "b"), "--port", port]

    second = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )

    assert second.returncode == 1
    assert "address already in use" in second.stderr
    assert not (tmp_path / "b" / "kubeconfig").exists()


@pytest.mark.parametrize(
    ("prepare", "arguments", "said"),
    [
        ("", ["--port", "99999"], "is no port"),
        ("", ["--port", "http"], "is no port"),
        ("this is no database" * 100, [], "can't use"),
    ],
)
def test_given_what_can_not_work_when_started_then_a_sentence(
    tmp_path: Path, prepare: str, arguments: list[str], said: str
) -> None:
    if prepare:
        (tmp_path / "state.db").write_text(prepare)
    command = [sys.executable, "-m", "sandbox", "--data", str(tmp_path), *arguments]

    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )

    assert ended.returncode != 0
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_given_writes_when_killed_then_nothing_that_was_answered_is_lost(tmp_path: Path) -> None:
    before = Sandbox(tmp_path / "data")
    for number in range(50):
        assert before.ask("POST", CONFIG_MAPS, config_map(f"c{number}"))[0] == 201
    _, kept = before.ask("GET", CONFIG_MAPS)
    before.stop(signal.SIGKILL)

    after = Sandbox(tmp_path / "data")
    _, found = after.ask("GET", CONFIG_MAPS)
    _, made = after.ask("POST", CONFIG_MAPS, config_map("new"))
    after.stop()

    assert found["items"] == kept["items"]
    assert int(made["metadata"]["resourceVersion"]) > int(kept["metadata"]["resourceVersion"])
    assert after.token == before.token


def test_given_a_watch_when_asked_to_stop_then_the_watch_ends_and_so_does_it(
    sandbox: Sandbox,
) -> None:
    connection = sandbox.connect()
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    connection.request("GET", f"{CONFIG_MAPS}?watch=1&resourceVersion=1", headers=headers)
    answer = connection.getresponse()

    begun = time.monotonic()
    code = sandbox.stop()

    assert code == 0
    assert time.monotonic() - begun < 5
    assert answer.read() == b""
    connection.close()


def test_given_interrupt_when_sent_then_it_ends_too(sandbox: Sandbox) -> None:
    assert sandbox.stop(signal.SIGINT) == 0


def test_given_no_token_when_asked_then_nothing_but_version(lasting: Sandbox) -> None:
    status, answer = lasting.ask("GET", CONFIG_MAPS, Authorization="Bearer wrong")
    anonymous = lasting.connect()
    anonymous.request("GET", CONFIG_MAPS)

    assert (status, answer["reason"]) == (401, "Unauthorized")
    assert anonymous.getresponse().status == 403
    anonymous.close()


@pytest.mark.parametrize("header", ["Impersonate-Uid", "Impersonate-Extra-scopes"])
def test_given_a_header_that_would_be_ignored_when_acting_as_another_then_refused(
    lasting: Sandbox, header: str
) -> None:
    headers = {"Impersonate-User": "bob", header: "x"}

    status, answer = lasting.ask("GET", CONFIG_MAPS, **headers)

    assert status == 400
    assert header in answer["message"]


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", CONFIG_MAPS, b"x" * (3 * 1024 * 1024 + 1), 413),
        ("POST", CONFIG_MAPS, b"[" * 200_000, 400),
        ("POST", CONFIG_MAPS, b"{", 400),
        ("PATCH", CONFIG_MAPS + "/x?fieldManager=m", b"- " * 60_000 + b"x", 400),
        ("PATCH", CONFIG_MAPS + "/x?fieldManager=m", b"a: .inf", 400),
        ("DELETE", CONFIG_MAPS + "/x", b"[1]", 404),
        ("GET", "/apis/none/v1/things", None, 404),
        ("GET", "/api/v1/things", None, 404),
        ("TRACE", CONFIG_MAPS, None, 405),
        ("GET", CONFIG_MAPS + "?labelSelector=" + "(" * 3000, None, 400),
        ("GET", CONFIG_MAPS + "?labelSelector=" + "a" * 70_000, None, 400),
        ("GET", CONFIG_MAPS + "/%2e%2e%2fx", None, 404),
    ],
)
def test_given_a_hostile_request_when_sent_then_refused_and_it_lives_on(
    lasting: Sandbox, method: str, path: str, body: bytes | None, code: int
) -> None:
    headers = {"Content-Type": APPLY_PATCH} if method == "PATCH" else {}
    try:
        status, _ = lasting.ask(method, path, body, **headers)
    except (BrokenPipeError, ConnectionResetError):
        status = 413  # It hung up in the middle of too much.

    assert status == code
    assert lasting.ask("GET", "/readyz") == (200, b"ok")


def test_given_garbage_instead_of_tls_when_sent_then_it_lives_on(lasting: Sandbox) -> None:
    host, _, port = lasting.address.partition(":")
    plain = http.client.HTTPConnection(host, int(port), timeout=5)

    plain.request("GET", "/readyz")
    with pytest.raises((http.client.HTTPException, OSError)):
        plain.getresponse()
    plain.close()

    assert lasting.ask("GET", "/readyz") == (200, b"ok")


def test_given_it_when_listening_then_on_loopback_only(lasting: Sandbox) -> None:
    port = int(lasting.address.rpartition(":")[2])
    lines = Path(f"/proc/{os.getpid()}/net/tcp").read_text().splitlines()[1:]
    hosts = {line.split()[1].partition(":")[0] for line in lines if f":{port:04X} " in line}

    assert "0100007F" in hosts
    assert "00000000" not in hosts


def _is_ready(pod: Any) -> bool:
    conditions = pod.get("status", {}).get("conditions") or []
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def test_given_a_running_pod_when_killed_and_started_again_then_it_is_never_ready_by_mistake(
    tmp_path: Path,
) -> None:
    install_empty_runtime(tmp_path / "data" / "runtimes")
    before = Sandbox(tmp_path / "data")
    probe = {"exec": {"command": ["true"]}, "initialDelaySeconds": 3, "periodSeconds": 1}
    serving = container(command=["sleep", "1000"], readinessProbe=probe)
    before.ask("POST", PODS, {"metadata": {"name": "a"}, "spec": {"containers": [serving]}})
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready(pod := before.ask("GET", f"{PODS}/a")[1]):
        assert time.monotonic() < deadline, pod
        time.sleep(0.1)
    before.stop(signal.SIGKILL)

    after = Sandbox(tmp_path / "data")
    _, again = after.ask("GET", f"{PODS}/a")
    after.stop()

    assert not _is_ready(again)
    assert not again["status"]["containerStatuses"][0]["ready"]
