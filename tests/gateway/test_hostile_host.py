"""The hostile notebook on a host name of its own, in a browser whose visitor is signed in.

What it tries against app and sibling is cross-origin by now; what is tested is that no cookie, no
answer and no window of theirs is of use to it, and that its own host serves nothing of theirs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from tests.gateway.doors import Door
from tests.gateway.rig import Serve
from tests.gateway.test_hostile_page import chromium, evil, victim

OTHER = "/notebook/demo/victim/"


@pytest.fixture
async def evil_page(door: Door, serve: Serve) -> AsyncIterator[Page]:
    """The attacker's page, opened by its victim through the app; the victim's own is open, too."""
    await serve(evil, name="evil")
    await serve(victim, name="victim")
    door.let_open(name="evil")
    door.let_open(name="victim")
    secret = door.sign_in()["Cookie"].partition("=")[2]
    app = f"http://localhost:{door.served.port}"
    async with chromium() as browser:
        context = await browser.new_context()
        await context.add_cookies(
            [{"name": "nb_session", "value": secret, "url": app, "httpOnly": True}]
        )
        sibling = await context.new_page()
        await sibling.goto(app + OTHER)
        page = await context.new_page()
        await page.goto(f"{app}/notebook/demo/evil/")
        yield page


async def test_given_a_hostile_page_on_its_own_host_when_it_attacks_then_nothing_of_others_answers(
    evil_page: Page, door: Door
) -> None:
    port = door.served.port
    app, other = f"http://localhost:{port}", f"http://victim--demo.localhost:{port}{OTHER}"

    async def result(how: str, url: str) -> object:
        return await evil_page.evaluate("([how, path]) => attack(how, path)", [how, url])

    assert evil_page.url == f"http://evil--demo.localhost:{port}/notebook/demo/evil/"
    assert await result("fetch", "/notebook/demo/evil/x") == 200
    assert await result("socket", "/notebook/demo/evil/socket") == "open"
    assert "evil--demo" in str(await result("own", "/notebook/demo/evil/worker.js"))
    assert await evil_page.evaluate("document.cookie") == ""

    outcomes = {
        (how, url): await result(how, url)
        for how, url in [
            ("fetch", f"{app}/"),
            ("fetch", other),
            ("fetch", f"{app}{OTHER}"),
            ("socket", f"{app}/_stcore/stream"),
            ("socket", other),
            ("frame", f"{app}/"),
            ("frame", other),
            ("window", f"{app}/"),
            ("window", other),
            ("worker", other),
            ("module", other),
            ("image", f"{other}p.svg"),
            ("script", f"{other}s.js"),
            ("style", f"{other}c.css"),
        ]
    }
    assert set(outcomes.values()) == {"blocked"}, outcomes
    for path in ("/", OTHER, "/_stcore/health"):
        assert await result("fetch", path) == 404
