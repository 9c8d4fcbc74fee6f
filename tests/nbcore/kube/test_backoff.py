import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcore.kube.backoff import CAP_SECONDS, FIRST_SECONDS, delay


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(0, 0.2), (1, 0.4), (2, 0.8), (5, 6.4), (6, 10), (1000, 10)],
)
def test_given_failures_when_no_chance_takes_away_then_the_delay_doubles_to_ten_seconds(
    attempt: int, seconds: float
) -> None:
    assert delay(attempt, 0) == pytest.approx(seconds)


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_given_any_failure_when_delayed_then_it_is_never_hot_and_never_above_the_cap(
    attempt: int, chance: float
) -> None:
    assert FIRST_SECONDS / 2 <= delay(attempt, chance) <= CAP_SECONDS
