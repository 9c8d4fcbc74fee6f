from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from nbcore.identity import Person
from nbcore.sessions import APP, MOST_ALIKE, Session, Sessions, csrf_token
from nbcore.tickets import MOST_HANDED_OVER

ALICE = Person("alice", ("team",))
HOUR = 3600


@dataclass
class Hall:
    """Sessions, with a clock and stamps that a test sets."""

    now: float = 1_000_000.0
    stamps: dict[str, str] = field(default_factory=lambda: {"alice": "s1"})

    def __post_init__(self) -> None:
        self.sessions = self.again()

    def again(self, kept: list[Session] | None = None) -> Sessions:
        return Sessions(stamps=self.stamps.get, clock=lambda: self.now, kept=kept or ())

    def enter(self) -> str:
        secret = self.sessions.redeem(self.sessions.sign_in(ALICE, "s1"), APP)
        assert secret
        return secret

    def child(self, parent: str, audience: str = "demo/nb") -> str:
        session = self.sessions.find(parent)
        assert session
        secret = self.sessions.redeem(self.sessions.hand_over(session, audience), audience)
        assert secret
        return secret


@pytest.fixture
def hall() -> Hall:
    return Hall()


def test_given_a_ticket_when_redeemed_then_its_secret_finds_the_person_and_it_works_once(
    hall: Hall,
) -> None:
    ticket = hall.sessions.sign_in(ALICE, "s1")

    secret = hall.sessions.redeem(ticket, APP)

    assert secret
    found = hall.sessions.find(secret)
    assert found
    assert found.person == ALICE
    assert secret not in found.key
    assert hall.sessions.get(found.key) == found
    assert hall.sessions.redeem(ticket, APP) is None


def test_given_a_ticket_when_30_seconds_passed_then_it_is_worth_nothing(hall: Hall) -> None:
    ticket = hall.sessions.sign_in(ALICE, "s1")
    hall.now += 30.1

    assert hall.sessions.redeem(ticket, APP) is None


def test_given_a_ticket_when_brought_to_another_audience_then_it_is_used_up(hall: Hall) -> None:
    ticket = hall.sessions.sign_in(ALICE, "s1")

    assert hall.sessions.redeem(ticket, "demo/nb") is None
    assert hall.sessions.redeem(ticket, APP) is None


@pytest.mark.parametrize("other", ["", "x", "\udcff", "é" * 100])
def test_given_any_other_text_when_brought_then_nobody_is_found(hall: Hall, other: str) -> None:
    assert hall.sessions.redeem(other, APP) is None
    assert hall.sessions.find(other) is None


def test_given_two_sign_ins_when_compared_then_their_ids_differ_and_live_apart(hall: Hall) -> None:
    first, second = hall.enter(), hall.enter()
    found = hall.sessions.find(first)
    assert found

    hall.sessions.end(found.key)

    assert first != second
    assert hall.sessions.find(first) is None
    assert hall.sessions.find(second)


def test_given_signs_of_life_when_8_hours_pass_between_none_then_it_lives_for_24(
    hall: Hall,
) -> None:
    secret = hall.enter()
    for _ in range(3):
        hall.now += 7.9 * HOUR
        assert hall.sessions.find(secret)

    hall.now += 0.4 * HOUR

    assert hall.sessions.find(secret) is None


def test_given_no_sign_of_life_when_8_hours_passed_then_it_has_ended(hall: Hall) -> None:
    secret = hall.enter()
    found = hall.sessions.find(secret)
    assert found
    hall.now += 8 * HOUR - 1
    assert hall.sessions.get(found.key)

    hall.now += 2

    assert hall.sessions.find(secret) is None
    assert hall.sessions.snapshot() == []


@pytest.mark.parametrize("now_says", [None, "s2", ""])
def test_given_other_credentials_when_looked_then_the_session_and_open_tickets_have_ended(
    hall: Hall, now_says: str | None
) -> None:
    secret, ticket = hall.enter(), hall.sessions.sign_in(ALICE, "s1")
    hall.stamps.clear()
    if now_says is not None:
        hall.stamps["alice"] = now_says

    assert hall.sessions.find(secret) is None
    assert hall.sessions.redeem(ticket, APP) is None


def test_given_somebody_who_may_not_sign_in_when_a_ticket_was_made_then_it_opens_nothing(
    hall: Hall,
) -> None:
    ticket = hall.sessions.sign_in(Person("mallory"), "")

    assert hall.sessions.redeem(ticket, APP) is None


