"""What only a browser can tell of the pages."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from benchmarks.running_app import RunningApp

WIDTHS = [pytest.param(1360, id="desk"), pytest.param(390, id="phone")]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("path", "heading"), [("/", "Notebooks"), ("/new", "New notebook")], ids=["list", "form"]
)
def test_given_a_page_when_drawn_then_it_asks_nobody_but_the_app(
    page: Page, app: RunningApp, path: str, heading: str, width: int
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.set_viewport_size({"width": width, "height": 844})

    page.goto(app.url + path)
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    page.wait_for_load_state("networkidle")

    hosts = {urlsplit(url).netloc for url in asked if urlsplit(url).scheme not in {"data", "blob"}}
    assert hosts == {urlsplit(app.url).netloc}


@pytest.mark.parametrize("path", ["/", "/new"], ids=["list", "form"])
def test_given_a_phone_when_a_page_is_drawn_then_it_does_not_scroll_sideways(
    page: Page, app: RunningApp, path: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})

    page.goto(app.url + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_given_the_font_when_a_page_is_drawn_then_it_is_ours(page: Page, app: RunningApp) -> None:
    page.goto(app.url)
    expect(page.get_by_role("heading", name="Notebooks")).to_be_visible()

    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('15px Inter'))")
    assert "Inter" in page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
