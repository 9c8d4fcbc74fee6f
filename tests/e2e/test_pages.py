"""What only a browser can tell of the pages."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from benchmarks.running_app import NAMESPACE, RunningApp
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS
from nbcore.names import JsonObject
from tests.e2e.list_page import MENU, click_row, wait_for_row
from tests.nbcore.builders import notebook

WIDTHS = [pytest.param(1360, id="desk"), pytest.param(390, id="phone")]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("path", "heading"),
    [("/", "Notebooks"), ("/new", "New notebook"), ("/images", "Images")],
    ids=["list", "form", "images"],
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
    here = urlsplit(app.url).netloc
    # The second name is the app's, too: does this browser know those of notebooks?
    assert hosts - {f"probe.{here}"} == {here}


@pytest.mark.parametrize("path", ["/", "/new", "/images"], ids=["list", "form", "images"])
def test_given_a_phone_when_a_page_is_drawn_then_it_does_not_scroll_sideways(
    page: Page, app: RunningApp, path: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})

    page.goto(app.url + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_given_a_phone_when_the_form_is_drawn_then_every_size_is_in_sight(
    page: Page, app: RunningApp
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})

    page.goto(f"{app.url}/new")
    sizes = page.get_by_role("radiogroup", name="Size").or_(page.get_by_role("group", name="Size"))
    expect(sizes.get_by_role("radio").or_(sizes.get_by_role("button"))).to_have_count(4)

    edges = sizes.locator("button").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).flatMap(box => [box.left, box.right])"
    )
    assert len(edges) == 8
    assert min(edges) >= 0
    assert max(edges) <= 390


def test_given_the_font_when_a_page_is_drawn_then_it_is_ours(page: Page, app: RunningApp) -> None:
    page.goto(app.url)
    expect(page.get_by_role("heading", name="Notebooks")).to_be_visible()

    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('15px Inter'))")
    assert "Inter" in page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")


def test_given_an_open_row_menu_when_the_list_shifts_then_its_choice_means_the_same_notebook(
    page: Page, app: RunningApp, kube: Kube
) -> None:
    kube.create(NOTEBOOKS, stopped("early"))
    page.goto(f"{app.url}/?namespace={NAMESPACE}&search=l")
    wait_for_row(page, "early", "Stopped")
    click_row(page, "early", x=MENU)
    page.get_by_text("Delete early", exact=True).locator("visible=true").wait_for()

    # Newest first: it takes the row of the other one.
    kube.create(NOTEBOOKS, stopped("late"))
    wait_for_row(page, "late", "Stopped")
    page.get_by_text("Delete early", exact=True).locator("visible=true").click()

    expect(page.get_by_role("dialog").get_by_text("Delete early?")).to_be_visible()
    for name in ("early", "late"):
        kube.delete(NOTEBOOKS, name, NAMESPACE)


def stopped(name: str) -> JsonObject:
    made = notebook(name, namespace=NAMESPACE, spec={"suspend": True})
    del made["metadata"]["uid"]
    return made
