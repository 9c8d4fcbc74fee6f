from __future__ import annotations

import pytest

from sandbox.controllers.quantities import milli, whole


@pytest.mark.parametrize(
    ("text", "expected"), [("1", 1000), ("500m", 500), ("0.1", 100), ("1u", 1), ("1e3", 1_000_000)]
)
def test_given_a_cpu_quantity_when_read_then_it_is_millicores(text: str, expected: int) -> None:
    assert milli(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("1Gi", 2**30), ("1G", 10**9), ("1500m", 2), ("128974848", 128974848)]
)
def test_given_a_memory_quantity_when_read_then_it_is_bytes_rounded_up(
    text: str, expected: int
) -> None:
    assert whole(text) == expected


@pytest.mark.parametrize("text", ["", "abc", "1 Gi", "NaN", "1_000", "1GiB", "--1", "٣"])
def test_given_no_quantity_when_read_then_it_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quantit"):
        milli(text)
