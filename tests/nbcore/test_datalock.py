from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nbcore.datalock import HeldError, UnusableError, held_sentence, hold, unusable_sentence

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_given_a_free_folder_when_held_then_a_second_holder_is_told_by_whom(
    tmp_path: Path,
) -> None:
    lock = hold(tmp_path / "new", address="http://localhost:8501", now=NOW)

    with pytest.raises(HeldError) as held:
        hold(tmp_path / "new", address="", now=NOW)

    assert str(held.value) == (
        f"{tmp_path / 'new'} is in use by process {os.getpid()} since 2026-01-02 03:04:05 UTC, "
        "app at http://localhost:8501. End that one, or use another folder: "
        "make run DATA=... PORT=..."
    )
    os.close(lock)


def test_given_a_holder_that_ended_when_held_then_it_is_ours(tmp_path: Path) -> None:
    os.close(hold(tmp_path, address="", now=NOW))

    os.close(hold(tmp_path, address="", now=NOW))


def test_given_a_card_that_says_nothing_when_told_then_the_sentence_still_helps() -> None:
    sentence = held_sentence(Path("/data"), {})

    assert sentence.startswith("/data is in use by process ? since ?. End that one")


def test_given_a_folder_that_cant_be_made_when_held_then_the_sentence_names_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(UnusableError, match=r"file/data can't be used: Not a directory\. Use an"):
        hold(tmp_path / "file" / "data", address="", now=NOW)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(OSError(28, "No space left", "/data"), "No space left", id="the folder"),
        pytest.param(OSError(13, "No", "/data/logs"), "No (/data/logs)", id="a file in it"),
        pytest.param(OSError("odd"), "odd", id="no number"),
    ],
)
def test_given_an_error_when_told_then_the_sentence_says_what_and_where(
    error: OSError, reason: str
) -> None:
    told = unusable_sentence(Path("/data"), error)

    assert told == f"/data can't be used: {reason}. Use another folder: make run DATA=..."
