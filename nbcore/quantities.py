"""Kubernetes quantities: read exactly, compared exactly, written as the API server stores them.

The grammar is checked before anything is computed: int(), Decimal() and the client library's own
parser also take NaN, "1 Gi", 1_000 and digits of other scripts. Rules:
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from nbcore.errors import InvalidQuantityError

_GRAMMAR = re.compile(
    r"(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+))(?P<suffix>[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?",
    re.ASCII,
)
_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_DECIMAL = {-9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E"}
_FACTORS = {
    **{suffix: Fraction(1024) ** power for power, suffix in enumerate(_BINARY)},
    **{suffix: Fraction(10) ** power for power, suffix in _DECIMAL.items()},
}
# The CRD allows as many characters; it also keeps an exponent from growing without end.
_MAX_LENGTH = 32
_MAX_EXPONENT = 30
# Kubernetes caps a quantity at the largest 64-bit integer.
_MAX_AMOUNT = 2**63 - 1
_NANO = Fraction(1, 10**9)


class Notation(StrEnum):
    """How a quantity was written; the API server keeps it when it stores the canonical form."""

    BINARY = "binary"
    DECIMAL = "decimal"
    EXPONENT = "exponent"


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """An exact amount: cores, bytes or pieces. Compared by amount, however it was written."""

    amount: Fraction
    notation: Notation = field(default=Notation.DECIMAL, compare=False)

    @property
    def text(self) -> str:
        """The form that the API server stores, for example 500m or 8Gi."""
        return _canonical(self.amount, self.notation)


def parse_quantity(value: object) -> Quantity:
    """Reads what an object's field or a form holds.

    Raises:
        InvalidQuantityError: no quantity, or larger than any cluster (2^63 - 1).
    """
    if isinstance(value, float):
        # Parsers of JSON and YAML also make floats of integers that are too long for them.
        if abs(value) > _MAX_AMOUNT:
            raise InvalidQuantityError("More than any cluster has")
        raise InvalidQuantityError(f"{value!r} is a YAML float: put it in quotes, '{value!r}'")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InvalidQuantityError(f"{type(value).__name__} is no quantity: write for example 2Gi")
    return _parse(value if isinstance(value, str) else _digits(value))


def is_quantity(typed: str | float) -> bool:
    """Whether what was typed follows the grammar, be it ever so large. Pure."""
    text = typed if isinstance(typed, str) else _plain(typed)
    return len(text) <= _MAX_LENGTH and _GRAMMAR.fullmatch(text) is not None


def cpu(typed: str | float) -> Quantity:
    """CPU from a form: text ("500m", "2") or a number of cores.

    Raises:
        InvalidQuantityError: see parse_quantity.
    """
    return parse_quantity(typed if isinstance(typed, str) else _plain(typed))


def storage(typed: str | float) -> Quantity:
    """Memory or a volume's size from a form: text ("8Gi") or a number of GiB.

    Raises:
        InvalidQuantityError: see parse_quantity.
    """
    return parse_quantity(typed if isinstance(typed, str) else f"{_plain(typed)}Gi")


@lru_cache(maxsize=1024)
def cpu_text(quantity: Quantity) -> str:
    """For people: "0.5 CPU". Pure."""
    return f"{_short_number(quantity.amount, decimals=3)} CPU"


@lru_cache(maxsize=1024)
def memory_text(quantity: Quantity) -> str:
    """For people, in the largest binary unit that fits: "8 GiB", "1.5 GiB", "512 MiB". Pure."""
    amount, power = quantity.amount, 0
    while abs(amount) >= 1024 and power < len(_BINARY) - 1:
        amount, power = amount / 1024, power + 1
    unit = f"{_BINARY[power]}B" if power else "bytes"
    return f"{_short_number(amount, decimals=1)} {unit}"


def canonical(value: object) -> str:
    """A field's value as the API server stores it: 0.5 -> 500m, 1024Mi -> 1Gi. Pure.

    Raises:
        InvalidQuantityError: see parse_quantity.
    """
    return parse_quantity(value).text


def _digits(value: int) -> str:
    # Python itself refuses to print integers of more than 4,300 digits.
    if abs(value) > _MAX_AMOUNT:
        raise InvalidQuantityError("More than any cluster has")
    return str(value)


def _plain(value: float) -> str:
    """A float without exponent, to the nano: 1e-05 would read as an exponent of its own kind."""
    return f"{value:.9f}".rstrip("0").rstrip(".")


@lru_cache(maxsize=4096)
def _parse(text: str) -> Quantity:
    match = _GRAMMAR.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if match is None:
        shown = text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}..."
        raise InvalidQuantityError(f"{shown!r} is no quantity: write for example 500m, 2 or 8Gi")
    suffix = match["suffix"] or ""
    amount = Fraction(match["number"]) * _factor(suffix)
    if abs(amount) > _MAX_AMOUNT:
        raise InvalidQuantityError(f"{text} is more than any cluster has")
    return Quantity(_rounded_up(amount, _NANO), _notation(suffix))


def _factor(suffix: str) -> Fraction:
    if suffix in _FACTORS:
        return _FACTORS[suffix]
    exponent = int(suffix[1:])
    if abs(exponent) > _MAX_EXPONENT:
        raise InvalidQuantityError(f"{suffix} is out of reach of any cluster")
    return Fraction(10) ** exponent


def _notation(suffix: str) -> Notation:
    if suffix.endswith("i"):
        return Notation.BINARY
    return Notation.DECIMAL if suffix in _FACTORS else Notation.EXPONENT


def _rounded_up(amount: Fraction, step: Fraction) -> Fraction:
    """Away from zero, as Kubernetes rounds."""
    pieces = -(-abs(amount) // step) * step
    return pieces if amount >= 0 else -pieces


def _canonical(amount: Fraction, notation: Notation) -> str:
    if notation is Notation.BINARY and abs(amount) >= 1024:
        return _binary(int(_rounded_up(amount, Fraction(1))))
    power = -9
    if amount:
        # The largest power of 1000 that leaves a whole number.
        while power < max(_DECIMAL) and amount % Fraction(10) ** (power + 3) == 0:
            power += 3
    else:
        power = 0
    number = int(amount / Fraction(10) ** power)
    if notation is Notation.EXPONENT:
        return f"{number}e{power}" if power else str(number)
    return f"{number}{_DECIMAL[power]}"


def _binary(number: int) -> str:
    power = 0
    while number % 1024 == 0 and power < len(_BINARY) - 1:
        number, power = number // 1024, power + 1
    return f"{number}{_BINARY[power]}"


def _short_number(amount: Fraction, *, decimals: int) -> str:
    return f"{float(amount):.{decimals}f}".rstrip("0").rstrip(".")
