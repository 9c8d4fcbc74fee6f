"""The test plan of the design document, in a browser.

All but the first run on a sandbox and on a real control plane whose pods the sandbox's node runs.

Case                                  test
default image, persistence            one click, JupyterLab, a cell, stop, start, the file is there
custom image                          one that the sandbox can't run is named in the list
GPU                                   waits while none is free, starts when one is
custom volume                         an existing volume shows an earlier notebook's file
the catalog changes           test_catalog.py
"""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from benchmarks.running_app import NAMESPACE, RunningApp
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS
from nbcore.names import JsonObject
from tests.cluster.api import eventually
from tests.cluster.servers import ServerName
from tests.e2e import lab
from tests.e2e.list_page import (
    OPEN,
    act,
    click_row,
    confirm,
    wait_for_row,
    wait_until_gone,
)

# A run with an empty cache installs JupyterLab first.
pytestmark = pytest.mark.timeout(600)
FIRST_START = 300


on_both = pytest.mark.parametrize("app", list(ServerName), ids=str, indirect=True)


@pytest.fixture(scope="module")
def app(request: pytest.FixtureRequest) -> RunningApp:
    name = getattr(request, "param", ServerName.SANDBOX)
    found: RunningApp = request.getfixturevalue(f"{name}_app")
    return found


@pytest.fixture(scope="module")
def kube(app: RunningApp) -> Kube:
    return app.kube()


def open_list(page: Page, app: RunningApp) -> None:
    page.goto(f"{app.url}/?namespace={NAMESPACE}")
    expect(page.get_by_role("heading", name="Notebooks")).to_be_visible()


def test_given_nothing_when_jupyterlab_is_started_by_one_click_then_its_files_outlive_a_stop(
    app: RunningApp, kube: Kube, page: Page, context: BrowserContext
) -> None:
    open_list(page, app)
    page.get_by_role("button", name="Start JupyterLab").click()
    wait_for_row(page, "jupyter", "JupyterLab", seconds=5)
    wait_for_row(page, "jupyter", "Ready", seconds=FIRST_START)
    with context.expect_page() as opened:
        click_row(page, "jupyter", x=OPEN)
    tab = opened.value
    errors: list[str] = []
    tab.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    lab.new_notebook(tab)
    lab.run_cell(tab, "print(6 * 7, 'computed')", until="42 computed")
    lab.save(tab)
    tab.close()

    act(page, "jupyter", "Stop")
    confirm(page, "Stop")
    wait_for_row(page, "jupyter", "Stopped")
    act(page, "jupyter", "Start")
    wait_for_row(page, "jupyter", "Ready")
    again = context.new_page()
    again.goto(f"{app.url}/notebook/{NAMESPACE}/jupyter/lab?reset")

    lab.wait_for_file(again, "Untitled.ipynb")
    assert errors == []
    again.close()
    delete(page, kube, "jupyter", with_volume=True)


@on_both
def test_given_an_image_without_a_runtime_when_created_then_the_list_names_image_and_cause(
    app: RunningApp, kube: Kube, page: Page
) -> None:
    page.goto(f"{app.url}/new")
    fill_name(page, "custom")
    choose_image(page, "team/lab:2026-13")
    create(page, "claimName: custom", "team/lab:2026-13")

    row = wait_for_row(page, "custom", "Failed", "team/lab:2026-13")

    assert any("team/lab:2026-13" in cell and "image" in cell.lower() for cell in row)
    notebook = kube.get(NOTEBOOKS, "custom", NAMESPACE)
    assert notebook["status"]["reason"] == "ImagePull"
    delete(page, kube, "custom", with_volume=True)


@on_both
def test_given_one_gpu_when_two_notebooks_ask_for_it_then_the_second_waits_for_the_first(
    app: RunningApp, kube: Kube, page: Page
) -> None:
    for name in ("gpu-first", "gpu-second"):
        page.goto(f"{app.url}/new")
        fill_name(page, name)
        page.get_by_text("Custom", exact=True).click()
        page.get_by_role("spinbutton", name="GPUs").fill("1")
        page.keyboard.press("Enter")
        create(page, f"claimName: {name}", "nvidia.com/gpu")
        wait_for_row(page, name, "JupyterLab")
    wait_for_row(page, "gpu-first", "Ready", seconds=FIRST_START)
    wait_for_row(page, "gpu-second", "Pending", "GPU")
    spec = kube.get(NOTEBOOKS, "gpu-second", NAMESPACE)["spec"]["template"]["spec"]

    act(page, "gpu-first", "Stop")
    confirm(page, "Stop")

    wait_for_row(page, "gpu-second", "Ready")
    assert spec["runtimeClassName"] == "nvidia"
    assert spec["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    for name in ("gpu-first", "gpu-second"):
        delete(page, kube, name, with_volume=True)


@on_both
def test_given_a_volume_that_was_kept_when_mounted_by_another_notebook_then_its_files_are_there(
    app: RunningApp, kube: Kube, page: Page, context: BrowserContext
) -> None:
    page.goto(f"{app.url}/new")
    fill_name(page, "writer")
    create(page, "claimName: writer")
    wait_for_row(page, "writer", "Ready", seconds=FIRST_START)
    tab = context.new_page()
    tab.goto(f"{app.url}/notebook/{NAMESPACE}/writer/lab?reset")
    lab.new_notebook(tab)
    lab.run_cell(tab, "open('kept.txt', 'w').write('kept')", until="4")
    tab.close()
    delete(page, kube, "writer", with_volume=False)

    page.goto(f"{app.url}/new")
    fill_name(page, "reader")
    page.get_by_text("Existing", exact=True).click()
    choose_volume(page, "writer")
    create(page, "name: reader", "claimName: writer")
    wait_for_row(page, "reader", "Ready")
    tab = context.new_page()
    tab.goto(f"{app.url}/notebook/{NAMESPACE}/reader/lab?reset")

    lab.wait_for_file(tab, "kept.txt")
    tab.close()
    delete(page, kube, "reader", with_volume=True)


def fill_name(page: Page, name: str) -> None:
    box = page.get_by_role("textbox", name="Name", exact=True)
    box.fill(name)
    box.press("Enter")


def choose_image(page: Page, image: str) -> None:
    box = page.get_by_role("combobox", name="Image")
    box.click()
    box.fill(image)
    box.press("Enter")


def create(page: Page, *words: str) -> None:
    """Presses Create once what will be sent holds all that was typed."""
    for word in words:
        expect(page.locator("[data-testid=stCode]")).to_contain_text(word, timeout=20_000)
    page.get_by_role("button", name="Create").click()


def choose_volume(page: Page, name: str) -> None:
    page.get_by_role("combobox", name="Volume").click()
    page.get_by_role("option", name=name).first.click()


def delete(page: Page, kube: Kube, name: str, *, with_volume: bool) -> None:
    """Deletes by the page, with the dialog, and looks whether the volume is treated as told."""
    act(page, name, "Delete")
    if with_volume:
        page.get_by_role("dialog").get_by_text("Delete the volume").click()
    confirm(page, "Delete")
    wait_until_gone(page, name)
    if with_volume:
        # A real garbage collector looks for new kinds, such as ours, every 30 s.
        eventually(lambda: name not in volumes(kube), what=f"no volume {name}", seconds=120)
    else:
        assert name in volumes(kube)


def volumes(kube: Kube) -> list[str]:
    claims: list[JsonObject] = kube.list(PERSISTENT_VOLUME_CLAIMS, NAMESPACE)
    return [claim["metadata"]["name"] for claim in claims if "deletionTimestamp" not in claim]
