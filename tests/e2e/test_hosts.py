"""JupyterLab with a kernel and a terminal, under a host name of its own and on the app's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from benchmarks.running_app import RunningApp
from nbcore.kube.client import Kube
from tests.e2e.conftest import launched
from tests.e2e.running_notebook import LABEL, expect_it_works, running_notebook

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def notebook(kube: Kube) -> Iterator[str]:
    with running_notebook(kube) as path:
        yield path


@pytest.mark.parametrize(
    ("opened_at", "shown_at"),
    [("localhost", f"{LABEL}.localhost"), ("127.0.0.1", "127.0.0.1")],
    ids=["a host name of its own", "the app's host name"],
)
def test_given_a_notebook_when_opened_then_kernel_and_terminal_work_without_an_error(
    app: RunningApp, notebook: str, page: Page, opened_at: str, shown_at: str
) -> None:
    address = app.url.replace("localhost", opened_at) + notebook

    expect_it_works(page, address, shown_at=shown_at)


def test_given_a_browser_that_knows_no_names_below_localhost_when_opened_then_on_the_apps_host(
    app: RunningApp, notebook: str, browser: Browser
) -> None:
    with launched(browser.browser_type, "--host-resolver-rules=MAP *.localhost ~NOTFOUND") as other:
        context = other.new_context()
        page = context.new_page()

        # The list finds it out; whoever comes by a link before that is sent where nothing is.
        with page.expect_response(lambda answer: answer.url.endswith("/session/shared-host")):
            page.goto(app.url)
        page.get_by_role("heading", name="Notebooks").wait_for()

        expect_it_works(context.new_page(), app.url + notebook, shown_at="localhost")
