"""A notebook that runs, and what a person does in it to see that it works."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Page

from benchmarks.running_app import NAMESPACE
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS
from nbcore.names import JsonObject
from tests.cluster.api import eventually
from tests.e2e import lab

NAME = "hosts"
LABEL = f"{NAME}--{NAMESPACE}"
"""The first part of its own host name."""


@contextmanager
def running_notebook(kube: Kube) -> Iterator[str]:
    """Makes it; tells its path. It goes at the end: others begin with an empty list."""
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
    eventually(lambda: _phase(kube) == "Ready", what="a running notebook", seconds=300)
    yield f"/notebook/{NAMESPACE}/{NAME}/lab?reset"
    kube.delete(NOTEBOOKS, NAME, NAMESPACE)
    eventually(lambda: not kube.list(NOTEBOOKS, NAMESPACE), what="an empty list")


def expect_it_works(page: Page, address: str, *, shown_at: str) -> None:
    """Opens it, and uses a terminal and a kernel; nothing may be an error on the console.

    Args:
        page: of somebody who may open it.
        address: where it is opened.
        shown_at: the host name that it ends up at.
    """
    errors: list[str] = []
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)

    page.goto(address)
    lab.run_in_terminal(page, f"touch typed-{shown_at}")
    lab.wait_for_file(page, f"typed-{shown_at}")
    page.goto(address)
    lab.new_notebook(page)
    lab.run_cell(page, "print(6 * 7, 'computed')", until="42 computed")

    assert urlsplit(page.url).hostname == shown_at
    assert errors == []


def _phase(kube: Kube) -> str:
    status: JsonObject = kube.get(NOTEBOOKS, NAME, NAMESPACE).get("status") or {}
    return str(status.get("phase"))
