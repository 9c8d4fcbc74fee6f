"""A cell of the catalog's table that is half typed, and what must not take its text.

Case                           what becomes of the text
another admin saves            stays, however the cell is left, and is merged into theirs
Enter comes with the last key  the whole text is taken, last key and all
Escape                         the old text is back
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.running_app import RunningApp
from nbcore.kube.client import Kube
from tests.e2e.catalog_page import DESCRIPTION, NUMBER, begin_cell, open_images, save
from tests.e2e.test_catalog import LAB, SOON, by_kubectl, catalog, stored

__all__ = ["catalog"]
# Two keys in one task of the browser, as when it was busy while they were pressed: no timer that
# the first one starts can end before the second one comes.
BOTH_KEYS = """(cell, [text, end]) => {
    const press = key => cell.dispatchEvent(
        new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
    press(text.at(-1));
    document.execCommand("insertText", false, text);
    press(end);
}"""


def by_another_admin(kube: Kube) -> None:
    by_kubectl(kube, {"jupyter": [*LAB["jupyter"], {"containerImage": "team/lab:3"}]})


def leave(page: Page, how: str) -> None:
    """Leaves the cell that is typed into: by a key, or by a click on what is named."""
    if how in {"Enter", "Tab", "Escape"}:
        page.keyboard.press(how)
    else:
        page.get_by_text(how, exact=True).click()


@pytest.mark.parametrize("how", ["Enter", "Tab", "People will see", "Show it"])
def test_given_a_half_typed_cell_when_another_admin_saves_then_it_stays_and_is_merged(
    app: RunningApp, kube: Kube, page: Page, how: str
) -> None:
    open_images(page, app.url)
    editor = begin_cell(page, 1, DESCRIPTION, "Half")

    by_another_admin(kube)
    notice = page.get_by_text("saved another catalog")
    expect(notice).to_be_visible(timeout=SOON)
    expect(editor).to_have_value("Half")
    page.keyboard.type("-typed")
    leave(page, how)
    if how != "Show it":
        page.get_by_role("button", name="Merge").click()
    expect(notice).to_be_hidden()
    save(page, "Review 1 change")

    rows = stored(kube)["jupyter"]
    assert [row.get("description", "") for row in rows] == ["Ours", "Half-typed", ""]


def test_given_a_half_typed_cell_when_escape_is_pressed_then_the_old_text_is_back(
    app: RunningApp, kube: Kube, page: Page
) -> None:
    open_images(page, app.url)
    editor = begin_cell(page, 1, DESCRIPTION, "Half")

    by_another_admin(kube)
    expect(page.get_by_text("saved another catalog")).to_be_visible(timeout=SOON)
    page.keyboard.type("-typed")
    leave(page, "Escape")
    editor.wait_for(state="detached")
    page.get_by_role("button", name="Show it").click()

    expect(page.get_by_text("JupyterLab 3")).to_be_visible()
    expect(page.get_by_text("None yet.")).to_be_visible()


@pytest.mark.parametrize("end", ["Enter", "Tab"])
def test_given_a_half_typed_cell_when_it_is_ended_with_the_last_key_then_all_of_it_is_taken(
    app: RunningApp, page: Page, end: str
) -> None:
    open_images(page, app.url)

    press_both(begin_cell(page, 1, DESCRIPTION, "Half"), "Half-typed", end)
    expect(page.get_by_text("description: Half-typed")).to_be_visible()
    press_both(begin_cell(page, 1, NUMBER, ""), "1", end)

    expect(page.locator("[data-testid=stDataFrame] [role=row]").nth(1)).to_contain_text(
        "team/lab:2"
    )


def press_both(editor: Locator, text: str, end: str) -> None:
    """Types a text in place of what is there, and ends the cell, in one task."""
    editor.select_text()
    editor.evaluate(BOTH_KEYS, [text, end])
    editor.wait_for(state="detached")
