"""The page of images as a person uses it, in an open page."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.e2e.list_page import HEADER, ROW

# The table is drawn on a canvas: pixels from its left edge, in a window of 1,360.
NUMBER, DEFAULT, IMAGE, DESCRIPTION, REMOVE = 20, 97, 270, 620, 1160


def open_images(page: Page, url: str) -> None:
    page.goto(f"{url}/images")
    expect(page.get_by_text("People will see")).to_be_visible()
    expect(page.locator("[data-testid=stDataFrame] canvas").first).to_be_visible()


def click_cell(page: Page, row: int, x: int) -> None:
    """Clicks into a cell; rows count from 0."""
    table = page.locator("[data-testid=stDataFrame] .dvn-scroller").first
    table.click(position={"x": x, "y": HEADER + ROW * row + ROW // 2})


def begin_cell(page: Page, row: int, x: int, text: str) -> Locator:
    """Types a text into a cell and does not leave it."""
    page.bring_to_front()
    editor = page.locator("#portal textarea, #portal input").first
    click_cell(page, row, x)
    page.wait_for_timeout(300)
    if not editor.is_visible():
        page.keyboard.press("Enter")
    editor.fill(text)
    return editor


def edit_cell(page: Page, row: int, x: int, text: str) -> None:
    """Types a text into a cell."""
    editor = begin_cell(page, row, x, text)
    page.wait_for_timeout(100)
    page.keyboard.press("Enter")
    editor.wait_for(state="detached")


def add_image(page: Page, image: str) -> None:
    """Adds a row, which stands first."""
    rows = page.locator("[data-testid=stDataFrame] [role=row]")
    # The table is made anew after some edits, and has no rows for a moment.
    expect(rows).not_to_have_count(0)
    count = rows.count()
    page.get_by_role("button", name="Add an image").click()
    expect(rows).to_have_count(count + 1)
    edit_cell(page, 0, IMAGE, image)


def save(page: Page, label: str) -> None:
    """Reviews and saves; ``label`` is the button's, which counts the changes."""
    page.get_by_role("button", name=label, exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Save", exact=True).click()
    dialog.wait_for(state="detached")


def choose_more(page: Page, option: str) -> None:
    page.get_by_role("button", name="More").click()
    page.get_by_text(option, exact=True).click()


def offered_images(page: Page) -> list[str]:
    """What the image field of an open create page offers."""
    box = page.get_by_role("combobox", name="Image")
    expect(box).to_have_count(1)
    box.click()
    options = page.get_by_role("option")
    options.first.wait_for()
    found = options.all_text_contents()
    page.keyboard.press("Escape")
    return found
