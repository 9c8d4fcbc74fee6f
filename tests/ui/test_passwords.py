from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from nbcore.identity import Person
from nbcore.sessions import APP, Sessions
from nbcore.user_file import UserFile
from nbcore.users import User
from tests.nbcore.people import PASSWORD, cheap_hash, entry, users_file
from ui.entrance import CameIn
from ui.passwords import Passwords, Refused

CAME_IN = CameIn(Person("alice", ("team",)), User("alice", cheap_hash(), ("team",)).stamp)


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def passwords(tmp_path: Path, clock: Clock) -> Passwords:
    path = users_file(tmp_path, alice=entry("team"), long={"password": cheap_hash("x" * 72)})
    return Passwords(UserFile(path, clock=clock), clock=clock)


def words(answer: CameIn | Refused) -> str:
    assert isinstance(answer, Refused)
    return answer.message


@pytest.mark.parametrize("typed", ["alice", " Alice ", "ALICE"])
def test_given_the_right_password_when_checked_then_it_is_the_person_with_their_groups(
    passwords: Passwords, typed: str
) -> None:
    assert passwords.check(typed, PASSWORD, "::1") == CAME_IN


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param("alice", PASSWORD + "r", id="wrong"),
        pytest.param("alice", PASSWORD.upper(), id="capitals"),
        pytest.param("bob", PASSWORD, id="nobody"),
        pytest.param("system:admin", PASSWORD, id="no name"),
        pytest.param("", PASSWORD, id="empty name"),
        pytest.param("alice", "", id="empty password"),
        pytest.param("alice", "  ", id="blank password"),
        pytest.param("long", "x" * 73, id="only its first 72 bytes are right"),
        pytest.param("alice", PASSWORD + "\0", id="zero byte"),
        pytest.param("alice", cheap_hash(), id="the hash itself"),
        pytest.param("alice", "\udcff" * 9, id="no text"),
    ],
)
def test_given_anything_else_when_checked_then_nobody_is_let_in_and_the_words_are_the_same(
    passwords: Passwords, name: str, password: str
) -> None:
    assert words(passwords.check(name, password, "::1")) == "User name or password is wrong."


def test_given_wrong_tries_when_they_go_on_then_a_pause_is_announced_and_told(
    passwords: Passwords, clock: Clock
) -> None:
    told = [words(passwords.check("alice", "wrong", "10.0.0.1")) for _ in range(6)]

    assert told == [
        "User name or password is wrong.",
        "User name or password is wrong. 3 more tries before a pause.",
        "User name or password is wrong. 2 more tries before a pause.",
        "User name or password is wrong. 1 more try before a pause.",
        "User name or password is wrong. Now there is a pause.",
        "Too many wrong tries. Try again in 60 s.",
    ]
    assert words(passwords.check("alice", PASSWORD, "10.0.0.1")).endswith("in 60 s.")
    assert passwords.check("alice", PASSWORD, "10.0.0.2") == CAME_IN

    clock.now = 60
    assert words(passwords.check("alice", "wrong", "10.0.0.1")).endswith("pause.")
    assert words(passwords.check("alice", PASSWORD, "10.0.0.1")).endswith("in 2 min.")

    clock.now = 180
    assert passwords.check("alice", PASSWORD, "10.0.0.1") == CAME_IN
    assert words(passwords.check("alice", "wrong", "10.0.0.1")) == told[0]


def test_given_a_name_that_nobody_has_when_tried_then_it_is_told_the_same(
    passwords: Passwords,
) -> None:
    told = [
        [words(passwords.check(name, "wrong", "::1")) for _ in range(6)]
        for name in ("alice", "bob")
    ]

    assert told[0] == told[1]


def test_given_many_tries_at_once_when_judged_then_no_more_than_the_free_ones_are_checked(
    passwords: Passwords,
) -> None:
    answers: list[str] = []

    def guess() -> None:
        answers.append(words(passwords.check("alice", "wrong", "::1")))

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(answer.startswith("Too many") for answer in answers) == 15


def test_given_laborious_hashes_when_unknown_names_are_tried_then_they_take_as_long(
    tmp_path: Path,
) -> None:
    path = users_file(tmp_path, alice={"password": cheap_hash(PASSWORD, cost=9)})
    passwords = Passwords(UserFile(path, clock=time.monotonic), clock=time.monotonic)
    passwords.check("nobody", "first of all", "a")

    spent: dict[str, list[float]] = {"alice": [], "bob": []}
    for number in range(5):
        for name, times in spent.items():
            began = time.thread_time()
            passwords.check(name, "wrong password", str(number))
            times.append(time.thread_time() - began)

    known, unknown = (min(times) for times in spent.values())
    assert 0.5 < unknown / known < 2
    assert unknown > 0.01


def test_given_a_role_that_is_taken_away_while_the_password_is_judged_then_no_session_has_it(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = users_file(tmp_path, alice=entry("admins"))
    users = UserFile(path, clock=clock)
    sessions = Sessions(stamps=users.stamp, clock=clock)

    def slowly(*_: str) -> bool:
        users_file(tmp_path, alice=entry("team"))
        clock.now += 2
        return True

    monkeypatch.setattr("ui.passwords.fits", slowly)
    came_in = Passwords(users, clock=clock).check("alice", PASSWORD, "::1")

    assert isinstance(came_in, CameIn)
    assert came_in.person.groups == ("admins",)
    assert sessions.redeem(sessions.sign_in(came_in.person, came_in.stamp), APP) is None


def test_given_one_who_has_many_addresses_when_guessing_then_they_count_as_one(
    passwords: Passwords,
) -> None:
    told = [words(passwords.check("alice", "wrong", f"2001:db8::{i}")) for i in range(6)]

    assert told[-1].startswith("Too many")
    assert passwords.check("alice", PASSWORD, "2001:db8:0:1::1") == CAME_IN


def test_given_a_hash_of_a_lower_cost_when_tried_then_it_takes_as_long_as_an_unknown_name(
    tmp_path: Path,
) -> None:
    hashes = {cost: {"password": cheap_hash(PASSWORD, cost=cost)} for cost in (5, 9)}
    path = users_file(tmp_path, alice=hashes[5], carol=hashes[9])
    passwords = Passwords(UserFile(path, clock=time.monotonic), clock=time.monotonic)

    spent: dict[str, list[float]] = {"alice": [], "bob": []}
    for number in range(5):
        for name, times in spent.items():
            began = time.thread_time()
            passwords.check(name, "wrong password", str(number))
            times.append(time.thread_time() - began)

    known, unknown = (min(times) for times in spent.values())
    assert 0.5 < known / unknown < 2
