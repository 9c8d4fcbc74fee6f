"""Kubernetes quantities, as CEL rules compare them. Pure."""

from __future__ import annotations

import math
import re
from fractions import Fraction

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_GRAMMAR = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+))(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d{1,3})?", re.ASCII
)
_DECIMAL: dict[str, int] = {
    "n": -9,
    "u": -6,
    "m": -3,
    "": 0,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
    "P": 15,
    "E": 18,
}
_BINARY: dict[str, int] = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_LONGEST = 64


def parse_quantity(text: str) -> Fraction:
    """The exact number that a quantity stands for, for example one half for 500m. Pure.

    Raises:
        ValueError: when the text is no quantity.
    """
    match = _GRAMMAR.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise ValueError(
            "quantities must match the regular expression "
            "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        )
    number, suffix = Fraction(match.group(1)), match.group(2) or ""
    if suffix in _BINARY:
        return number * Fraction(2 ** _BINARY[suffix])
    exponent = _DECIMAL[suffix] if suffix in _DECIMAL else int(suffix[1:])
    return number * (Fraction(10**exponent) if exponent >= 0 else Fraction(1, 10**-exponent))


def is_quantity(text: str) -> bool:
    """Whether a text is a quantity. Pure."""
    try:
        parse_quantity(text)
    except ValueError:
        return False
    return True


def canonical_quantity(text: str) -> str:
    """A quantity as the API server writes it back: no fraction, the largest suffix that fits. Pure.

    Example: ``1024Mi`` becomes ``1Gi``, ``0.5`` becomes ``500m``.

    Raises:
        ValueError: when the text is no quantity.
    """
    text = text.strip()
    value = parse_quantity(text)
    suffix = text.lstrip("+-.0123456789")
    if suffix[:1] in {"e", "E"} and len(suffix) > 1 and suffix not in _BINARY:
        return text
    return quantity_text(value, is_binary=suffix in _BINARY)


def is_binary(text: str) -> bool:
    """Whether a quantity is written in powers of 1024, for example 8Gi. Pure."""
    return text.lstrip("+-.0123456789") in _BINARY


def quantity_text(value: Fraction, *, is_binary: bool) -> str:
    """A number as the API server writes it in powers of 1024, else of 1000. Pure."""
    if is_binary and value.denominator == 1 and abs(value) >= _KIBI:
        return _with_suffix(value, [(s, Fraction(2**n)) for s, n in _BINARY.items()])
    return _with_suffix(value, [(s, Fraction(10) ** n) for s, n in _DECIMAL.items()])


_KIBI = 1024


def _with_suffix(value: Fraction, units: list[tuple[str, Fraction]]) -> str:
    if not value:
        return "0"
    fitting = [(s, unit) for s, unit in units if value % unit == 0]
    if not fitting:  # Finer than a nano: rounded away from zero, as Kubernetes does.
        smallest = math.ceil(abs(value) / units[0][1])
        return f"{smallest if value > 0 else -smallest}{units[0][0]}"
    suffix, unit = fitting[-1]
    return f"{int(value / unit)}{suffix}"
