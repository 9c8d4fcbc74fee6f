from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcore.errors import InvalidQuantityError
from nbcore.quantities import canonical, cpu, cpu_text, memory_text, parse_quantity, storage

GIB = 1024**3
_SUFFIXES = ["", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "E-2"]


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        pytest.param("0", 0, id="nothing"),
        pytest.param("2", 2, id="whole"),
        pytest.param(2, 2, id="integer"),
        pytest.param("500m", Fraction(1, 2), id="milli"),
        pytest.param("0.5", Fraction(1, 2), id="fraction"),
        pytest.param(".5", Fraction(1, 2), id="no digit before the point"),
        pytest.param("5.", 5, id="no digit after the point"),
        pytest.param("+1", 1, id="plus"),
        pytest.param("-5", -5, id="minus"),
        pytest.param("8Gi", 8 * GIB, id="binary"),
        pytest.param("8G", 8 * 10**9, id="decimal"),
        pytest.param("1k", 1000, id="small k is decimal"),
        pytest.param("1E", 10**18, id="exa is no exponent"),
        pytest.param("1E3", 1000, id="capital exponent"),
        pytest.param("15e-1", Fraction(3, 2), id="negative exponent"),
        pytest.param("1n", Fraction(1, 10**9), id="nano"),
        pytest.param("1e-12", Fraction(1, 10**9), id="below a nano it is rounded up"),
    ],
)
def test_given_a_quantity_when_parsed_then_it_is_exact(value: object, amount: Any) -> None:
    assert parse_quantity(value).amount == amount


@pytest.mark.parametrize(
    "value",
    [
        "NaN",
        "Infinity",
        "-inf",
        "1 Gi",
        " 1",
        "1\n",
        "1_000",
        "1K",
        "1gi",
        "1GiB",
        "١",
        "",
        "Gi",
        ".",
        "1.2.3",
        "0x10",
        "1e",
        "1,5",
        "1" * 33,
    ],
)
def test_given_text_outside_the_grammar_when_parsed_then_it_is_refused(value: str) -> None:
    with pytest.raises(InvalidQuantityError, match="is no quantity"):
        parse_quantity(value)


@pytest.mark.parametrize("value", [True, None, [], {}, b"1"], ids=str)
def test_given_another_type_when_parsed_then_it_is_refused(value: object) -> None:
    with pytest.raises(InvalidQuantityError, match="is no quantity"):
        parse_quantity(value)


def test_given_a_yaml_float_when_parsed_then_the_words_say_to_quote_it() -> None:
    with pytest.raises(InvalidQuantityError, match=r"float: put it in quotes, '0\.5'"):
        parse_quantity(0.5)


@pytest.mark.parametrize(
    "value",
    [
        *("1e30", "10E", "-10E", "1e31", "1e999999999", 10**30),
        pytest.param(-(10**5000), id="more digits than Python prints"),
    ],
)
def test_given_more_than_any_cluster_has_when_parsed_then_it_is_refused(value: object) -> None:
    with pytest.raises(InvalidQuantityError, match="any cluster"):
        parse_quantity(value)


# What kube-apiserver stores for each, k8s.io/apimachinery/pkg/api/resource/quantity_test.go.
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0", "0"),
        ("0Gi", "0"),
        ("0.5", "500m"),
        ("1000m", "1"),
        ("1500m", "1500m"),
        ("1000", "1k"),
        ("1500", "1500"),
        ("2000000", "2M"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("0.5Mi", "512Ki"),
        ("0.5Ki", "512"),
        ("1.1Ki", "1127"),
        ("1e3", "1e3"),
        ("1E3", "1e3"),
        ("5e1", "50"),
        ("-1Gi", "-1Gi"),
        ("-0.5", "-500m"),
        (3, "3"),
    ],
)
def test_given_a_quantity_when_written_then_it_is_what_the_server_stores(
    typed: object, stored: str
) -> None:
    assert canonical(typed) == stored


@given(
    number=st.integers(0, 10**9) | st.decimals(0, 10**6, places=3).map(str),
    suffix=st.sampled_from(_SUFFIXES),
)
def test_given_any_quantity_when_written_and_read_again_then_nothing_changes(
    number: object, suffix: str
) -> None:
    stored = canonical(f"{number}{suffix}")

    assert canonical(stored) == stored
    # Between 1 KiB and a multiple of it a binary quantity is rounded up to whole bytes.
    difference = parse_quantity(stored).amount - parse_quantity(f"{number}{suffix}").amount
    assert 0 <= difference < 1


@given(st.text() | st.floats() | st.integers() | st.binary())
def test_given_anything_when_parsed_then_it_is_a_quantity_or_refused(
    value: object,
) -> None:
    with suppress(InvalidQuantityError):
        quantity = parse_quantity(value)
        assert parse_quantity(quantity.text).amount >= quantity.amount - 1


def test_given_two_notations_when_compared_then_only_the_amount_counts() -> None:
    assert parse_quantity("0.5") == parse_quantity("500m")
    assert parse_quantity("1Gi") > parse_quantity("1G")
    assert hash(parse_quantity("1024Mi")) == hash(parse_quantity("1Gi"))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("500m", "500m"), (0.5, "500m"), (2, "2"), (2.0, "2"), (0.1, "100m"), (1e-05, "10u")],
)
def test_given_cpu_from_a_form_when_read_then_numbers_are_cores(
    typed: str | float, stored: str
) -> None:
    assert cpu(typed).text == stored


@pytest.mark.parametrize(
    ("typed", "stored"), [("512Mi", "512Mi"), (8, "8Gi"), (0.5, "512Mi"), (1.5, "1536Mi")]
)
def test_given_memory_from_a_form_when_read_then_numbers_are_gibibytes(
    typed: str | float, stored: str
) -> None:
    assert storage(typed).text == stored


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 1e30])
def test_given_a_number_that_is_no_size_when_read_then_it_is_refused(value: float) -> None:
    with pytest.raises(InvalidQuantityError):
        storage(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [("2", "2 CPU"), ("500m", "0.5 CPU"), ("250m", "0.25 CPU"), ("16", "16 CPU"), ("0", "0 CPU")],
)
def test_given_cpu_when_shown_then_it_reads_as_cores(value: str, text: str) -> None:
    assert cpu_text(parse_quantity(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("8Gi", "8 GiB"),
        ("1536Mi", "1.5 GiB"),
        ("512Mi", "512 MiB"),
        ("100Gi", "100 GiB"),
        ("2Ti", "2 TiB"),
        ("12", "12 bytes"),
        ("8G", "7.5 GiB"),
        ("7Ei", "7 EiB"),
    ],
)
def test_given_memory_when_shown_then_the_unit_fits(value: str, text: str) -> None:
    assert memory_text(parse_quantity(value)) == text


@pytest.mark.parametrize("value", [1e30, float("inf"), 10**30], ids=str)
def test_given_a_number_beyond_any_cluster_when_read_then_no_quotes_are_recommended(
    value: float,
) -> None:
    with pytest.raises(InvalidQuantityError, match="More than any cluster has"):
        parse_quantity(value)
