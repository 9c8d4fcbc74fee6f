"""The catalog in a browser: by page, by kubectl, and for a broken value.

Case                      test
by page                   edited and saved; an open create page follows and keeps what was typed
by kubectl                the same for a change from outside
a broken value            the shipped images are offered; who may mend it sees the row
two admins                the second one's draft meets the first one's change; both are saved
import and export         a downloaded file comes back; nothing is saved before the review
undo                      the versions tell who; the one before comes back
500 images                drawn, edited and checked in seconds
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from benchmarks.running_app import RunningApp
from nbcore.catalog_history import author_of, selector, versions
from nbcore.kube.client import Kube
from nbcore.kube.resources import CONTROLLER_REVISIONS, SETTINGS
from nbcore.names import CATALOG_SETTING, SYSTEM_NAMESPACE, JsonObject
from tests.cluster.api import eventually
from tests.e2e.catalog_page import (
    DEFAULT,
    DESCRIPTION,
    IMAGE,
    add_image,
    choose_more,
    click_cell,
    edit_cell,
    offered_images,
    open_images,
    save,
)

SOON = 6_000
"""Milliseconds until an open page shows what changed elsewhere."""
LAB: JsonObject = {
    "jupyter": [
        {"containerImage": "team/lab:1", "description": "Ours", "default": True},
        {"containerImage": "team/lab:2", "description": "Newer"},
    ]
}


def by_kubectl(kube: Kube, document: Any) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    kube.merge(SETTINGS, CATALOG_SETTING, "", {"value": text})


def stored(kube: Kube) -> JsonObject:
    document: JsonObject = json.loads(kube.get(SETTINGS, CATALOG_SETTING)["value"])
    return document


@pytest.fixture(autouse=True)
def catalog(kube: Kube, app: RunningApp) -> Iterator[None]:
    """The catalog LAB; afterwards the shipped one again."""
    assert app.url
    eventually(
        lambda: any(
            each["metadata"]["name"] == CATALOG_SETTING and each.get("default")
            for each in kube.list(SETTINGS)
        ),
        what="the controller made the Setting",
    )
    by_kubectl(kube, LAB)
    yield
    kube.merge(SETTINGS, CATALOG_SETTING, "", {"value": None})


def open_form(page: Page, app: RunningApp) -> None:
    page.goto(f"{app.url}/new")
    expect(page.get_by_role("combobox", name="Image")).to_have_value(
        re.compile("lab:1"), timeout=20_000
    )


def test_given_an_open_form_when_the_catalog_is_saved_by_page_then_it_follows_and_keeps_the_text(
    app: RunningApp, kube: Kube, page: Page, context: BrowserContext
) -> None:
    form = context.new_page()
    open_form(form, app)
    name = form.get_by_role("textbox", name="Name", exact=True)
    name.fill("half-typ")

    open_images(page, app.url)
    edit_cell(page, 1, DESCRIPTION, "Newest")
    click_cell(page, 1, DEFAULT)
    expect(page.get_by_text(re.compile("One click starts team/lab:.?2"))).to_be_visible()
    add_image(page, "registry.example.com:5000/team/lab:3")
    save(page, "Review 3 changes")

    image = form.get_by_role("combobox", name="Image")
    expect(image).to_have_value(re.compile("Newest"), timeout=SOON)
    assert len(offered_images(form)) == 3
    assert name.input_value() == "half-typ"
    assert [row["containerImage"] for row in stored(kube)["jupyter"]] == [
        "registry.example.com:5000/team/lab:3",
        "team/lab:1",
        "team/lab:2",
    ]


def test_given_an_open_form_when_the_catalog_changes_by_kubectl_then_it_follows(
    app: RunningApp, kube: Kube, page: Page
) -> None:
    open_form(page, app)
    page.get_by_role("combobox", name="Image").click()
    page.get_by_role("option", name="lab:2").click()
    chosen = page.get_by_role("combobox", name="Image")
    expect(chosen).to_have_value(re.compile("Newer"))

    by_kubectl(
        kube,
        {"jupyter": [{"containerImage": "team/other:1", "description": "Else", "default": True}]},
    )

    expect(page.get_by_text("Image is not in the catalog.")).to_be_visible(timeout=SOON)
    assert any("other:1" in option for option in offered_images(page))
    expect(chosen).to_have_value(re.compile("team/lab:2"))


def test_given_an_open_form_when_the_value_breaks_then_shipped_images_serve_and_the_row_is_told(
    app: RunningApp, kube: Kube, page: Page
) -> None:
    open_form(page, app)
    name = page.get_by_role("textbox", name="Name", exact=True)
    name.fill("half-typ")

    by_kubectl(kube, {"jupyter": [*LAB["jupyter"], {"containerImage": "team lab"}]})

    problem = page.get_by_text("jupyter, row 3, containerImage: An image has no spaces")
    expect(problem).to_be_visible(timeout=SOON)
    assert name.input_value() == "half-typ"
    assert any("jupyter-scipy:v1.8.0" in option for option in offered_images(page))
    open_images(page, app.url)
    expect(problem.first).to_be_visible()
    edit_cell(page, 2, IMAGE, "team/lab:3")
    save(page, "Review 2 changes")
    expect(page.get_by_text("The image catalog is broken")).to_be_hidden()
    assert stored(kube)["jupyter"][2]["containerImage"] == "team/lab:3"


def test_given_two_admins_when_both_save_then_nobody_loses_a_change(
    app: RunningApp, kube: Kube, page: Page, context: BrowserContext
) -> None:
    other = context.new_page()
    for each in (page, other):
        open_images(each, app.url)
    edit_cell(page, 0, DESCRIPTION, "First's")
    edit_cell(other, 1, DESCRIPTION, "Second's")

    save(page, "Review 1 change")
    expect(other.get_by_text("saved another catalog")).to_be_visible(timeout=SOON)
    other.get_by_role("button", name="Merge").click()
    expect(other.get_by_text("saved another catalog")).to_be_hidden()
    save(other, "Review 1 change")

    expect(other.get_by_text("None yet.")).to_be_visible()
    rows = stored(kube)["jupyter"]
    assert [row["description"] for row in rows] == ["First's", "Second's"]


def test_given_a_saved_change_when_undone_then_the_catalog_before_serves_again(
    app: RunningApp, kube: Kube, page: Page
) -> None:
    def newest() -> list[str]:
        label = selector(CATALOG_SETTING)
        found = versions(kube.list(CONTROLLER_REVISIONS, SYSTEM_NAMESPACE, label_selector=label))
        return [each.author.by for each in found if "Mended" in each.text or "Ours" in each.text]

    open_images(page, app.url)
    edit_cell(page, 0, DESCRIPTION, "Mended")
    save(page, "Review 1 change")
    eventually(lambda: newest()[:2] == ["me", "oneblock-notebooks"], what="both are recorded")

    choose_more(page, "Versions and undo")
    page.get_by_role("dialog").get_by_role("button", name="Undo the last change").click()
    page.get_by_role("dialog").wait_for(state="detached")
    save(page, "Review 1 change")

    assert stored(kube) == LAB
    assert author_of(kube.get(SETTINGS, CATALOG_SETTING)).by == "me"


def test_given_an_exported_catalog_when_imported_then_the_tables_have_it_and_nothing_is_saved(
    app: RunningApp, kube: Kube, page: Page, tmp_path: Path
) -> None:
    open_images(page, app.url)
    choose_more(page, "Export")
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("button", name="Download").click()
    exported = tmp_path / "catalog.json"
    download.value.save_as(exported)
    page.keyboard.press("Escape")
    document = json.loads(exported.read_text())
    document["jupyter"][1]["description"] = "Imported"
    exported.write_text(json.dumps(document))

    choose_more(page, "Import")
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(exported)
    dialog.get_by_role("button", name="Load", exact=True).click()
    dialog.wait_for(state="detached")

    assert download.value.suggested_filename == "notebook-default-images.json"
    expect(page.get_by_role("button", name="Review 1 change")).to_be_enabled()
    assert stored(kube) == LAB
    save(page, "Review 1 change")
    assert stored(kube) == document


def test_given_500_images_when_edited_then_it_stays_quick(
    app: RunningApp, kube: Kube, page: Page
) -> None:
    rows = [{"containerImage": f"team/lab:{n}", "description": f"No. {n}"} for n in range(500)]
    by_kubectl(kube, {"jupyter": [{**rows[0], "default": True}, *rows[1:]]})
    started = time.monotonic()
    open_images(page, app.url)
    expect(page.get_by_text("JupyterLab 500")).to_be_visible()
    drawn = time.monotonic() - started

    edit_cell(page, 3, DESCRIPTION, "Changed")
    started = time.monotonic()
    expect(page.get_by_role("button", name="Review 1 change")).to_be_enabled()
    checked = time.monotonic() - started
    save(page, "Review 1 change")
    started = time.monotonic()
    page.goto(f"{app.url}/new")
    expect(page.get_by_role("combobox", name="Image")).to_be_visible(timeout=20_000)
    form = time.monotonic() - started

    print(f"500 images: page {drawn:.1f} s, an edit {checked:.1f} s, form {form:.1f} s")
    assert stored(kube)["jupyter"][3]["description"] == "Changed"
    assert drawn < 10
    assert checked < 10
