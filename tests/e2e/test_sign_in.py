"""Signing in and out as a person does, on an app of its own that asks for it."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from benchmarks.running_app import ROOT, RunningApp, running_app
from nbcore.__main__ import main
from nbcore.settings import SignIn
from tests.cluster.api import eventually
from tests.e2e.conftest import RUNTIMES

COOKIE = "nb_session"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """Another one than the other modules': it has sign-in."""
    data = tmp_path_factory.mktemp("sign-in") / "data"
    with running_app(data, RUNTIMES, sign_in=SignIn.USERS) as app:
        app.wait_until_ready()
        yield app


@pytest.fixture
def password(app: RunningApp) -> str:
    return told_password(app)


def told_password(app: RunningApp) -> str:
    """Of alice, as the terminal told it."""
    told = re.search(
        r"^user +alice +(\S+)", (app.settings.data / "app.log").read_text(), re.MULTILINE
    )
    assert told
    return told[1]


def enter(page: Page, name: str, password: str) -> None:
    page.get_by_role("textbox", name="User name").fill(name)
    page.get_by_role("textbox", name="Password").fill(password)
    page.keyboard.press("Enter")


def has_session(context: BrowserContext) -> bool:
    return any(cookie["name"] == COOKIE for cookie in context.cookies())


def test_given_a_deep_link_when_signed_in_then_it_is_where_one_is_and_sign_out_ends_every_tab(
    page: Page, context: BrowserContext, app: RunningApp, password: str
) -> None:
    page.goto(f"{app.url}/new?namespace=demo")
    enter(page, "alice", "not this one")
    expect(page.get_by_text("User name or password is wrong.")).to_be_visible()
    assert not has_session(context)

    enter(page, "alice", password)
    account = page.get_by_role("link", name="alice")
    expect(account).to_be_visible()
    assert page.url == f"{app.url}/new?namespace=demo"
    (cookie,) = [cookie for cookie in context.cookies() if cookie["name"] == COOKIE]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/")
    assert password not in str(context.storage_state())

    other = context.new_page()
    other.goto(app.url)
    expect(other.get_by_role("link", name="alice")).to_be_visible()
    context.add_cookies(
        [{"name": COOKIE, "value": "x", "domain": cookie["domain"], "path": "/session"}]
    )
    account.click()
    page.get_by_role("button", name="Sign out").click()
    for tab in (page, other):
        expect(tab.get_by_role("textbox", name="User name")).to_be_visible()
    assert not has_session(context)
    context.add_cookies([{"name": COOKIE, "value": cookie["value"], "url": app.url}])
    assert page.request.get(f"{app.url}/notebook/demo/nb/").status == 401


def test_given_a_session_when_the_app_is_restarted_then_it_goes_on_until_the_user_is_removed(
    page: Page, context: BrowserContext, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with running_app(data, RUNTIMES, sign_in=SignIn.USERS) as app:
        app.wait_until_ready()
        page.goto(app.url)
        enter(page, "alice", told_password(app))
        expect(page.get_by_role("link", name="alice")).to_be_visible()
    (secret,) = [cookie["value"] for cookie in context.cookies() if cookie["name"] == COOKIE]
    kept = data / "sessions.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert secret not in kept.read_text()

    with running_app(data, RUNTIMES, sign_in=SignIn.USERS) as app:
        app.wait_until_ready()
        # Streamlit's own answer to somebody who is signed in: there is no such file.
        assert page.request.get(f"{app.url}/media/x").status == 404
        page.goto(app.url)
        expect(page.get_by_role("link", name="alice")).to_be_visible()
        assert [cookie["value"] for cookie in context.cookies()].count(secret) == 1

        command = [sys.executable, "-m", "nbcore", "users", "remove", "alice"]
        subprocess.run([*command, "--file", str(data / "users.yaml")], cwd=ROOT, check=True)

        eventually(lambda: page.request.get(f"{app.url}/media/x").status == 401, what="it ended")
        expect(page.get_by_role("textbox", name="User name")).to_be_visible()


def test_given_somebody_who_only_looks_when_the_images_are_opened_then_a_sentence_and_no_links(
    page: Page, app: RunningApp
) -> None:
    page.goto(f"{app.url}/images")
    page.get_by_role("button", name="bob").click()

    expect(page.get_by_text("You may not update the Setting")).to_be_visible()
    expect(page.get_by_role("link", name="bob")).to_be_visible()
    for name in ("Images", "New notebook"):
        expect(page.get_by_role("link", name=name)).to_have_count(0)
    assert page.url == f"{app.url}/images"


def test_given_the_sandbox_when_an_offer_is_clicked_then_one_is_in_until_the_user_is_changed(
    page: Page, app: RunningApp
) -> None:
    page.goto(app.url)
    page.get_by_role("button", name="bob").click()
    expect(page.get_by_role("link", name="bob")).to_be_visible()

    assert (
        main(["users", "roles", "bob", "others", "--file", str(app.settings.data / "users.yaml")])
        == 0
    )

    page.reload()
    expect(page.get_by_role("button", name="carol")).to_be_visible()
    expect(page.get_by_role("button", name="bob")).to_have_count(0)


def test_given_a_phone_when_the_sign_in_is_drawn_then_it_fits_and_asks_for_nothing_it_may_not_have(
    browser: Browser, app: RunningApp
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    refused: list[str] = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)

    page.goto(app.url)
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.wait_for_load_state("networkidle")
    assert not refused
    context.close()
