"""A domain of one's own with TLS: signing in, and a notebook on its own host name below it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from benchmarks.running_app import RunningApp, running_app
from nbcore.settings import SignIn
from tests.cluster.api import eventually
from tests.cluster.certificates import make_certificates
from tests.e2e.conftest import RUNTIMES, launched
from tests.e2e.running_notebook import LABEL, expect_it_works, running_notebook

pytestmark = pytest.mark.timeout(600)

DOMAIN = "notebooks.test"
RULES = f"--host-resolver-rules=MAP {DOMAIN} 127.0.0.1, MAP *.{DOMAIN} 127.0.0.1"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """With certificates that are for other names: the browser is told not to look."""
    folder = tmp_path_factory.mktemp("domain")
    serving = make_certificates(folder / "certificates").serving
    told = {
        "NB_DOMAIN": DOMAIN,
        "STREAMLIT_SERVER_SSL_CERT_FILE": str(serving.certificate),
        "STREAMLIT_SERVER_SSL_KEY_FILE": str(serving.key),
    }
    with running_app(folder / "data", RUNTIMES, sign_in=SignIn.USERS, more=told) as app:
        eventually(lambda: password_of_alice(app), what="the users are made", seconds=60)
        yield app


def password_of_alice(app: RunningApp) -> str:
    told = (app.settings.data / "app.log").read_text()
    found = re.search(r"^user +alice +(\S+)", told, re.MULTILINE)
    return found[1] if found else ""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with launched(browser.browser_type, RULES) as other:
        yield other.new_context(ignore_https_errors=True)


def test_given_a_domain_when_signed_in_then_a_notebook_works_on_its_own_host_without_an_error(
    app: RunningApp, context: BrowserContext
) -> None:
    url = app.url.replace("http://localhost", f"https://{DOMAIN}")
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.goto(url)
    page.get_by_role("textbox", name="User name").fill("alice")
    page.get_by_role("textbox", name="Password").fill(password_of_alice(app))
    page.keyboard.press("Enter")
    page.get_by_role("link", name="alice").wait_for()

    with running_notebook(app.kube()) as path:
        expect_it_works(context.new_page(), url + path, shown_at=f"{LABEL}.{DOMAIN}")

    assert errors == []
    sessions = {
        cookie["domain"]: (cookie["httpOnly"], cookie["secure"])
        for cookie in context.cookies()
        if cookie["name"] == "__Host-nb_session"
    }
    assert sessions == {DOMAIN: (True, True), f"{LABEL}.{DOMAIN}": (True, True)}
