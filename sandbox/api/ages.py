"""Ages as kubectl prints them. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86_400, 365 * 86_400


def age(timestamp: Any, now: datetime) -> str:
    """How long ago an RFC 3339 time was, for example 5m30s. Pure."""
    if not isinstance(timestamp, str) or not timestamp:
        return "<unknown>"
    try:
        then = datetime.fromisoformat(timestamp)
    except ValueError:
        return "<invalid>"
    return human((now - then.astimezone(UTC)).total_seconds())


def human(seconds: float) -> str:
    """A duration in the two largest units that matter. Pure."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    # Up to a limit (seconds) the unit, and below a second limit the next smaller one as well.
    for limit, unit, letter, fine_limit, fine, fine_letter in _STEPS:
        if whole < limit:
            return _two(max(whole, 0), (unit, letter), (fine, fine_letter), fine_limit)
    return f"{whole // _YEAR}y"


def _two(whole: int, large: tuple[int, str], small: tuple[int, str], fine_limit: int) -> str:
    count, rest = divmod(whole, large[0])
    text = f"{count}{large[1]}"
    fine = rest // small[0]
    return f"{text}{fine}{small[1]}" if whole < fine_limit and fine else text


_STEPS = (
    (2 * _MINUTE, 1, "s", 0, 1, "s"),
    (3 * _HOUR, _MINUTE, "m", 10 * _MINUTE, 1, "s"),
    (2 * _DAY, _HOUR, "h", 8 * _HOUR, _MINUTE, "m"),
    (2 * _YEAR, _DAY, "d", 8 * _DAY, _HOUR, "h"),
    (8 * _YEAR, _YEAR, "y", 8 * _YEAR, _DAY, "d"),
)
