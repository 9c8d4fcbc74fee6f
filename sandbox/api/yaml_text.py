"""YAML as the API server reads it: JSON values only, built one event at a time.

A loader of the library would recurse as deep as the text says, follow aliases and make dates.
The rules for plain words are those of https://pkg.go.dev/sigs.k8s.io/yaml.

Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

import yaml

from sandbox.client import Object

_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAGS = frozenset({
    None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq",
})  # fmt: skip
_TEXT = "tag:yaml.org,2002:str"
_YES = ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE")
_NO = ("n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(_YES, True),
    **dict.fromkeys(_NO, False),
}
_INTEGER = re.compile(
    r"[-+]?(?:0[bB][01]{1,64}|0[xX][0-9a-fA-F]{1,16}|0[oO]?[0-7]{1,22}|0|[1-9][0-9]{0,19})"
)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBERS = frozenset({".inf", "+.inf", "-.inf", ".nan"})
_LONGEST_NUMBER = 400
"""Digits; a longer one is beyond every float."""


class YamlError(ValueError):
    """Text that is no YAML, or YAML that is not accepted; the message says why."""


def read(raw: bytes, *, deepest: int) -> Any:
    """The value of a text with one document.

    Raises:
        YamlError: for everything else, and for lists and objects more than ``deepest`` in each
            other.
    """
    try:
        return _built(yaml.parse(raw, Loader=_Parser), deepest)
    except yaml.YAMLError as problem:
        raise YamlError(str(problem)) from problem


def _built(events: Iterable[yaml.Event], deepest: int) -> Any:
    found: list[Any] = []
    open_ones, documents = [_Open(found)], 0
    for event in events:
        _check(event)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            raise YamlError("expected a single document")
        if isinstance(event, yaml.CollectionStartEvent):
            nested = _Open([] if isinstance(event, yaml.SequenceStartEvent) else {})
            open_ones[-1].add(nested.value)
            open_ones.append(nested)
            if len(open_ones) > deepest + 1:
                raise YamlError(f"nested deeper than {deepest} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            open_ones.pop()
        elif isinstance(event, yaml.ScalarEvent):
            open_ones[-1].add(_scalar(event))
    return found[0] if found else None


class _Open:
    """A list or an object that is being filled."""

    __slots__ = ("_has_key", "_key", "value")

    def __init__(self, value: list[Any] | Object) -> None:
        self.value = value
        self._key = ""
        self._has_key = False

    def add(self, item: Any) -> None:
        """An item of the list; of an object, keys and values in turn."""
        if isinstance(self.value, list):
            self.value.append(item)
        elif self._has_key:
            self.value[self._key] = item
            self._has_key = False
        else:
            self._key, self._has_key = _as_key(item), True


def _as_key(item: Any) -> str:
    if isinstance(item, dict | list) or item is None:
        raise YamlError("a key must be a word")
    if isinstance(item, bool):
        return "true" if item else "false"
    # A merge would need aliases to be of use.
    if item == "<<":
        raise YamlError("merge keys are not accepted")
    return str(item)


def _check(event: yaml.Event) -> None:
    if isinstance(event, yaml.AliasEvent):
        # An alias can make a small text a huge object.
        raise YamlError("aliases are not accepted")
    tag = getattr(event, "tag", None)
    if tag not in _TAGS:
        raise YamlError(f"tag {tag} is not accepted")


def _scalar(event: yaml.ScalarEvent) -> Any:
    is_plain = event.implicit[0] and event.tag != _TEXT
    return plain(event.value) if is_plain else event.value


def plain(word: str) -> Any:
    """What a word without quotes stands for. Pure.

    Raises:
        YamlError: for infinity and its like, which JSON can't say.
    """
    if word in _WORDS:
        return _WORDS[word]
    if word.lower() in _NO_NUMBERS:
        raise YamlError(f"{word} is no JSON number")
    short = word if len(word) <= _LONGEST_NUMBER else ""
    digits = short.replace("_", "")
    if _INTEGER.fullmatch(digits):
        number = _integer(digits)
        if -(2**63) <= number < 2**64:
            return number
    if _FLOAT.fullmatch(short):
        value = float(short)
        return value if math.isfinite(value) else word
    return word


def _integer(digits: str) -> int:
    """A leading zero means octal, as in C."""
    bare = digits.lstrip("+-")
    is_octal = len(bare) > 1 and bare[0] == "0" and bare[1].isdigit()
    return int(digits, 8) if is_octal else int(digits, 0)
