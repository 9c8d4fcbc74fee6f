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
from ui.passwords import Crowd, Passwords, Refused

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
        "User name or password is wrong. Now there is a pause of 60 s.",
        "Too many wrong tries. Try again in 60 s.",
    ]
    assert words(passwords.check("alice", PASSWORD, "10.0.0.1")).endswith("in 60 s.")
    assert passwords.check("alice", PASSWORD, "10.0.0.2") == CAME_IN

    clock.now = 60
    assert words(passwords.check("alice", "wrong", "10.0.0.1")).endswith("pause of 2 min.")
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
    tmp_path: Path, clock: Clock
) -> None:
    path = users_file(tmp_path, alice=entry("admins"))
    users = UserFile(path, clock=clock)
    sessions = Sessions(stamps=users.stamp, clock=clock)

    def slowly(*_: str) -> bool:
        users_file(tmp_path, alice=entry("team"))
        clock.now += 2
        return True

    came_in = Passwords(users, clock=clock, fits=slowly).check("alice", PASSWORD, "::1")

    assert isinstance(came_in, CameIn)
    assert came_in.person.groups == ("admins",)
    assert sessions.redeem(sessions.sign_in(came_in.person, came_in.stamp), APP) is None


def test_given_one_who_has_many_addresses_when_guessing_then_they_count_as_one(
    passwords: Passwords,
) -> None:
    told = [words(passwords.check("alice", "wrong", f"2001:db8::{i}")) for i in range(6)]

    assert told[-1].startswith("Too many")
    assert passwords.check("alice", PASSWORD, "2001:db8:0:1::1") == CAME_IN


def try_names(passwords: Passwords, times: int, address: str) -> list[str]:
    """Ever new names, none of which is ever paused for itself."""
    return [words(passwords.check(f"user{i}", "wrong", address)) for i in range(times)]


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", ""])
def test_given_ever_new_names_when_guessed_from_one_address_then_it_has_a_pause_and_others_none(
    passwords: Passwords, clock: Clock, address: str
) -> None:
    told = try_names(passwords, 31, address)

    assert told[28:] == [
        "User name or password is wrong.",
        "User name or password is wrong. Now there is a pause of 5 min.",
        "Too many wrong tries from your address. Try again in 5 min.",
    ]
    assert words(passwords.check("alice", PASSWORD, address)) == told[-1]
    assert passwords.check("alice", PASSWORD, "10.0.0.2") == CAME_IN

    clock.now = 300
    assert passwords.check("alice", PASSWORD, address) == CAME_IN


def test_given_ever_new_addresses_of_one_network_when_guessed_from_then_they_have_one_budget(
    passwords: Passwords,
) -> None:
    for i in range(30):
        passwords.check(f"user{i}", "wrong", f"2001:db8::{i:x}")

    assert words(passwords.check("alice", PASSWORD, "2001:db8::ffff")).startswith("Too many")


def test_given_a_right_password_when_others_guess_at_its_address_then_their_tries_still_count(
    passwords: Passwords,
) -> None:
    try_names(passwords, 29, "::1")
    for _ in range(3):
        assert passwords.check("alice", PASSWORD, "::1") == CAME_IN

    told = try_names(passwords, 2, "::1")

    assert told[1].startswith("Too many wrong tries from your address.")


def test_given_all_checks_are_busy_when_one_address_waits_in_crowds_then_it_is_refused_at_once(
    tmp_path: Path, clock: Clock
) -> None:
    is_over = threading.Event()

    def waits(*_: str) -> bool:
        is_over.wait(30)
        return False

    users = UserFile(users_file(tmp_path), clock=clock)
    passwords = Passwords(users, clock=clock, fits=waits, crowd=Crowd(patience=30))
    answers: list[str] = []

    def guess(number: int) -> None:
        answers.append(words(passwords.check(f"user{number}", "wrong", "10.0.0.1")))

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 10
    while len(answers) < 10 and time.monotonic() < deadline:
        time.sleep(0.01)
    refused_at_once = list(answers)
    is_over.set()
    for thread in threads:
        thread.join()

    assert len(refused_at_once) == 10
    assert all(one.startswith("Too many wrong tries from your") for one in refused_at_once)


def test_given_nobody_had_time_to_check_when_tried_again_then_it_did_not_count(
    tmp_path: Path, clock: Clock
) -> None:
    users = UserFile(users_file(tmp_path), clock=clock)
    passwords = Passwords(users, clock=clock, crowd=Crowd(at_once=0, patience=0))

    told = try_names(passwords, 40, "::1")

    assert {one.partition(".")[0] for one in told} == {"Many people are signing in at this moment"}


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


def test_given_tries_when_judged_then_each_is_an_audit_line_without_the_password(
    passwords: Passwords, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "nbcore.audit")

    passwords.check("Alice", PASSWORD, "10.0.0.1")
    for _ in range(6):
        passwords.check("alice", "a wrong one", "10.0.0.1")
    for typed in ("x\nuser=root", PASSWORD, "carol"):
        passwords.check(typed, "a wrong one", "10.0.0.2")

    lines = [one.getMessage() for one in caplog.records if one.name == "nbcore.audit"]
    assert lines == [
        "user=alice verb=sign-in outcome=allowed address=10.0.0.1",
        *["user=alice verb=sign-in outcome=denied address=10.0.0.1"] * 5,
        "user=alice verb=sign-in outcome=paused address=10.0.0.1",
        *["user=- verb=sign-in outcome=denied address=10.0.0.2"] * 3,
    ]
    assert not any(PASSWORD in str(vars(one)) for one in caplog.records)
    assert not any("wrong one" in str(vars(one)) for one in caplog.records)
