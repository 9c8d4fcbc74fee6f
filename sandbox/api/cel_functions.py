"""What Kubernetes adds to CEL for rules of custom kinds: quantities, strings, lists. Pure.

https://kubernetes.io/docs/reference/using-api/cel/ lists them; optionals, URLs, IP addresses and
formats are not offered here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

from celpy.celtypes import BoolType, DoubleType, IntType, ListType, StringType

from sandbox.api.quantities import is_quantity, parse_quantity


def _compare(left: Fraction, right: Fraction) -> IntType:
    return IntType((left > right) - (left < right))


def _sign(value: Fraction) -> IntType:
    return _compare(value, Fraction(0))


def _strings(values: list[str]) -> ListType:
    return ListType([StringType(value) for value in values])


def _split(text: StringType, separator: StringType, limit: int = -1) -> ListType:
    if limit == 0:
        return ListType([])
    pieces = list(text) if not separator else text.split(separator, limit - 1 if limit > 0 else -1)
    return _strings(pieces)


def _substring(text: StringType, start: int, end: int | None = None) -> StringType:
    stop = len(text) if end is None else end
    if not 0 <= start <= stop <= len(text):
        raise ValueError("index out of range")
    return StringType(str(text)[start:stop])


def _char_at(text: StringType, index: int) -> StringType:
    if not 0 <= index <= len(text):
        raise ValueError("index out of range")
    return StringType(str(text)[index : index + 1])


def _index_of(where: Any, what: Any, start: int = 0) -> IntType:
    if isinstance(where, str):
        return IntType(where.find(what, start))
    return IntType(where.index(what) if what in where else -1)


def _last_index_of(where: Any, what: Any) -> IntType:
    if isinstance(where, str):
        return IntType(where.rfind(what))
    found = [index for index, item in enumerate(where) if item == what]
    return IntType(found[-1] if found else -1)


def _replace(text: StringType, old: str, new: str, limit: int = -1) -> StringType:
    return StringType(str(text).replace(old, new, limit))


def _join(parts: ListType, separator: str = "") -> StringType:
    return StringType(separator.join(str(part) for part in parts))


def _find(text: StringType, pattern: str) -> StringType:
    match = re.search(pattern, text)
    return StringType(match.group() if match else "")


def _is_sorted(items: ListType) -> BoolType:
    return BoolType(all(a <= b for a, b in pairwise(items)))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "quantity": lambda text: parse_quantity(str(text)),
    "isQuantity": lambda text: BoolType(is_quantity(str(text))),
    "compareTo": _compare,
    "isGreaterThan": lambda left, right: BoolType(left > right),
    "isLessThan": lambda left, right: BoolType(left < right),
    "sign": _sign,
    "add": lambda left, right: left + Fraction(right),
    "sub": lambda left, right: left - Fraction(right),
    "isInteger": lambda value: BoolType(value.denominator == 1),
    "asInteger": lambda value: IntType(int(value)),
    "asApproximateFloat": lambda value: DoubleType(float(value)),
    "charAt": _char_at,
    "indexOf": _index_of,
    "lastIndexOf": _last_index_of,
    "lowerAscii": lambda text: StringType(str(text).lower()),
    "upperAscii": lambda text: StringType(str(text).upper()),
    "replace": _replace,
    "split": _split,
    "substring": _substring,
    "trim": lambda text: StringType(str(text).strip()),
    "join": _join,
    "find": _find,
    "isSorted": _is_sorted,
    "sum": lambda items: sum(items[1:], items[0]) if items else IntType(0),
    "min": lambda *items: min(items[0] if len(items) == 1 else items),
    "max": lambda *items: max(items[0] if len(items) == 1 else items),
}
