"""A running app on a sandbox of its own, and a browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
import urllib3
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.settings import Settings

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# JupyterLab is installed once for all runs; everything else of a run is thrown away.
RUNTIMES = Path.home() / ".cache" / "oneblock-notebooks" / "runtimes"
QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class App:
    """One app: where its pages are, its sandbox's API as the administrator, and its process."""

    url: str
    kube: Kube
    process: subprocess.Popen[bytes]
    log: Path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(what: str, look: Callable[[], Found | None], *, seconds: float = 60) -> Found:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError(f"{what}: not within {seconds:.0f} s")


def is_healthy(url: str) -> bool:
    try:
        answer = urllib3.request("GET", f"{url}/_stcore/health", retries=False, timeout=1)
    except urllib3.exceptions.HTTPError:
        return False
    return answer.status == 200


def start_app(data: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("NB_")},
        "NB_DATA": str(data),
        "NB_RUNTIMES": str(RUNTIMES),
    }
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    with log.open("ab") as output:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )


def stop_app(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=15)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("app")
    log, port = folder / "app.log", free_port()
    process = start_app(folder / "data", port, log)
    kubeconfig = folder / "data" / "sandbox" / "kubeconfig"
    url = f"http://localhost:{port}"
    try:
        wait_for(f"the app, see {log}", lambda: is_healthy(url) and kubeconfig.exists())
        settings = Settings.from_environ({"NB_CLUSTER": "sandbox", "NB_DATA": str(folder / "data")})
        kube = Kube(connect(settings), OwnAccount(user="e2e"))
        yield App(url=url, kube=kube, process=process, log=log)
    finally:
        stop_app(process)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        reason = f"no browser: none of {', '.join(BROWSERS)} is on PATH"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1360, "height": 820})
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
