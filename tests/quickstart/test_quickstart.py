"""The local start with real processes: who ends when who is killed, and who may start."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from streamlit_authenticator.utilities import Hasher

import quickstart
from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.kube.resources import NAMESPACES, ROLE_BINDINGS
from nbcore.names import SYSTEM_NAMESPACE
from nbcore.offers import offers_from_text
from nbcore.settings import Settings
from nbcore.users import read_users

ROOT = Path(quickstart.__file__).parent


def eventually(done: Callable[[], bool], *, seconds: float, what: str) -> float:
    """Waits for something and tells how long it took."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < seconds, f"{what} did not happen in {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began


def is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@dataclass
class Started:
    """A quickstart.py that runs, and what it said so far."""

    process: subprocess.Popen[str]
    lines: list[str]

    def until_ready(self) -> list[psutil.Process]:
        """Waits for the last step; tells the children."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if self.lines[-1] == quickstart.READY:
                return psutil.Process(self.process.pid).children(recursive=True)
        raise AssertionError(f"it ended: {self.lines}")

    def rest(self) -> str:
        """What it says until its end; its standard input stays open."""
        assert self.process.stdout is not None
        return self.process.stdout.read()


Start = Callable[[Path], Started]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts quickstart.py on a folder; whatever is left of it at the end is killed."""
    began: list[Started] = []
    known: list[psutil.Process] = []

    def begin(data: Path) -> Started:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "quickstart.py"), "--data", str(data), "--address", "URL"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        began.append(Started(process, []))
        known.append(psutil.Process(process.pid))
        return began[-1]

    yield begin
    for one in known:
        if not is_gone(one):
            for process in [*one.children(recursive=True), one]:
                process.kill()
    for started in began:
        for pipe in (started.process.stdin, started.process.stdout):
            if pipe:
                pipe.close()
        started.process.wait()


def test_given_an_empty_folder_when_started_then_each_step_is_one_line(
    start: Start, tmp_path: Path
) -> None:
    started = start(tmp_path / "data")

    children = started.until_ready()

    subjects = [line.split()[0] for line in started.lines]
    steps = ["data", "sandbox", "API", "namespace", "user", "user", "user", "cluster"]
    assert subjects == steps
    assert len(children) >= 2
    assert (tmp_path / "data" / "logs" / "controller.log").exists()


