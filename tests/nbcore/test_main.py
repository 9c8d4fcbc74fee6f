"""The command line as a person or a script calls it."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit_authenticator.utilities import Hasher

from nbcore.__main__ import main
from nbcore.users import Users, read_users
from tests.nbcore.people import cheap_hash, entry, users_file, users_text

ROOT = Path(__file__).parents[2]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "users.yaml"


def users(file: Path) -> Users:
    return read_users(file.read_text())


@pytest.fixture(params=["correct horse"])
def typed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    # The process's own standard input; a process for each case would cost a second.
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{request.param}\n"))


short = pytest.mark.parametrize("typed", ["short"], indirect=True)


@pytest.mark.usefixtures("typed")
def test_given_no_file_when_somebody_is_added_then_they_can_sign_in(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["users", "add", "alice", "--roles", "a", "b", "--email", "a@b.org"]

    assert main([*arguments, "--password-stdin", "--file", str(file)]) == 0

    made = users(file).known["alice"]
    assert made.roles == ("a", "b")
    assert Hasher.check_pw("correct horse", made.password)
    assert capsys.readouterr().out == "alice can sign in now.\n"


@pytest.mark.usefixtures("typed")
def test_given_a_user_when_given_another_password_then_the_stamp_changes(tmp_path: Path) -> None:
    file = users_file(tmp_path, alice=entry("a"))
    before = users(file).known["alice"].stamp

    assert main(["users", "password", "alice", "--password-stdin", "--file", str(file)]) == 0

    assert users(file).known["alice"].stamp != before
    assert Hasher.check_pw("correct horse", users(file).known["alice"].password)


def test_given_a_user_when_given_roles_then_they_replace_the_old(tmp_path: Path) -> None:
    file = users_file(tmp_path, alice=entry("a"), bob=entry("a"))

    assert main(["users", "roles", "alice", "b", "c", "--file", str(file)]) == 0
    assert main(["users", "roles", "bob", "--file", str(file)]) == 0

    assert [user.roles for user in users(file).known.values()] == [("b", "c"), ()]


def test_given_a_user_when_removed_then_the_others_stay(tmp_path: Path) -> None:
    file = users_file(tmp_path, alice=entry("a"), bob=entry("a"))

    assert main(["users", "remove", "alice", "--file", str(file)]) == 0

    assert list(users(file).known) == ["bob"]


def test_given_users_when_listed_then_roles_are_told_and_hashes_are_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = users_file(tmp_path, alice=entry("a", "b"), bob=entry())

    assert main(["users", "list", "--file", str(file)]) == 0

    assert capsys.readouterr().out == "alice\ta, b\nbob\t\n"


def test_given_a_broken_entry_when_listed_then_the_code_and_the_words_tell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = users_file(tmp_path, alice=entry(), Bob=entry())

    assert main(["users", "list", "--file", str(file)]) == 1

    assert "User Bob: a name has lower-case" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["add", "Carol", "--password-stdin"], "lower-case", id="capitals"),
        pytest.param(["add", "system:x", "--password-stdin"], "lower-case", id="reserved"),
        pytest.param(["add", "alice", "--password-stdin"], "a user alice already", id="taken"),
        pytest.param(
            ["add", "carol", "--password-stdin", "--roles", "system:masters"], "system:", id="role"
        ),
        pytest.param(["remove", "carol"], "no user carol", id="remove nobody"),
        pytest.param(["roles", "carol", "a"], "no user carol", id="roles of nobody"),
        pytest.param(["password", "carol", "--password-stdin"], "no user carol", id="password"),
    ],
)
@pytest.mark.usefixtures("typed")
def test_given_a_command_that_is_refused_when_run_then_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    file = users_file(tmp_path, alice={"password": cheap_hash()})

    assert main(["users", *arguments, "--file", str(file)]) == 1

    assert words in capsys.readouterr().err
    assert file.read_text() == users_text(alice={"password": cheap_hash()})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["password", "nobody"], "There is no user nobody.\n", id="unknown"),
        pytest.param(["add", "alice"], "There is a user alice already.\n", id="taken"),
    ],
)
@short
@pytest.mark.usefixtures("typed")
def test_given_a_wrong_name_and_a_short_password_when_run_then_the_name_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    file = users_file(tmp_path, alice=entry())

    assert main(["users", *arguments, "--password-stdin", "--file", str(file)]) == 1

    assert capsys.readouterr().err == words


@short
@pytest.mark.usefixtures("typed")
def test_given_a_short_password_when_added_then_it_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["users", "add", "alice", "--password-stdin", "--file", str(file)]) == 1

    assert "at least 8" in capsys.readouterr().err
    assert not file.exists()


def test_given_no_file_when_listed_then_the_sentence_names_it(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["users", "list", "--file", str(file)]) == 1

    assert str(file) in capsys.readouterr().err


LINKS = "\n".join(f"b{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 12))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"credentials: \xff", "is not UTF-8", id="another encoding"),
        pytest.param(b"credentials: {usernames: [", "line 1: it is not valid YAML", id="no YAML"),
        pytest.param(f"a: &a0 {{x: y}}\n{LINKS}".encode(), "line 2: an alias", id="bomb"),
        pytest.param(b"- alice", "has no credentials.usernames", id="list"),
        pytest.param(b"credentials: {usernames: x}", "has no credentials.usernames", id="text"),
        pytest.param(b"#" * (2**20 + 1), "bigger than 1 MiB", id="big"),
        pytest.param(None, "Is a directory", id="folder"),
    ],
)
@pytest.mark.parametrize("command", ["list", "add bob --password-stdin", "roles bob", "remove bob"])
@pytest.mark.usefixtures("typed")
def test_given_a_file_that_can_t_be_used_when_a_command_is_run_then_one_line_names_it(
    file: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    content: bytes | None,
    words: str,
) -> None:
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)

    assert main(["users", *command.split(), "--file", str(file)]) == 1

    told = capsys.readouterr()
    (line,) = told.err.splitlines()
    assert line.startswith(f"{file}: The users' file ")
    assert words in line
    assert line.endswith(("in its place.", "may read."))
    assert told.out == ""
    assert content is None or file.read_bytes() == content


def test_given_a_link_to_itself_when_changed_then_it_is_told_as_a_file_that_can_t_be_read(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.symlink_to(file)

    assert main(["users", "remove", "alice", "--file", str(file)]) == 1

    assert capsys.readouterr().err.startswith(f"{file}: The users' file can't be read: Too many")


def test_given_a_folder_that_takes_no_files_when_somebody_is_removed_then_the_file_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["users", "remove", "alice", "--file", "/proc/users.yaml"]) == 1

    assert capsys.readouterr().err == "/proc/users.yaml: No such file or directory\n"


def test_given_a_terminal_when_asked_for_a_password_then_it_does_not_echo(file: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "nbcore", "users", "add", "alice"],
        cwd=ROOT,
        env={**os.environ, "NB_USERS": str(file)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = _until(ours, b"Password of alice: ")
    os.write(ours, b"correct horse\n")
    shown += _until(ours, b"Again: ")
    os.write(ours, b"correct horse\n")
    shown += _until(ours, b"sign in now.")

    assert process.wait(20) == 0
    os.close(ours)
    assert b"correct" not in shown
    assert "alice" in users(file).known


@pytest.mark.parametrize("given_up", [EOFError, KeyboardInterrupt])
def test_given_nobody_who_types_a_password_when_asked_then_it_is_refused_with_a_sentence(
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given_up: type[BaseException],
) -> None:
    def ask(_prompt: str) -> str:
        raise given_up

    # The library's question; another test answers it at a real terminal.
    monkeypatch.setattr("getpass.getpass", ask)

    assert main(["users", "add", "alice", "--file", str(file)]) == 1

    assert capsys.readouterr().err == "\nNo password was typed. Nothing was changed.\n"
    assert not file.exists()


def _until(terminal: int, words: bytes) -> bytes:
    shown = b""
    while words not in shown:
        shown += os.read(terminal, 1024)
    return shown
