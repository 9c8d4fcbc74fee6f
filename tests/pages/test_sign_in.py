"""The sign-in page on a real users' file, and what people with and without a session see."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from nbcore.identity import Identity, Person
from nbcore.kube.cache import ClusterCache
from nbcore.kube.client import Kube
from nbcore.names import CLIENT_HEADER, HERE_HEADER
from nbcore.offers import Offer, offers_to_text
from nbcore.sessions import APP, Sessions
from nbcore.settings import Settings
from nbcore.user_file import UserFile
from tests.nbcore.people import PASSWORD, entry, users_file
from tests.pages.visit import SHELL
from ui.entrance import Entrance
from ui.passwords import Passwords
from ui.sandbox_offers import OfferWay
from ui.session import Services, install
from ui.sign_in import PasswordWay

WRONG = "User name or password is wrong\\."


@dataclass
class Door:
    """A page without a session, and whose it is as soon as a test says so."""

    sessions: Sessions
    viewer: Identity | None = None

    def open(self, url: str = "") -> AppTest:
        page = AppTest.from_file(str(SHELL), default_timeout=20)
        if url:
            page.query_params["next"] = url
        return page.run()


@pytest.fixture
def door(tmp_path: Path, kube: Kube, cache: ClusterCache) -> Door:
    path = users_file(tmp_path, alice=entry("team"))
    users = UserFile(path, clock=time.monotonic)
    sessions = Sessions(stamps=users.stamp, clock=time.time)
    door = Door(sessions)
    entrance = Entrance(sessions, (PasswordWay(Passwords(users, clock=time.monotonic)),))
    settings = Settings.from_environ({})
    install(Services(cache, kube, settings, identity=lambda: door.viewer, entrance=entrance))
    return door


def enter(page: AppTest, name: str, password: str) -> AppTest:
    page.text_input[0].set_value(name)
    page.text_input[1].set_value(password)
    return page.button[0].click().run()


def scripts(page: AppTest) -> list[str]:
    """Those of ui.browser; the page has another one."""
    return [found.proto.body for found in page.get("html") if "const place" in found.proto.body]


def test_given_nobody_when_a_page_is_opened_then_there_is_the_sign_in_and_nothing_else(
    door: Door,
) -> None:
    page = door.open()

    assert [field.label for field in page.text_input] == ["User name", "Password"]
    assert [field.proto.autocomplete for field in page.text_input] == [
        "username", "current-password",
    ]  # fmt: skip
    assert [button.label for button in page.button] == ["Sign in"]
    assert not page.title
    assert not page.exception
    assert not scripts(page)


def test_given_the_right_password_when_entered_then_the_browser_is_handed_one_ticket(
    door: Door,
) -> None:
    page = enter(door.open("/notebook/demo/nb/"), "Alice", PASSWORD)

    (script,) = scripts(page)
    assert '"/session/open"' in script
    assert '"next": "/notebook/demo/nb/"' in script
    ticket = re.search(r'"body": "([^"]+)"', script)
    assert ticket
    secret = door.sessions.redeem(ticket[1], APP)
    assert secret
    found = door.sessions.find(secret)
    assert found
    assert found.person == Person("alice", ("team",))


def test_given_a_next_that_leads_elsewhere_when_signed_in_then_it_is_dropped(door: Door) -> None:
    page = enter(door.open("//evil.example/"), "alice", PASSWORD)

    assert "evil" not in scripts(page)[0]


@pytest.mark.parametrize(("name", "password"), [("alice", "wrong"), ("nobody", PASSWORD)])
def test_given_anything_wrong_when_entered_then_the_words_do_not_tell_what(
    door: Door, name: str, password: str
) -> None:
    page = enter(door.open(), name, password)

    assert [text.value for text in page.markdown] == [f":red[:material/error: {WRONG}]"]
    assert not scripts(page)


def test_given_an_empty_field_when_entered_then_both_are_asked_for(door: Door) -> None:
    page = enter(door.open(), "alice", "")

    assert "Both are needed" in page.markdown[0].value


def test_given_a_person_when_the_page_is_run_then_it_names_them_and_lets_them_out(
    door: Door,
) -> None:
    door.viewer = Person("alice", ("team", "lab"))
    page = door.open().switch_page("../pages/account.py").run()

    assert page.title[0].value == "alice"
    assert "team\\, lab" in page.markdown[0].value
    page.button[0].click().run()
    (script,) = scripts(page)
    assert '"/session/end"' in script
    assert '"body": "csrf=' in script


def test_given_a_session_that_ends_when_something_is_clicked_then_the_sign_in_follows(
    door: Door,
) -> None:
    door.viewer = Person("alice", ("team",))
    page = door.open().switch_page("../pages/account.py").run()
    door.viewer = None

    page.button[0].click().run()

    assert [field.label for field in page.text_input] == ["User name", "Password"]
    assert not scripts(page)
    assert not page.exception


def test_given_a_tab_of_one_person_when_another_signs_in_then_nothing_of_the_first_is_left(
    door: Door,
) -> None:
    door.viewer = Person("alice")
    page = door.open()
    page.session_state["typed"] = "alice's words"
    door.viewer = None
    page.run()
    door.viewer = Person("alice")
    page.run()
    kept = page.session_state["typed"]

    door.viewer = Person("bob")
    page.run()

    assert kept == "alice's words"
    assert "typed" not in page.session_state


def test_given_an_offer_when_somebody_at_this_machine_takes_it_then_there_is_an_audit_line(
    tmp_path: Path,
    kube: Kube,
    cache: ClusterCache,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    headers = {HERE_HEADER: "1", CLIENT_HEADER: "127.0.0.1"}
    # AppTest has no headers of its own, and no way to give it some.
    monkeypatch.setattr(type(st.context), "headers", headers)
    users = UserFile(users_file(tmp_path, alice=entry("team")), clock=time.monotonic)
    offers = tmp_path / "offers.json"
    offers.write_text(offers_to_text([Offer("alice", users.stamp("alice") or "", "a guest")]))
    sessions = Sessions(stamps=users.stamp, clock=time.time)
    entrance = Entrance(sessions, (OfferWay(offers, users),))
    settings = Settings.from_environ({})
    install(Services(cache, kube, settings, identity=lambda: None, entrance=entrance))
    caplog.set_level("INFO", "nbcore.audit")

    page = AppTest.from_file(str(SHELL), default_timeout=20).run()
    page = page.button(key="offer_alice").click().run()

    assert len(scripts(page)) == 1
    lines = [one.getMessage() for one in caplog.records if one.name == "nbcore.audit"]
    assert lines == ["user=alice verb=sign-in outcome=allowed address=127.0.0.1"]
