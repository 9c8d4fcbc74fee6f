from __future__ import annotations

import pytest

from sandbox.node.backoff import Backoff, is_restarted


def test_given_quick_ends_when_counted_then_pauses_double_up_to_five_minutes() -> None:
    backoff, pauses = Backoff(), []
    for _ in range(8):
        backoff = backoff.after_run(1)
        pauses.append(backoff.pause)

    assert pauses == [0, 10, 20, 40, 80, 160, 300, 300]


def test_given_a_long_run_when_it_ends_then_earlier_failures_are_forgiven() -> None:
    assert Backoff(7).after_run(600).pause == 0


@pytest.mark.parametrize(
    ("policy", "code", "expected"),
    [
        ("Always", 0, True),
        ("Always", 1, True),
        ("OnFailure", 0, False),
        ("OnFailure", 1, True),
        ("Never", 1, False),
    ],
)
def test_given_a_policy_when_a_container_ends_then_it_is_restarted_or_not(
    policy: str, code: int, *, expected: bool
) -> None:
    assert is_restarted(policy, code) is expected
