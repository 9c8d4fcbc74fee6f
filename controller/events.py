"""What the newest Events say. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from nbcore.actions import read_time
from nbcore.names import JsonObject
from nbcore.objects import text_at

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def time_of(event: JsonObject) -> datetime:
    """When it last happened; old and new Events say so in different fields. Pure."""
    said = (
        text_at(event, "series", "lastObservedTime"),
        text_at(event, "lastTimestamp"),
        text_at(event, "eventTime"),
        text_at(event, "metadata", "creationTimestamp"),
    )
    return next((when for when in map(read_time, said) if when), _LONG_AGO)


def newest(
    events: Iterable[JsonObject], *reasons: str, since: datetime | None = None
) -> JsonObject | None:
    """The last Event with one of the reasons, at or after ``since``, or None. Pure."""
    found = [
        event
        for event in events
        if text_at(event, "reason") in reasons and time_of(event) >= (since or _LONG_AGO)
    ]
    return max(found, key=time_of, default=None)
