from __future__ import annotations

from datetime import UTC, datetime

import pytest

from controller.events import newest, time_of
from nbcore.names import JsonObject
from tests.controller.objects import event

FIRST = event("Pulling", at="2026-11-23T10:00:00Z")
SECOND = event("Pulled", at="2026-11-23T10:00:05Z")


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        pytest.param({"lastTimestamp": "2026-11-23T10:00:00Z"}, 10, id="core"),
        pytest.param({"lastTimestamp": None, "eventTime": "2026-11-23T11:00:00.5Z"}, 11, id="new"),
        pytest.param(
            {
                "eventTime": "2026-11-23T11:00:00Z",
                "series": {"lastObservedTime": "2026-11-23T12:00:00Z"},
            },
            12,
            id="series",
        ),
        pytest.param({"metadata": {"creationTimestamp": "2026-11-23T09:00:00Z"}}, 9, id="neither"),
        pytest.param({}, 0, id="nothing"),
    ],
)
def test_given_an_event_of_either_kind_when_dated_then_its_last_time_is_found(
    obj: JsonObject, expected: int
) -> None:
    assert time_of(obj).hour == expected


def test_given_several_events_when_the_newest_is_asked_for_then_reason_and_time_count() -> None:
    since = datetime(2026, 11, 23, 10, 0, 3, tzinfo=UTC)

    assert newest([SECOND, FIRST], "Pulling", "Pulled") is SECOND
    assert newest([SECOND, FIRST], "Pulling") is FIRST
    assert newest([SECOND, FIRST], "Pulling", since=since) is None
    assert newest([], "Pulling") is None
