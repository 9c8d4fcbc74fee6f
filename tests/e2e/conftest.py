"""A running app on a cluster of its own, and a browser."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect, sync_playwright

from benchmarks.running_app import RunningApp, running_app
from nbcore.kube.client import Kube
from tests.cluster.build import find_assets
from tests.cluster.servers import cannot_run
from tests.e2e.real_cluster import running_real_cluster

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")
# JupyterLab is installed once for all runs; everything else of a run is thrown away.
RUNTIMES = Path.home() / ".cache" / "oneblock-notebooks" / "runtimes"
# For what a page is to show and for what is done to it, also on a busy machine. Milliseconds.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def sandbox_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """The app as `make run` starts it."""
    with running_app(tmp_path_factory.mktemp("app") / "data", RUNTIMES) as app:
        app.wait_until_ready()
        yield app


@pytest.fixture(scope="session")
def app(sandbox_app: RunningApp) -> RunningApp:
    """Where a test runs once: on the sandbox."""
    return sandbox_app


@pytest.fixture(scope="session")
def real_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """The app on a real control plane, whose pods run on the sandbox's node."""
    assets = find_assets()
    if assets is None:
        cannot_run("no control plane: `make cluster` has not run")
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("pods need a network of their own, which only Linux' root can make")
    folder = tmp_path_factory.mktemp("real-app")
    with (
        running_real_cluster(assets, folder, RUNTIMES) as kubeconfig,
        running_app(folder / "data", RUNTIMES, kubeconfig) as app,
    ):
        app.wait_until_ready()
        yield app


@pytest.fixture(scope="session")
def kube(app: RunningApp) -> Kube:
    """The app's cluster, as its administrator."""
    return app.kube()


@contextmanager
def launched(chromium: BrowserType, *arguments: str) -> Iterator[Browser]:
    """A browser that is told something besides."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        cannot_run(f"no browser: none of {', '.join(BROWSERS)} is on PATH")
    browser = chromium.launch(executable_path=path, args=[*QUIET, *arguments])
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Of one module: while it is open, a loop runs in this thread, and asyncio's tests can't.
    with sync_playwright() as playwright, launched(playwright.chromium) as chromium:
        yield chromium


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1360, "height": 820})
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
