from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nbcore.datalock import HeldError, held_sentence, hold

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
