from __future__ import annotations

import logging
import os
import stat
import threading
from pathlib import Path

import pytest

from nbcore.user_document import load_document
from nbcore.user_file import UserFile, edit, write_private
from nbcore.users import InvalidUsersError, added, removed
from tests.nbcore.people import cheap_hash, entry, users_file, users_text


class Clock:
    """A second passes with each look, so that each look counts."""

    def __init__(self, step: float = 1.0) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def test_given_an_edit_when_looked_again_then_it_counts(tmp_path: Path) -> None:
    path = users_file(tmp_path, alice=entry("a"))
    users = UserFile(path, clock=Clock())
    before = users.stamp("alice")

    edit(path, lambda document: added(document, "bob", entry()))
    assert set(users.users().known) == {"alice", "bob"}
    assert users.stamp("alice") == before

    edit(path, lambda document: removed(document, "alice"))
    assert users.stamp("alice") is None
    assert users.stamp("bob") is not None


def test_given_an_edit_when_less_than_a_second_passed_then_the_disk_is_left_alone(
    tmp_path: Path,
) -> None:
    path = users_file(tmp_path, alice=entry())
    clock = Clock(step=0.4)
    users = UserFile(path, clock=clock)
    assert users.stamp("alice")

    path.unlink()

    assert [users.stamp("alice") is not None for _ in range(4)] == [True, True, False, False]


def test_given_a_secrets_mount_when_the_kubelet_swaps_its_link_then_the_new_file_counts(
    tmp_path: Path,
) -> None:
    for number, name in enumerate(("alice", "carol")):
        (tmp_path / f"v{number}").mkdir()
        users_file(tmp_path / f"v{number}", **{name: entry()})
    (tmp_path / "..data").symlink_to("v0")
    (tmp_path / "users.yaml").symlink_to("..data/users.yaml")
    users = UserFile(tmp_path / "users.yaml", clock=Clock())
    assert set(users.users().known) == {"alice"}

    (tmp_path / "new").symlink_to("v1")
    (tmp_path / "new").replace(tmp_path / "..data")

    assert set(users.users().known) == {"carol"}


def test_given_a_broken_entry_when_read_then_the_log_names_it_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = users_file(tmp_path, alice=entry(), Bob=entry())
    users = UserFile(path, clock=Clock())

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert set(users.users().known) == {"alice"}

    assert [record.message for record in caplog.records if "User Bob:" in record.message] == [
        caplog.records[0].message
    ]
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"x: " + b"y" * 2**20, id="big"),
        pytest.param(b"credentials: {usernames: [", id="no YAML"),
        pytest.param(b"other: 1", id="no users"),
        pytest.param(None, id="folder"),
    ],
)
def test_given_a_file_that_turns_bad_when_looked_then_nobody_is_in_until_it_is_mended(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes | None
) -> None:
    path = users_file(tmp_path, alice=entry())
    users = UserFile(path, clock=Clock())
    stamp = users.stamp("alice")
    assert stamp

    path.unlink()
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    assert [users.stamp("alice") for _ in range(3)] == [None] * 3
    assert caplog.messages[-1] == (
        f"{path}: It lets nobody in: all sessions have ended, and nobody can sign in until it is "
        "mended."
    )
    assert len(caplog.messages) == len(users.users().problems) + 1

    if content is None:
        path.rmdir()
    path.write_text(users_text(alice=entry()))
    assert users.stamp("alice") == stamp


def test_given_a_file_when_who_may_read_it_changes_then_it_is_read_again(tmp_path: Path) -> None:
    path = users_file(tmp_path, alice=entry())
    # As root reads everything: the content changes, and its size and its time do not.
    users = UserFile(path, clock=Clock())
    assert users.stamp("alice")
    seen = path.stat()

    path.write_text(path.read_text().replace("alice", "carol"))
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    path.chmod(0o400)

    assert set(users.users().known) == {"carol"}


def test_given_a_link_that_leads_to_itself_when_looked_then_nobody_is_in(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    path.symlink_to(path)

    assert UserFile(path, clock=Clock()).users().problems


def test_given_no_file_yet_when_looked_then_nobody_gets_in_and_the_log_is_quiet(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "users.yaml"
    users = UserFile(path, clock=Clock())
    assert users.stamp("alice") is None

    path.write_text(users_text(alice=entry()))

    assert users.stamp("alice") is not None
    assert not caplog.records


def test_given_edits_at_the_same_time_when_done_then_none_is_lost_and_the_file_is_private(
    tmp_path: Path,
) -> None:
    path = tmp_path / "sub" / "users.yaml"
    made = {"email": "", "password": cheap_hash(), "roles": []}

    def add(number: int) -> None:
        edit(path, lambda document: added(document, f"user{number}", made))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    document = load_document(path.read_text())
    assert len(document["credentials"]["usernames"]) == 12
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(found.name for found in path.parent.iterdir()) == [
        ".users.yaml.lock", "users.yaml",
    ]  # fmt: skip


def test_given_an_edit_that_is_refused_when_done_then_the_file_is_as_it_was(tmp_path: Path) -> None:
    path = users_file(tmp_path, alice=entry())
    before = path.read_bytes(), path.stat().st_ino

    with pytest.raises(InvalidUsersError):
        edit(path, lambda document: removed(document, "bob"))

    assert (path.read_bytes(), path.stat().st_ino) == before


def test_given_a_link_when_edited_then_what_it_names_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    users_file(tmp_path / "real", alice=entry())
    link = tmp_path / "users.yaml"
    link.symlink_to("real/users.yaml")

    edit(link, lambda document: added(document, "bob", entry()))

    assert link.is_symlink()
    assert "bob" in (tmp_path / "real" / "users.yaml").read_text()


def test_given_a_text_that_can_t_be_written_when_written_then_the_old_one_stays(
    tmp_path: Path,
) -> None:
    path = tmp_path / "kept"
    path.write_text("old")

    with pytest.raises(UnicodeEncodeError):
        write_private(path, "\udcff")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
