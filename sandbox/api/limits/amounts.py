"""Amounts of resources, by their names, and sums of them as the API server words them. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sandbox.api.quantities import is_binary, parse_quantity, quantity_text

_NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, and whether it is written in powers of 1024."""

    value: Fraction
    is_binary: bool = False

    @property
    def text(self) -> str:
        """For example 1536Mi or 500m."""
        return quantity_text(self.value, is_binary=self.is_binary)

    def plus(self, other: Amount) -> Amount:
        """The sum, written like this one; nothing takes the other's form."""
        is_binary = self.is_binary if self.value else other.is_binary
        return Amount(self.value + other.value, is_binary)

    def minus(self, other: Amount) -> Amount:
        """What remains; never less than nothing."""
        return Amount(max(self.value - other.value, _NOTHING), self.is_binary)

    def rounded_up(self) -> Amount:
        """Without the fraction of a byte."""
        return Amount(Fraction(math.ceil(self.value)), self.is_binary)


Amounts = Mapping[str, Amount]
ONE = Amount(Fraction(1))
ZERO = Amount(_NOTHING)


def amount(text: str | float) -> Amount:
    """The amount that a quantity stands for.

    Raises:
        ValueError: when it is no quantity.
    """
    return Amount(parse_quantity(str(text)), is_binary(str(text)))


def amounts(quantities: Mapping[str, str | float] | None) -> dict[str, Amount]:
    """A ResourceList, read."""
    return {name: amount(text) for name, text in (quantities or {}).items()}


def total(parts: Iterable[Amounts]) -> dict[str, Amount]:
    """The sum by name."""
    added: dict[str, Amount] = {}
    for part in parts:
        for name, value in part.items():
            added[name] = added[name].plus(value) if name in added else value
    return added


def largest(one: Amounts, other: Amounts) -> dict[str, Amount]:
    """The larger of two by name."""
    rest = {n: v for n, v in other.items() if n not in one or v.value >= one[n].value}
    return dict(one) | rest


def masked(values: Amounts, names: Iterable[str]) -> dict[str, Amount]:
    """Those of these names, sorted by name."""
    return {name: values[name] for name in sorted(names) if name in values}


def listed(values: Amounts) -> str:
    """As refusals print them, for example ``requests.cpu=2,requests.memory=8Gi``."""
    return ",".join(f"{name}={values[name].text}" for name in sorted(values))
