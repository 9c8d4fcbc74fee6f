"""Kubernetes quantities as integers. Pure.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal

_SUFFIXES = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}
_GRAMMAR = re.compile(
    r"([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30}))(?:[eE]([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)",
    re.ASCII,
)


class QuantityError(ValueError):
    """The text is no quantity."""


def parse(quantity: str | float) -> Decimal:
    """The value of a quantity, exactly.

    Raises:
        QuantityError: for anything outside the grammar.
    """
    match = _GRAMMAR.fullmatch(str(quantity))
    if not match:
        raise QuantityError(f"{quantity!r} is not a quantity, for example 500m or 1Gi")
    number, exponent, suffix = match.groups()
    factor = Decimal(10) ** int(exponent) if exponent else _SUFFIXES[suffix or ""]
    return Decimal(number) * factor


def milli(quantity: str | float) -> int:
    """The quantity in thousandths, rounded up: millicores for CPU."""
    return _ceil(parse(quantity) * 1000)


def whole(quantity: str | float) -> int:
    """The quantity in whole units, rounded up: bytes for memory, devices for GPUs."""
    return _ceil(parse(quantity))


def _ceil(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_CEILING))
