"""How long to wait before the next attempt. Pure."""

from __future__ import annotations

FIRST_SECONDS = 0.2
CAP_SECONDS = 10.0
# 2 ** 6 * FIRST_SECONDS is above the cap already; a bound keeps the power from overflowing.
_MOST_DOUBLINGS = 10


def delay(attempt: int, chance: float) -> float:
    """Seconds to wait after the ``attempt``-th failure in a row, the first being 0.

    Doubles from 0.2 to 10 seconds; ``chance`` (0 to 1) takes up to half of it away, so that many
    clients do not come back in step. Never 0. Pure.
    """
    full = min(CAP_SECONDS, FIRST_SECONDS * 2.0 ** min(attempt, _MOST_DOUBLINGS))
    return full * (1 - chance / 2)
