from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.api.quantities import canonical_quantity, is_quantity, parse_quantity


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1024Mi", "1Gi"),
        ("0.5", "500m"),
        ("1000m", "1"),
        ("1500m", "1500m"),
        ("0.5Gi", "512Mi"),
        ("1e3", "1e3"),
        ("100000k", "100M"),
        ("0", "0"),
        ("-5", "-5"),
        ("1Ki", "1Ki"),
        ("0.1n", "1n"),
    ],
)
def test_given_a_quantity_when_written_back_then_in_canonical_form(
    text: str, canonical: str
) -> None:
    assert canonical_quantity(text) == canonical


@pytest.mark.parametrize("text", ["", "abc", "1 Gi", "NaN", "1_000", "1K", "١", "1.2.3", "1e99999"])
def test_given_no_quantity_when_asked_then_no(text: str) -> None:
    assert not is_quantity(text)


@given(st.integers(0, 10**15), st.sampled_from(["", "m", "k", "M", "Ki", "Mi", "Gi"]))
def test_given_any_quantity_when_written_back_then_it_is_worth_the_same(
    number: int, suffix: str
) -> None:
    text = f"{number}{suffix}"

    assert parse_quantity(canonical_quantity(text)) == parse_quantity(text)


def test_given_suffixes_when_parsed_then_binary_and_decimal_differ() -> None:
    assert parse_quantity("1Gi") - parse_quantity("1G") == 73_741_824
