from __future__ import annotations

import pytest

from sandbox.api.limits.amounts import amount, amounts, largest, listed, total


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1Gi", "512Mi", "1536Mi"),
        ("0", "1Gi", "1Gi"),
        ("1Gi", "0", "1Gi"),
        ("500m", "1", "1500m"),
        ("2G", "1Gi", "3073741824"),
    ],
)
def test_given_two_amounts_when_added_then_the_first_decides_how_it_is_written(
    one: str, other: str, expected: str
) -> None:
    assert amount(one).plus(amount(other)).text == expected


def test_given_more_than_there_is_when_taken_away_then_nothing_remains() -> None:
    assert amount("1").minus(amount("2")).text == "0"


def test_given_a_fraction_of_a_byte_when_rounded_up_then_it_is_whole() -> None:
    assert amount("1500m").rounded_up().text == "2"


def test_given_lists_when_added_then_each_name_has_its_sum() -> None:
    sums = total([amounts({"cpu": "1"}), amounts({"cpu": "500m", "memory": "1Gi"}), amounts(None)])

    assert listed(sums) == "cpu=1500m,memory=1Gi"


def test_given_lists_when_compared_then_each_name_has_its_largest() -> None:
    found = largest(amounts({"cpu": "1", "memory": "1Gi"}), amounts({"cpu": "2", "gpu": "1"}))

    assert listed(found) == "cpu=2,gpu=1,memory=1Gi"
