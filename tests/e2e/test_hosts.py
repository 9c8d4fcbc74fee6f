"""JupyterLab with a kernel and a terminal, under a host name of its own and on the app's own."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from benchmarks.running_app import NAMESPACE, RunningApp
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS
from nbcore.names import JsonObject
from tests.cluster.api import eventually
from tests.e2e import lab

pytestmark = pytest.mark.timeout(600)

NAME = "hosts"


@pytest.fixture(scope="module")
def notebook(kube: Kube) -> Iterator[str]:
    """A notebook that runs; its path. It goes at the end: others begin with an empty list."""
    resources = {"cpu": "200m", "memory": "500Mi"}
    container = {
        "name": NAME,
        "image": "kubeflownotebookswg/jupyter-scipy:v1.8.0",
        "resources": {"requests": resources, "limits": resources},
    }
    notebook: JsonObject = {
        "apiVersion": NOTEBOOKS.api_version,
        "kind": NOTEBOOKS.kind,
        "metadata": {"name": NAME, "namespace": NAMESPACE},
        "spec": {"template": {"spec": {"containers": [container]}}},
    }
    kube.create(NOTEBOOKS, notebook)
    eventually(lambda: phase(kube) == "Ready", what="a running notebook", seconds=300)
    yield f"/notebook/{NAMESPACE}/{NAME}/lab?reset"
    kube.delete(NOTEBOOKS, NAME, NAMESPACE)
    eventually(lambda: not kube.list(NOTEBOOKS, NAMESPACE), what="an empty list")


def phase(kube: Kube) -> str:
    status: JsonObject = kube.get(NOTEBOOKS, NAME, NAMESPACE).get("status") or {}
    return str(status.get("phase"))


@pytest.mark.parametrize(
    ("opened_at", "shown_at"),
    [("localhost", f"{NAME}--{NAMESPACE}.localhost"), ("127.0.0.1", "127.0.0.1")],
    ids=["a host name of its own", "the app's host name"],
)
def test_given_a_notebook_when_opened_then_kernel_and_terminal_work_without_an_error(
    app: RunningApp, notebook: str, page: Page, opened_at: str, shown_at: str
) -> None:
    errors: list[str] = []
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)

    address = app.url.replace("localhost", opened_at) + notebook
    page.goto(address)
    lab.run_in_terminal(page, f"touch typed-{opened_at}")
    lab.wait_for_file(page, f"typed-{opened_at}")
    page.goto(address)
    lab.new_notebook(page)
    lab.run_cell(page, "print(6 * 7, 'computed')", until="42 computed")

    assert urlsplit(page.url).hostname == shown_at
    assert errors == []
