"""Who uses an image, in a browser.

Case                      test
who uses an image         how many notebooks and where, also of those that come meanwhile
a deprecated image        its owner moves by one click, and is told
"""

from __future__ import annotations

from playwright.sync_api import Page, expect

from benchmarks.running_app import NAMESPACE, RunningApp
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS, STATEFUL_SETS
from tests.cluster.api import eventually
from tests.e2e.catalog_page import REMOVE, click_cell, open_images
from tests.e2e.list_page import wait_for_row
from tests.e2e.test_catalog import LAB, SOON, by_kubectl, catalog
from tests.nbcore.builders import notebook

__all__ = ["catalog"]


def test_given_a_notebook_on_a_deprecated_image_when_its_owner_agrees_then_it_moves(
    app: RunningApp, kube: Kube, page: Page
) -> None:
    made = notebook("old-image", namespace=NAMESPACE, container={"image": "team/lab:2"})
    made["metadata"]["annotations"] = {"ml.oneblock.ai/owner": "me"}
    del made["metadata"]["uid"]
    kube.create(NOTEBOOKS, made)
    page.goto(f"{app.url}/?namespace={NAMESPACE}")
    expect(page.get_by_text("1 notebook in demo")).to_be_visible()

    deprecated = {**LAB["jupyter"][1], "deprecated": True, "replacedBy": "team/lab:1"}
    by_kubectl(kube, {"jupyter": [LAB["jupyter"][0], deprecated]})
    expect(page.get_by_text("which is deprecated. Moving restarts it")).to_be_visible(timeout=SOON)
    page.get_by_role("button", name="Move to lab:1").click()
    expect(page.get_by_text("old-image restarts with lab:1.")).to_be_visible(timeout=SOON)

    expect(page.get_by_text("which is deprecated")).to_be_hidden(timeout=SOON)
    eventually(lambda: image_of(kube, "old-image") == "team/lab:1", what="the controller follows")
    kube.delete(NOTEBOOKS, "old-image", NAMESPACE)


def test_given_notebooks_in_two_namespaces_when_they_come_then_each_image_tells_who_uses_it(
    app: RunningApp, kube: Kube, page: Page
) -> None:
    def has(namespace: str) -> None:
        made = notebook("user", namespace=namespace, container={"image": "team/lab:2"})
        del made["metadata"]["uid"]
        kube.create(NOTEBOOKS, made)

    has(NAMESPACE)
    open_images(page, app.url)
    wait_for_row(page, "team/lab:2", f"1 · {NAMESPACE} 1", seconds=10)
    has("research")
    told = page.get_by_text(f"team/lab:2 is used by now: 2 · {NAMESPACE} 1, research 1")
    expect(told).to_be_visible(timeout=SOON)
    page.reload()
    wait_for_row(page, "team/lab:2", f"2 · {NAMESPACE} 1, research 1", seconds=10)

    click_cell(page, 1, REMOVE)
    said = f"2 notebooks use team/lab:2 ({NAMESPACE}, research) and keep it."
    expect(page.get_by_text(said)).to_be_visible()
    for namespace in (NAMESPACE, "research"):
        kube.delete(NOTEBOOKS, "user", namespace)


def image_of(kube: Kube, name: str) -> str:
    template = kube.get(STATEFUL_SETS, name, NAMESPACE)["spec"]["template"]
    return str(template["spec"]["containers"][0]["image"])
