from __future__ import annotations

import base64
import hashlib
import re

import pytest

from gateway.pages import refusal, situation_page
from gateway.routes import ToNotebook
from gateway.situation import Kind, Situation
from tests.gateway.rig import head

TARGET = ToNotebook("demo", "nb", "lab")
EVIL = '"><script>alert(1)</script>&'
PERSON = head(headers={"sec-fetch-mode": "navigate"})


def waiting(kind: Kind = Kind.WAITING, words: str = "Pulling") -> Situation:
    return Situation(kind, "Starting", f"nb {words}", words)


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_given_a_page_when_sent_then_its_policy_allows_exactly_its_own_style_and_script() -> None:
    answer = situation_page(PERSON, TARGET, waiting())

    page = answer.body.decode()
    policies = [value.decode() for name, value in answer.headers if b"policy" in name]
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert any(f"script-src 'sha256-{digest(script)}'" in policy for policy in policies)
    assert any(f"style-src 'sha256-{digest(style)}'" in policy for policy in policies)
    assert any(
        "connect-src http://localhost:8501/notebook/demo/nb/;" in policy for policy in policies
    )
    assert "default-src 'none'" in policies[0]
    assert "same-origin" in policies
    assert not re.search(r"\son\w+=|style=|https?://", page)


@pytest.mark.parametrize("kind", list(Kind))
def test_given_words_from_the_cluster_when_shown_then_they_never_become_markup(
    kind: Kind,
) -> None:
    shown = situation_page(PERSON, TARGET, waiting(kind, EVIL)).body.decode()
    refused = refusal(PERSON, 400, EVIL, EVIL).body.decode()

    assert EVIL not in shown
    assert EVIL not in refused
    assert "&quot;&gt;&lt;script&gt;" in shown


def test_given_no_scripts_when_waiting_then_the_page_refreshes_itself_and_others_do_not() -> None:
    assert b'http-equiv="refresh"' in situation_page(PERSON, TARGET, waiting()).body
    for kind in (Kind.STOPPED, Kind.FAILED, Kind.REFUSED):
        page = situation_page(PERSON, TARGET, waiting(kind)).body
        assert b"refresh" not in page
        assert b'href="/"' in page


def test_given_a_refusal_that_may_pass_when_shown_then_the_page_tries_again() -> None:
    assert b"refresh" in refusal(PERSON, 503, "a", "b", tries_again=True).body
    assert b"refresh" not in refusal(PERSON, 503, "a", "b").body


@pytest.mark.parametrize(
    ("headers", "wants"),
    [
        ({"sec-fetch-mode": "navigate"}, True),
        ({"accept": "text/html,*/*"}, True),
        ({"accept": "text/html", "sec-fetch-mode": "cors"}, False),
        ({"accept": "application/json"}, False),
        ({}, False),
    ],
)
def test_given_who_asks_when_refused_then_people_get_a_page_and_scripts_json(
    headers: dict[str, str], *, wants: bool
) -> None:
    answer = refusal(head(headers=headers), 404, "No", "why")

    kinds = dict(answer.headers)[b"content-type"]
    assert kinds.startswith(b"text/html" if wants else b"application/json")
