"""What is said of a notebook: a phase and its cause. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from nbcore.status import Phase

_LONGEST_QUOTE = 300


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One phase with its cause; ``reason`` and ``message`` as in nbcore.status."""

    phase: Phase
    reason: str = ""
    message: str = ""


def quoted(text: str) -> str:
    """Somebody else's sentence without its full stop, at most 300 characters of it. Pure."""
    short = text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 3]}..."
    return short.removesuffix(".") if not short.endswith("...") else short
