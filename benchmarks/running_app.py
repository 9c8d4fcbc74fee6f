"""An app started for one benchmark, in a data folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import urllib3

from nbcore.errors import SettingsError, UnreachableError
from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.kube.resources import NAMESPACES
from nbcore.settings import ClusterKind, Settings, SignIn

ROOT = Path(__file__).parents[1]
NAMESPACE = "demo"
"""The namespace that the local start makes."""
PATIENCE = 600
"""Seconds that anything may take before the benchmark gives up."""


@dataclass(frozen=True, slots=True)
class RunningApp:
    """Where the app answers, what it was told, and when its process was started (monotonic)."""

    url: str
    settings: Settings
    started: float

    def wait_until_ready(self) -> None:
        """Waits until pages are served and the sandbox has its namespace."""
        wait_until("the app", self.is_healthy)
        if self.settings.cluster is ClusterKind.SANDBOX:
            wait_until("the sandbox", self.settings.sandbox_kubeconfig.exists)
        wait_until("the namespaces", self._has_namespace)

    def is_healthy(self) -> bool:
        """Whether pages are served."""
        try:
            answer = urllib3.request("GET", f"{self.url}/_stcore/health", retries=False, timeout=1)
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status == 200

    def _has_namespace(self) -> bool:
        try:
            found = self.kube().list(NAMESPACES)
        except (SettingsError, UnreachableError):
            # At a second start an old kubeconfig is there, which goes before there is a new one.
            return False
        return any(item["metadata"]["name"] == NAMESPACE for item in found)

    def kube(self) -> Kube:
        """The app's cluster, as its administrator."""
        return Kube(connect(self.settings), OwnAccount(user="benchmark"))


@contextmanager
def running_app(
    data: Path,
    runtimes: Path,
    kubeconfig: Path | None = None,
    *,
    sign_in: SignIn = SignIn.OFF,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[RunningApp]:
    """Starts the app, and ends it afterwards: as `make run` does, or on the cluster named.

    Unlike there, nobody has to sign in.

    Args:
        data: the folder of its state.
        runtimes: the folder of the programs behind images.
        kubeconfig: of a cluster that there is; None for the sandbox.
        sign_in: whether people do.
        more: environment besides.
    """
    port = _free_port()
    told = {"NB_DATA": str(data), "NB_RUNTIMES": str(runtimes), "NB_CLUSTER": "sandbox"}
    if kubeconfig:
        told |= {"NB_CLUSTER": "kubeconfig", "KUBECONFIG": str(kubeconfig)}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("NB_")}
    environment |= {"NB_SIGN_IN": sign_in}
    data.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with (data / "app.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"],
            cwd=ROOT,
            env={**environment, **told, **more},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        settings = Settings.from_environ(told)
        yield RunningApp(f"http://localhost:{port}", settings, started)
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
