"""Kubernetes quantities as the integers that scheduling counts in. Pure."""

from __future__ import annotations

import math

from sandbox.api.quantities import parse_quantity


def milli(quantity: str | float) -> int:
    """The quantity in thousandths, rounded up: millicores for CPU.

    Raises:
        ValueError: the text is no quantity.
    """
    return math.ceil(parse_quantity(str(quantity)) * 1000)


def whole(quantity: str | float) -> int:
    """The quantity in whole units, rounded up: bytes for memory, devices for GPUs.

    Raises:
        ValueError: the text is no quantity.
    """
    return math.ceil(parse_quantity(str(quantity)))
