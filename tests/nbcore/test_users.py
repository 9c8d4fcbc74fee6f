from __future__ import annotations

from typing import Any

import pytest

from nbcore.identity import Person
from nbcore.user_document import load_document
from nbcore.users import (
    InvalidUsersError,
    Users,
    added,
    changed,
    is_checkable,
    name_problem,
    password_problem,
    read_users,
    removed,
    role_problem,
)
from tests.nbcore.people import cheap_hash, entry, users_text


def test_given_an_entry_in_the_documented_format_when_read_then_its_roles_are_groups() -> None:
    users = read_users(users_text(alice=entry("data-scientists", "team-a", logged_in=False)))

    assert users.problems == ()
    assert users.known["alice"].person == Person("alice", ("data-scientists", "team-a"))


def test_given_no_roles_when_read_then_there_are_no_groups() -> None:
    users = read_users(users_text(alice=entry() | {"roles": None}, bob={"password": cheap_hash()}))

    assert [user.roles for user in users.known.values()] == [(), ()]


@pytest.mark.parametrize(
    ("name", "broken", "words"),
    [
        pytest.param("Mallory", entry(), "lower-case", id="capitals"),
        pytest.param("system:admin", entry(), "lower-case", id="one of Kubernetes' own"),
        pytest.param("a" * 64, entry(), "at most 63", id="long"),
        pytest.param("-x", entry(), "begins with", id="dash first"),
        pytest.param("x\n", entry(), "lower-case", id="line break"),
        pytest.param("mallory", None, "no fields", id="empty entry"),
        pytest.param("mallory", "x", "no fields", id="text for an entry"),
        pytest.param("mallory", entry(email=3), "email is no text", id="number as e-mail"),
        pytest.param("mallory", {"roles": []}, "password is no bcrypt hash", id="no password"),
        pytest.param("mallory", entry(password="secret-1"), "no bcrypt hash", id="plain"),
        pytest.param(
            "mallory", entry(password="$2b$31$" + "a" * 53), "cost of 31", id="hours to check"
        ),
        pytest.param("mallory", entry(roles="admins"), "roles is no list", id="text for roles"),
        pytest.param("mallory", entry("system:masters"), "system:", id="role of Kubernetes"),
        pytest.param("mallory", entry("System:masters"), "system:", id="the same in capitals"),
        pytest.param("mallory", entry("a b"), "no spaces", id="role with a space"),
        pytest.param("mallory", entry(roles=[7]), "a role has letters", id="number as role"),
    ],
)
def test_given_a_broken_entry_when_read_then_it_alone_lets_nobody_in_and_is_named(
    name: str, broken: Any, words: str
) -> None:
    users = read_users(users_text(**{name: broken, "alice": entry()}))

    assert list(users.known) == ["alice"]
    (problem,) = users.problems
    assert problem.startswith(f"User {name}: ")
    assert words in problem
    assert "secret-1" not in problem


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("credentials: {usernames: {a: 1", "not valid YAML", id="broken YAML"),
        pytest.param("- a", "no credentials.usernames", id="list"),
        pytest.param("credentials: 3", "no credentials.usernames", id="number"),
        pytest.param("credentials: {usernames: [a]}", "no credentials.usernames", id="names"),
        pytest.param(
            "credentials:\n  usernames:\n    bob: {}\n    bob: {}", "line 4: a key stands twice",
            id="a user twice",
        ),
        pytest.param("? [1, 2]\n: x", "not valid YAML", id="list as key"),
        pytest.param("a: 2026-99-99", "not valid YAML", id="no date"),
        pytest.param("a: !!python/object:x.y {}", "not valid YAML", id="python object"),
        pytest.param("[" * 3000, "not valid YAML", id="deep"),
        pytest.param("a: &a [x]\nb: *a", "line 2: an alias has to be written out", id="alias"),
        pytest.param("credentials: &c {usernames: *c}", "an alias", id="alias of itself"),
    ],
)  # fmt: skip
def test_given_a_file_that_is_none_when_read_then_nobody_gets_in(text: str, words: str) -> None:
    users = read_users(text)

    assert not users.known
    assert words in users.problems[0]


@pytest.mark.parametrize("text", ["", "credentials:\n  usernames:\n", "pre-authorized: []"])
def test_given_a_file_without_users_when_read_then_nothing_is_wrong(text: str) -> None:
    assert read_users(text) == Users()


def test_given_other_credentials_when_stamped_then_the_stamp_differs() -> None:
    def stamp(**parts: Any) -> str:
        return read_users(users_text(alice=entry("a", "b") | parts)).known["alice"].stamp

    assert stamp(email="new@b.org") == stamp()
    assert stamp(roles=["b", "a"]) == stamp()
    assert stamp(roles=["a"]) != stamp()
    assert stamp(password=cheap_hash("another one")) != stamp()


def test_given_a_user_when_printed_then_the_hash_is_not_shown() -> None:
    users = read_users(users_text(alice=entry()))

    assert "$2b$" not in repr(users)


def test_given_keys_that_are_not_ours_when_changed_then_they_survive() -> None:
    document = load_document("cookie: {name: x}\n" + users_text(bob=entry(picture="p.png")))

    document = added(document, "alice", entry("a"))
    document = changed(document, "bob", roles=["b"])

    assert document["cookie"] == {"name": "x"}
    users = document["credentials"]["usernames"]
    assert users["bob"]["picture"] == "p.png"
    assert [users["bob"]["roles"], users["alice"]["roles"]] == [["b"], ["a"]]
    assert list(removed(document, "bob")["credentials"]["usernames"]) == ["alice"]
    assert "bob" in users


def test_given_nothing_yet_when_somebody_is_added_then_the_file_is_theirs() -> None:
    assert added({}, "alice", entry()) == {"credentials": {"usernames": {"alice": entry()}}}


def test_given_a_name_that_does_not_fit_when_changed_then_the_sentence_says_why() -> None:
    document = added({}, "alice", entry())

    with pytest.raises(InvalidUsersError, match="There is a user alice already"):
        added(document, "alice", entry())
    with pytest.raises(InvalidUsersError, match="There is no user bob"):
        changed(document, "bob", roles=[])
    with pytest.raises(InvalidUsersError, match="There is no user bob"):
        removed(document, "bob")
    with pytest.raises(InvalidUsersError, match="User alice: roles: a role can't begin"):
        changed(document, "alice", roles=["system:masters"])


def test_given_names_and_roles_that_are_right_when_judged_then_nothing_is_said() -> None:
    assert [name_problem(name) for name in ("a", "0x", "ada.l@x-y.org", "b_c", "a" * 63)] == (
        [None] * 5
    )
    assert [role_problem(role) for role in ("admins", "oidc:Team/A", "a@b")] == [None] * 3


@pytest.mark.parametrize(
    ("password", "words"),
    [
        pytest.param("seven77", "at least 8", id="short"),
        pytest.param("x" * 73, "at most 72 bytes", id="long"),
        pytest.param("ä" * 37, "at most 72 bytes", id="long in bytes"),
        pytest.param("eight\0888", "no line breaks", id="zero byte"),
        pytest.param(" eight888", "does not begin", id="space first"),
    ],
)
def test_given_a_new_password_that_breaks_a_rule_when_judged_then_it_says_which(
    password: str, words: str
) -> None:
    assert words in (password_problem(password) or "")


def test_given_passwords_at_the_edges_when_judged_then_they_are_right() -> None:
    assert [password_problem(password) for password in ("eight888", "x" * 72)] == [None, None]
    assert not is_checkable("")
    assert not is_checkable("\udcff" * 30)