def test_given_one_who_comes_in_again_and_again_when_others_are_in_then_only_the_first_is_forgotten(
    hall: Hall,
) -> None:
    hall.stamps["bob"] = "b1"
    bobs = hall.sessions.redeem(hall.sessions.sign_in(Person("bob"), "b1"), APP)
    alices = hall.enter()

    children = [hall.child(alices) for _ in range(3 * MOST_ALIKE)]

    assert len(hall.sessions.snapshot()) == 2 + MOST_ALIKE
    assert bobs
    assert hall.sessions.find(bobs)
    assert hall.sessions.find(alices)
    assert hall.sessions.find(children[0], "demo/nb") is None
    assert hall.sessions.find(children[-1], "demo/nb")


def test_given_a_password_or_role_that_changes_while_it_is_judged_then_the_ticket_opens_nothing(
    hall: Hall,
) -> None:
    judged = hall.stamps["alice"]
    hall.stamps["alice"] = "s2"

    assert hall.sessions.redeem(hall.sessions.sign_in(ALICE, judged), APP) is None


def test_given_a_notebooks_session_when_its_parent_ends_then_it_ends_with_its_tickets(
    hall: Hall,
) -> None:
    secret = hall.enter()
    child = hall.child(secret)
    parent = hall.sessions.find(secret)
    assert parent
    ticket = hall.sessions.hand_over(parent, "demo/nb")
    assert hall.sessions.find(child, "demo/nb")
    assert hall.sessions.find(child) is None
    assert hall.sessions.find(secret, "demo/nb") is None

    hall.sessions.end(parent.key)

    assert hall.sessions.find(child, "demo/nb") is None
    assert hall.sessions.redeem(ticket, "demo/nb") is None


def test_given_a_session_that_is_handed_over_again_and_again_when_redeemed_then_the_last_ones_work(
    hall: Hall,
) -> None:
    parent = hall.sessions.find(hall.enter())
    assert parent
    sign_in = hall.sessions.sign_in(ALICE, "s1")

    tickets = [hall.sessions.hand_over(parent, "demo/nb") for _ in range(MOST_HANDED_OVER + 1)]

    assert hall.sessions.redeem(tickets[0], "demo/nb") is None
    assert hall.sessions.redeem(tickets[1], "demo/nb")
    assert hall.sessions.redeem(sign_in, APP)


def test_given_a_notebook_that_is_used_when_its_parent_is_quiet_then_both_live(hall: Hall) -> None:
    secret = hall.enter()
    child = hall.child(secret)
    for _ in range(2):
        hall.now += 7 * HOUR
        assert hall.sessions.find(child, "demo/nb")

    assert hall.sessions.find(secret)


def test_given_kept_sessions_when_started_again_then_those_that_are_valid_live_on(
    hall: Hall,
) -> None:
    hall.stamps["bob"] = "b1"
    secret = hall.enter()
    hall.child(secret)
    bobs = hall.sessions.redeem(hall.sessions.sign_in(Person("bob"), "b1"), APP)
    kept = hall.sessions.snapshot()
    hall.stamps["bob"] = "b2"

    again = hall.again(kept)

    assert again.find(secret)
    assert bobs
    assert again.find(bobs) is None
    assert len(kept) == 3
    assert len(again.snapshot()) == 2


def test_given_changes_when_counted_then_only_what_is_worth_keeping_counts(hall: Hall) -> None:
    secret = hall.enter()
    entered = hall.sessions.revision
    hall.sessions.find(secret)
    hall.now += 59
    hall.sessions.find(secret)
    assert hall.sessions.revision == entered

    hall.now += 1
    found = hall.sessions.find(secret)
    assert found
    assert hall.sessions.revision == entered + 1

    hall.sessions.end(found.key)
    hall.sessions.end(found.key)
    assert hall.sessions.revision == entered + 2


def test_given_a_session_when_printed_then_nothing_in_it_opens_a_door(hall: Hall) -> None:
    found = hall.sessions.find(hall.child(hall.enter()), "demo/nb")
    assert found

    shown = repr(found)

    assert "alice" in shown
    assert not {found.key, found.stamp, found.parent} & set(shown.split("'"))


def test_given_two_sessions_when_their_forms_are_compared_then_the_tokens_differ() -> None:
    assert csrf_token("a") != csrf_token("b")
    assert csrf_token("a") == csrf_token("a")
    assert len(csrf_token("a")) == 64
