"""The list of notebooks as a person uses it, in an open page."""

from __future__ import annotations

from playwright.sync_api import Page, Position
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.cluster.api import eventually

# The table is drawn on a canvas; what it says stands in its accessibility tree, where it lies does
# not. Pixels: header 35, row 38, middle of the box that selects a row, of the menu and of Open.
HEADER, ROW, BOX, MENU, OPEN = 35, 38, 16, 52, 316


def rows(page: Page) -> list[list[str]]:
    """What the table says, cell by cell; empty while there is no table."""
    script = """rows => rows.map(row => [...row.querySelectorAll('[role=gridcell]')]
                   .map(cell => cell.textContent)).filter(cells => cells.length)"""
    cells: list[list[str]] = page.locator("[data-testid=stDataFrame] [role=row]").evaluate_all(
        script
    )
    return cells


def row_of(page: Page, name: str) -> list[str] | None:
    return next((row for row in rows(page) if name in row), None)


def wait_for_row(page: Page, name: str, *words: str, seconds: float = 60) -> list[str]:
    """Waits until the row of a notebook holds all the words."""

    def found() -> list[str] | None:
        row = row_of(page, name)
        return row if row and all(word in " | ".join(row) for word in words) else None

    try:
        return eventually(found, what=f"{name} with {words}", seconds=seconds) or []
    except AssertionError as error:
        raise AssertionError(f"{error}: {row_of(page, name)}") from error


def wait_until_gone(page: Page, name: str) -> None:
    eventually(lambda: row_of(page, name) is None, what=f"no row {name}")


def _numbers(page: Page, name: str) -> list[int]:
    """Which rows, from 0, name a notebook; none while the table is drawn anew."""
    return [number for number, row in enumerate(rows(page)) if name in row]


def click_row(page: Page, name: str, *, x: int) -> None:
    """Clicks into the row of a notebook, ``x`` pixels from the table's left edge."""
    found = eventually(lambda: _numbers(page, name), what=f"a row of {name}")
    # The element that scrolls lies over the canvas; links react once the pointer rests on them.
    table = page.locator("[data-testid=stDataFrame] .dvn-scroller").first
    spot: Position = {"x": x, "y": HEADER + ROW * found[0] + ROW // 2}
    table.hover(position=spot)
    page.wait_for_timeout(100)
    table.click(position=spot)


def act(page: Page, name: str, verb: str) -> None:
    """Selects one row and presses a button of the bar under the table; the row is let go again."""
    button = page.get_by_role("button", name=verb, exact=True)

    def is_pressed() -> bool:
        # A status that changes meanwhile lets the row go by itself.
        if not button.is_visible():
            click_row(page, name, x=BOX)
        try:
            button.click(timeout=5_000)
        except PlaywrightTimeoutError:
            return False
        return True

    eventually(is_pressed, what=f"{verb} {name}", seconds=60)


def confirm(page: Page, verb: str) -> None:
    """Presses the button of an open dialog."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=verb, exact=True).click()
    dialog.wait_for(state="detached")
