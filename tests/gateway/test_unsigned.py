from __future__ import annotations

import pytest

from gateway.unsigned import NEEDS, is_for_everybody
from tests.gateway.rig import head

VISIT = {"accept": "text/html", "sec-fetch-mode": "navigate"}
SCRIPT = {"sec-fetch-mode": "cors"}


@pytest.mark.parametrize("path", ["/", "/new", "/details", "/images", "/no_such-page"])
def test_given_the_address_of_a_page_when_visited_then_its_frame_is_served(path: str) -> None:
    assert is_for_everybody(head(headers=VISIT), path)
    assert not is_for_everybody(head(headers=SCRIPT), path)


@pytest.mark.parametrize(
    "path",
    [
        "/static/js/index.Bx9.js",
        "/static/media/SourceSansVF-Upright.ttf.BsWL4Kly.woff2",
        "/app/static/inter-regular.woff2",
        "/favicon.png",
        "/_stcore/health",
        "/_stcore/host-config",
        "/details/_stcore/host-config",
    ],
)
def test_given_what_a_browser_was_seen_to_ask_for_when_asked_then_it_is_served(path: str) -> None:
    assert is_for_everybody(head(headers=SCRIPT), path)
    assert not is_for_everybody(head(headers=SCRIPT, method="POST"), path)


@pytest.mark.parametrize("headers", [VISIT, SCRIPT], ids=["a visit", "a script"])
@pytest.mark.parametrize(
    "path",
    [
        "/media/b149009df09fa98ef7b1eca0299352f3.png",
        "/component/x/index.html",
        "/_stcore/upload_file/a/b",
        "/_stcore/bidi-components/x",
        "/_stcore/stream",
        "/_stcore/script-health-check",
        "/_stcore",
        "/_STCORE/upload_file",
        "/auth/login",
        "/oauth2callback",
        "/static",
        "/static/%61",
        "/details/x",
        "//_stcore/health",
    ],
)
def test_given_anything_else_when_asked_then_a_session_is_needed(
    path: str, headers: dict[str, str]
) -> None:
    assert not is_for_everybody(head(headers=headers), path)


def test_given_a_socket_when_opened_then_only_the_scripts_is_served() -> None:
    assert is_for_everybody(head(is_websocket=True), "/_stcore/stream")
    assert not is_for_everybody(head(is_websocket=True), "/_stcore/health")


def test_given_the_table_when_read_then_every_need_says_why() -> None:
    assert all(len(need.why) > 15 for need in NEEDS)
