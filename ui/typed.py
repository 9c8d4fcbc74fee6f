"""From what was typed to what a form holds. Pure."""

from __future__ import annotations

import re
import unicodedata

from nbcore.errors import FieldError
from nbcore.form import Field

_PLAIN_NUMBER = re.compile(r"\d{1,30}(\.\d{1,9})?", re.ASCII)


def visible(text: str) -> str:
    """The text without spaces around it and without invisible characters. Pure.

    Those of Unicode's category Cf (zero-width ones, byte order marks, direction marks) come along
    when people copy from chats and web pages; no name or reference may hold one.
    """
    return "".join(each for each in text if unicodedata.category(each) != "Cf").strip()


def gibibytes_or_text(text: str) -> str | float:
    """A bare number means GiB, as the field's label says; anything else keeps its unit. Pure."""
    stripped = visible(text)
    return float(stripped) if _PLAIN_NUMBER.fullmatch(stripped) else stripped


def environment(text: str) -> tuple[tuple[tuple[str, str], ...], FieldError | None]:
    """Variables, one a line as NAME=value, and what is wrong with the first bad line. Pure."""
    pairs: list[tuple[str, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        name, equals, value = line.partition("=")
        if not line.strip():
            continue
        if not equals:
            message = f"Line {number} has no '='. Write NAME=value, one a line."
            return tuple(pairs), FieldError(Field.ENVIRONMENT, message)
        pairs.append((name.strip(), value))
    return tuple(pairs), None
