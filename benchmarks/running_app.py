"""An app started for one benchmark, in a data folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.settings import Settings

ROOT = Path(__file__).parents[1]
PATIENCE = 600
"""Seconds that anything may take before the benchmark gives up."""


@dataclass(frozen=True, slots=True)
class RunningApp:
    """Where the app answers, where its data is, and when its process was started (monotonic)."""

    url: str
    data: Path
    started: float

    def kube(self) -> Kube:
        """The app's sandbox, as its administrator."""
        settings = Settings.from_environ({"NB_CLUSTER": "sandbox", "NB_DATA": str(self.data)})
        return Kube(connect(settings), OwnAccount(user="benchmark"))


@contextmanager
def running_app(data: Path, runtimes: Path) -> Iterator[RunningApp]:
    """Starts the app as `make run` does and ends it afterwards."""
    port = _free_port()
    environment = {key: value for key, value in os.environ.items() if not key.startswith("NB_")}
    environment |= {"NB_DATA": str(data), "NB_RUNTIMES": str(runtimes)}
    data.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with (data / "app.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield RunningApp(url=f"http://localhost:{port}", data=data, started=started)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def wait_until(what: str, holds: Callable[[], bool]) -> None:
    """Looks every 20 ms; raises TimeoutError when PATIENCE is over."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
