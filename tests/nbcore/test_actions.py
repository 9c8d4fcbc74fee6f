from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from nbcore.actions import LastAction, Verb, read_time, write_time
from nbcore.names import LAST_ACTION_ANNOTATION
from tests.nbcore.builders import notebook

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_given_an_action_when_written_and_read_then_it_is_the_same() -> None:
    action = LastAction(Verb.STOP, 'alice "a" <b>', NOON)

    stored = notebook(metadata={"annotations": action.to_annotation()})

    assert LastAction.from_object(stored) == action


@pytest.mark.parametrize(
    "annotation",
    [
        "",
        "{",
        "[]",
        "{}",
        "[" * 100_000,
        '{"verb":"stop","by":"alice"}',
        '{"verb":"stop","by":"alice","when":"noon"}',
        '{"verb":"dance","by":"alice","when":"2026-11-23T12:00:00Z"}',
        '{"verb":["stop"],"when":1}',
        None,
        7,
    ],
)
def test_given_another_annotation_when_read_then_there_is_no_action(annotation: object) -> None:
    stored = notebook(metadata={"annotations": {LAST_ACTION_ANNOTATION: annotation}})

    assert LastAction.from_object(stored) is None


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-11-23T12:00:00Z", NOON),
        ("2026-11-23T13:00:00+01:00", NOON),
        ("2026-11-23T12:00:00.000000Z", NOON),
        ("2026-11-23T12:00:00", NOON),
        ("", None),
        ("yesterday", None),
    ],
)
def test_given_a_timestamp_when_read_then_it_has_a_time_zone(
    text: str, when: datetime | None
) -> None:
    assert read_time(text) == when


def test_given_a_time_elsewhere_when_written_then_it_is_utc() -> None:
    assert write_time(NOON.astimezone(timezone(timedelta(hours=5)))) == "2026-11-23T12:00:00Z"
