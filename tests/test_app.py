"""The app as `make run` starts it: one real process, its children, its terminal."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parent.parent


class App:
    """A running app; what it prints goes to a file."""

    def __init__(self, data: Path, port: int, log: Path) -> None:
        self.port, self.log = port, log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"],
                cwd=ROOT,
                env={
                    **os.environ,
                    "NB_DATA": str(data),
                    "NB_CLUSTER": "sandbox",
                    "NB_SIGN_IN": "off",
                },
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """The head of an answer; the connection is closed."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            response.read()
            return response

    def says(self, words: str) -> bool:
        return words in self.log.read_text()

    def answers(self) -> bool:
        try:
            return self.get("/_stcore/health").status == 200
        except OSError:
            return False

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def eventually(done: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


def is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


Start = Callable[..., App]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    apps: list[App] = []

    def begin(*, port: int = 0) -> App:
        log = tmp_path / f"app-{len(apps)}.log"
        apps.append(App(tmp_path / "data", port or free_port(), log))
        return apps[-1]

    yield begin
    for app in apps:
        if app.process.poll() is None:
            for process in [*app.children(), psutil.Process(app.process.pid)]:
                process.kill()
        app.process.wait()


def test_given_a_fresh_folder_when_started_then_pages_and_gateway_answer_and_ctrl_c_ends_all(
    start: Start,
) -> None:
    app = start()
    eventually(app.answers, seconds=20)

    assert app.get("/").getheader("X-Frame-Options") == "DENY"
    eventually(lambda: app.says("cluster   ready"), seconds=30)
    eventually(
        lambda: app.get("/notebook/demo/none/", Host=f"127.0.0.1:{app.port}").status == 404,
        seconds=10,
    )
    assert app.get("/", Host="evil.example").status == 421
    assert app.get("/_stcore/agent/").status == 404
    assert app.says(f"http://localhost:{app.port}")
    children = app.children()
    assert len(children) >= 3

    app.process.send_signal(signal.SIGINT)

    app.process.wait(10)
    assert all(map(is_gone, children))
    assert not app.says("Traceback")


def test_given_a_kill_9_when_it_hits_the_app_then_nothing_outlives_it(start: Start) -> None:
    app = start()
    eventually(lambda: app.says("cluster   ready"), seconds=40)
    children = app.children()

    app.process.kill()

    eventually(lambda: all(map(is_gone, children)), seconds=10)


def test_given_a_sandbox_that_is_killed_when_running_then_the_app_says_so_and_ends(
    start: Start,
) -> None:
    app = start()
    eventually(lambda: app.says("cluster   ready"), seconds=40)
    children = app.children()
    sandbox = next(child for child in children if "sandbox" in child.cmdline())

    sandbox.kill()

    assert app.process.wait(10) == 1
    assert app.says("The sandbox ended with -9.")
    assert app.says("The app ends with it. Start again with make run")
    assert app.log.read_text().count("WARNING") <= 1
    assert not app.says("Traceback")
    eventually(lambda: all(map(is_gone, children)), seconds=10)


def test_given_a_sandbox_that_hangs_when_seconds_pass_then_the_app_notices_and_recovers(
    start: Start,
) -> None:
    app = start()
    eventually(lambda: app.says("cluster   ready"), seconds=40)
    eventually(
        lambda: app.get("/notebook/demo/none/", Host=f"127.0.0.1:{app.port}").status == 404,
        seconds=10,
    )
    sandbox = next(child for child in app.children() if "sandbox" in child.cmdline())

    sandbox.suspend()
    eventually(lambda: app.says("silent for too long; trying again"), seconds=15)
    sandbox.resume()

    eventually(lambda: app.says("The API server answers again"), seconds=15)
    assert app.log.read_text().count("WARNING") == 1
    assert app.process.poll() is None


def test_given_a_folder_that_cant_be_made_when_started_then_one_sentence_says_so(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "data").touch()

    app = start()

    assert app.process.wait(20) == 1
    assert app.says("data can't be used: File exists. Use another folder: make run DATA=...")
    assert not app.says("Traceback")


def test_given_a_second_app_when_its_folder_or_port_is_taken_then_it_says_so_and_ends(
    start: Start,
) -> None:
    first = start()
    eventually(lambda: first.says("cluster   ready"), seconds=40)

    same_folder = start()
    same_port = start(port=first.port)

    assert same_folder.process.wait(20) == 1
    assert same_folder.says(f"app at http://localhost:{first.port}")
    assert not same_folder.says(f"http://localhost:{same_folder.port}")
    assert not same_folder.says("Start again")
    assert not same_folder.says("Traceback")
    assert same_port.process.wait(20) != 0
    assert same_port.says(f"Port {first.port} is not available")
    assert first.answers()


@pytest.mark.parametrize(
    ("environ", "address", "words"),
    [
        pytest.param({"NB_CLUSTER": "moon"}, "127.0.0.1", "NB_CLUSTER is 'moon'", id="setting"),
        pytest.param(
            {"NB_SIGN_IN": "off"},
            "0.0.0.0",  # noqa: S104
            "NB_SIGN_IN is off",
            id="open to others",
        ),
    ],
)
def test_given_what_must_not_be_when_started_then_one_sentence_says_so(
    tmp_path: Path, environ: dict[str, str], address: str, words: str
) -> None:
    options = [f"--server.port={free_port()}", f"--server.address={address}"]
    ended = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", *options],
        cwd=ROOT,
        env={**os.environ, "NB_DATA": str(tmp_path), **environ},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ended.returncode != 0
    assert words in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
