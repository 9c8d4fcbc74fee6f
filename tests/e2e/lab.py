"""JupyterLab as a person uses it, in an open page."""

from __future__ import annotations

from playwright.sync_api import Page

# With an empty cache, the first start of a run waits for pip to install JupyterLab. Milliseconds.
PATIENCE = 300_000
# A kernel's first answer on a busy machine. Milliseconds.
KERNEL = 60_000


def new_notebook(page: Page) -> None:
    """Opens a Python notebook from the launcher, when JupyterLab is up."""
    card = page.locator(".jp-LauncherCard[data-category=Notebook]").first
    card.wait_for(timeout=PATIENCE)
    card.click()
    page.locator(".jp-Notebook .jp-Cell .cm-content").first.wait_for()
    # A cell that is run before there is a kernel is not run later: JupyterLab forgets it.
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=KERNEL)


def run_cell(page: Page, code: str, *, until: str) -> None:
    """Types code into the last cell, runs it, and waits for a text in its output."""
    page.locator(".jp-Notebook .jp-Cell .cm-content").last.click()
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")
    page.locator(".jp-OutputArea", has_text=until).first.wait_for(timeout=KERNEL)


def save(page: Page) -> None:
    """Saves under the suggested name."""
    page.keyboard.press("Control+s")
    page.locator(".jp-Dialog").get_by_role("button", name="Rename and Save").click()
    page.locator(".jp-Dialog").wait_for(state="detached")


def wait_for_file(page: Page, name: str) -> None:
    """Waits until the file browser lists a file."""
    page.locator(".jp-DirListing-itemText", has_text=name).first.wait_for(timeout=PATIENCE)


def run_in_terminal(page: Page, command: str) -> None:
    """Opens a terminal from the launcher and types a command when its shell has spoken."""
    card = page.locator(".jp-LauncherCard", has_text="Terminal").first
    card.wait_for(timeout=PATIENCE)
    with page.expect_websocket(lambda socket: "/terminals/" in socket.url) as opened:
        card.click()
    opened.value.wait_for_event("framereceived", timeout=KERNEL)
    page.locator(".jp-Terminal .xterm-screen").click()
    page.keyboard.type(f"{command}\n")