def test_given_a_first_start_when_it_is_over_then_three_can_sign_in_and_a_second_tells_nothing(
    start: Start, tmp_path: Path
) -> None:
    first = start(tmp_path)
    first.until_ready()
    told = dict(line.split()[1:3] for line in first.lines if line.startswith("user"))
    users = read_users((tmp_path / "users.yaml").read_text())
    offers = offers_from_text((tmp_path / "offers.json").read_text())
    kube = as_administrator(tmp_path)
    names = {namespace["metadata"]["name"] for namespace in kube.list(NAMESPACES)}
    bindings = {
        (each["metadata"]["namespace"], each["subjects"][0]["name"], each["roleRef"]["name"])
        for each in kube.list(ROLE_BINDINGS)
        if each["subjects"][0]["kind"] == "Group"
    }
    first.process.send_signal(signal.SIGTERM)
    first.process.wait(10)
    kept = (tmp_path / "users.yaml").read_bytes()

    second = start(tmp_path)
    second.until_ready()

    assert {"demo", "research"} <= names
    assert list(told) == ["alice", "bob", "carol"]
    assert users.problems == ()
    assert all(Hasher.check_pw(told[name], users.known[name].password) for name in told)
    assert [offer.user(users) for offer in offers] == list(users.known.values())
    assert ("demo", "data-scientists", "edit") in bindings
    assert ("research", "data-scientists", "edit") not in bindings
    for namespace in ("demo", "research"):
        assert (namespace, "team-leads", "view") in bindings
        assert (namespace, "notebook-admins", "admin") in bindings
    assert (SYSTEM_NAMESPACE, "notebook-admins", "view") in bindings
    for name in ("users.yaml", "offers.json"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        assert not any(password in (tmp_path / name).read_text() for password in told.values())
    assert not any(line.startswith("user") for line in second.lines)
    assert (tmp_path / "users.yaml").read_bytes() == kept


def as_administrator(data: Path) -> Kube:
    settings = Settings.from_environ({"NB_CLUSTER": "sandbox", "NB_DATA": str(data)})
    return Kube(connect(settings), OwnAccount("tests"))


def test_given_a_held_folder_when_started_again_then_it_says_by_whom_and_leaves_it_alone(
    start: Start, tmp_path: Path
) -> None:
    first = start(tmp_path)
    first.until_ready()
    kubeconfig = (tmp_path / "sandbox" / "kubeconfig").read_bytes()

    second = start(tmp_path)
    output = second.rest()

    assert second.process.wait(5) == quickstart.HELD_EXIT
    assert f"in use by process {first.process.pid} since 20" in output
    assert "app at URL" in output
    assert "make run DATA=" in output
    assert (tmp_path / "sandbox" / "kubeconfig").read_bytes() == kubeconfig
    assert first.process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_given_a_running_cluster_when_asked_to_end_then_all_end_in_time(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    started = start(tmp_path)
    children = started.until_ready()

    started.process.send_signal(number)

    eventually(lambda: all(map(is_gone, children)), seconds=8, what="the end of the children")
    assert started.process.wait(5) == 0


def test_given_a_parent_that_is_gone_when_its_pipe_closes_then_all_end(
    start: Start, tmp_path: Path
) -> None:
    started = start(tmp_path)
    children = started.until_ready()

    assert started.process.stdin is not None
    started.process.stdin.close()

    eventually(lambda: all(map(is_gone, children)), seconds=8, what="the end of the children")
    assert started.process.wait(5) == 0


def test_given_a_kill_9_when_it_hits_us_then_nothing_outlives_us_and_the_next_start_waits(
    start: Start, tmp_path: Path
) -> None:
    started = start(tmp_path)
    children = started.until_ready()

    started.process.kill()
    again = start(tmp_path)
    again.until_ready()

    eventually(lambda: all(map(is_gone, children)), seconds=10, what="the end of the children")


def test_given_a_child_that_dies_when_running_then_it_is_named_and_all_end(
    start: Start, tmp_path: Path
) -> None:
    started = start(tmp_path)
    children = started.until_ready()
    controller = next(child for child in children if "controller" in child.cmdline())

    controller.kill()
    output = started.rest()

    assert started.process.wait(5) == quickstart.DIED_EXIT
    assert "The controller ended with -9" in output
    assert "controller.log" in output
    assert all(map(is_gone, children))


def test_given_a_sandbox_that_dies_when_running_then_all_end(start: Start, tmp_path: Path) -> None:
    started = start(tmp_path)
    children = started.until_ready()
    sandbox = next(child for child in children if "sandbox" in child.cmdline())

    sandbox.kill()
    output = started.rest()

    assert started.process.wait(5) == quickstart.DIED_EXIT
    assert "The sandbox ended with -9" in output
    assert all(map(is_gone, children))


@pytest.mark.parametrize(
    ("blocked", "below"),
    [
        pytest.param("file", "file/data", id="the folder of a file"),
        pytest.param("data/logs", "data", id="a file where logs go"),
        pytest.param("data/lock/x", "data", id="a folder where the lock goes"),
    ],
)
def test_given_a_folder_that_cant_be_used_when_started_then_one_sentence_says_so(
    start: Start, tmp_path: Path, blocked: str, below: str
) -> None:
    (tmp_path / blocked).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / blocked).touch()

    started = start(tmp_path / below)
    *_, sentence = started.rest().splitlines()

    assert started.process.wait(5) == quickstart.DIED_EXIT
    assert sentence.startswith(f"error     {tmp_path / below} can't be used: ")
    assert sentence.endswith("Use another folder: make run DATA=...")


def test_given_the_shipped_definitions_when_read_then_they_are_those_of_our_kinds() -> None:
    files = sorted((ROOT / "deploy" / "crds").glob("*.yaml"))

    found = [each for path in files for each in quickstart.objects(path)]
    kinds = {each["spec"]["names"]["kind"] for each in found}

    assert kinds == {"Notebook", "Setting"}


def test_given_a_log_when_its_end_is_told_then_only_the_last_lines_are(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("\n".join(f"line {number}" for number in range(100)))

    told = quickstart.tail(log).splitlines()

    assert told[1:] == [f"line {number}" for number in range(85, 100)]
    assert quickstart.tail(tmp_path / "missing").splitlines() == [
        f"The end of {tmp_path / 'missing'}:"
    ]


def test_given_a_holder_when_the_folder_is_free_then_its_card_is_replaced(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "lock").write_text('{"pid": 1, "since": "a long time ago", "more": "' + "x" * 500)

    started = start(tmp_path)
    started.until_ready()

    assert json.loads((tmp_path / "lock").read_text())["pid"] == started.process.pid
