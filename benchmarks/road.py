"""Measures the road of a first user: `python -m benchmarks.road` prints one line a figure.

It starts the app in folders of its own, drives it with Chromium, and compares the gateway with the
notebook's own address in the same run. With --cold it also times a first start, which installs
JupyterLab.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from streamlit.testing.v1 import AppTest

from benchmarks.running_app import NAMESPACE, PATIENCE, ROOT, RunningApp, running_app, wait_until
from benchmarks.transfer import download_rate, get_latency
from nbcore.kube.cache import ClusterCache
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS, PODS
from nbcore.names import JsonObject
from nbcore.settings import Settings
from ui.session import Services, install, own_account

SHARED_RUNTIMES = Path.home() / ".cache" / "oneblock-notebooks" / "runtimes"
BIG_FILE = 512 << 20
LISTED = 200


def main() -> int:
    """Prints every figure of the road."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.road", description=__doc__)
    parser.add_argument("--cold", action="store_true", help="also time a start with pip install")
    arguments = parser.parse_args()
    with _scratch() as folder, _browser_page() as page:
        with running_app(folder / "warm", SHARED_RUNTIMES) as app:
            _report("app start -> page usable", _page_usable(app, page))
            _report("click -> lab open, runtime ready", _lab_open(app, page))
            _gateway(app)
            _listing(app.kube())
        if arguments.cold:
            with running_app(folder / "cold", folder / "runtimes") as app:
                _page_usable(app, page)
                _report("click -> lab open, runtime installed first", _lab_open(app, page))
    return 0


def _page_usable(app: RunningApp, page: Page) -> float:
    wait_until("the app", app.is_healthy)
    page.goto(app.url)
    page.get_by_role("button", name="Start JupyterLab").wait_for(timeout=PATIENCE * 1000)
    return time.monotonic() - app.started


def _lab_open(app: RunningApp, page: Page) -> float:
    begun = time.monotonic()
    page.get_by_role("button", name="Start JupyterLab").click()
    name = _only_notebook(app.kube())
    page.goto(f"{app.url}/notebook/{NAMESPACE}/{name}/")
    page.locator(".jp-Launcher").first.wait_for(timeout=PATIENCE * 1000)
    return time.monotonic() - begun


def _only_notebook(kube: Kube) -> str:
    wait_until("the new notebook", lambda: bool(kube.list(NOTEBOOKS, NAMESPACE)))
    name: str = kube.list(NOTEBOOKS, NAMESPACE)[0]["metadata"]["name"]
    return name


def _gateway(app: RunningApp) -> None:
    kube = app.kube()
    name = _only_notebook(kube)
    address = kube.get(PODS, f"{name}-0", NAMESPACE)["status"]["podIP"]
    path = f"/notebook/{NAMESPACE}/{name}"
    # Where notebooks share the app's host name, so that programs find them there.
    shared = app.url.replace("localhost", "127.0.0.1")
    direct, through = f"http://{address}:8888{path}", f"{shared}{path}"
    first, second = (get_latency(f"{base}/api", requests=2000) for base in (direct, through))
    _report("GET direct, p50", first.p50 / 1000)
    _report("GET added by the gateway, p50", (second.p50 - first.p50) / 1000)
    _report("GET added by the gateway, p99", (second.p99 - first.p99) / 1000)
    home = next((app.settings.data / "sandbox" / "volumes").iterdir())
    with (home / "big.bin").open("wb") as big:
        big.truncate(BIG_FILE)
    big_file = f"{path}/files/big.bin"
    bases = (f"http://{address}:8888", shared)
    pairs = [[download_rate(base + big_file) for base in bases] for _ in range(3)]
    ratio = statistics.median(ours / theirs for theirs, ours in pairs)
    print(f"{'big download through the gateway, of direct':<48}{ratio:>9.0%}")


def _listing(kube: Kube) -> None:
    for number in range(LISTED):
        kube.create(NOTEBOOKS, _stopped_notebook(f"listed-{number:03}"))
    cache = ClusterCache(kube)
    cache.start()
    wait_until("the cache", lambda: cache.is_synced and len(cache.list(NOTEBOOKS)) > LISTED)
    install(Services(cache, kube, Settings.from_environ({}), identity=own_account("me")))
    script = AppTest.from_file(str(ROOT / "ui" / "shell.py"), default_timeout=PATIENCE)
    script.run()
    taken = []
    for _ in range(20):
        begun = time.perf_counter()
        script.run()
        taken.append(time.perf_counter() - begun)
    cache.stop()
    _report(f"list rerun at {LISTED} notebooks, median", statistics.median(taken))


def _stopped_notebook(name: str) -> JsonObject:
    resources = {"cpu": "100m", "memory": "64Mi"}
    container = {
        "name": name,
        "image": "kubeflownotebookswg/jupyter-scipy:v1.8.0",
        "resources": {"requests": resources, "limits": resources},
    }
    return {
        "apiVersion": NOTEBOOKS.api_version,
        "kind": NOTEBOOKS.kind,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"suspend": True, "template": {"spec": {"containers": [container]}}},
    }


def _report(what: str, seconds: float) -> None:
    value = f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.2f} ms"
    print(f"{what:<48}{value:>9}", flush=True)


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="nb-road-") as folder:
        yield Path(folder)


@contextmanager
def _browser_page() -> Iterator[Page]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1360, "height": 820})
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
