from __future__ import annotations

import pytest

from ui import typed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("8", 8.0, id="a bare number"),
        pytest.param(" 1.5 ", 1.5, id="a fraction with blanks around"),
        pytest.param("512Mi", "512Mi", id="a unit"),
        pytest.param("", "", id="nothing"),
        pytest.param("nan", "nan", id="what float would take"),
        pytest.param("1_000", "1_000", id="what int would take"),
        pytest.param("٣", "٣", id="a digit of another script"),
        pytest.param("-1", "-1", id="negative"),
    ],
)
def test_given_a_size_when_typed_then_only_a_bare_number_becomes_gibibytes(
    text: str, expected: str | float
) -> None:
    assert typed.gibibytes_or_text(text) == expected


def test_given_lines_when_read_then_the_value_keeps_everything_after_the_first_sign() -> None:
    pairs, error = typed.environment("A=b=c \n\n  B =\n")

    assert pairs == (("A", "b=c "), ("B", ""))
    assert error is None


def test_given_a_line_without_a_sign_when_read_then_its_number_is_told() -> None:
    pairs, error = typed.environment("A=1\n\nB")

    assert pairs == (("A", "1"),)
    assert error is not None
    assert error.message.startswith("Line 3 ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(" team/lab:1.2\n", "team/lab:1.2", id="spaces around it"),
        pytest.param("team/\u200blab:\u20601.2\ufeff", "team/lab:1.2", id="invisible characters"),
        pytest.param("te am", "te am", id="a space within, which a rule names"),
    ],
)
def test_given_a_copied_text_when_read_then_only_what_is_seen_counts(
    text: str, expected: str
) -> None:
    assert typed.visible(text) == expected
