"""What is wrong with a ConfigMap. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sandbox.api.statuses import Cause, forbidden_field, invalid
from sandbox.client import Object

_DATA_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_DATA_KEY_SENTENCE = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. "
    "'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)


def config_map_causes(config_map: Object, _: Object | None) -> Iterator[Cause]:
    """Keys that can't be file names, or that are there twice. Pure."""
    binary = config_map.get("binaryData") or {}
    for key in config_map.get("data") or {}:
        yield from _data_key(f"data[{key}]", key)
        if key in binary:
            yield invalid(f"data[{key}]", key, "duplicate of key present in binaryData")
    for key in binary:
        yield from _data_key(f"binaryData[{key}]", key)


def _data_key(path: str, key: str) -> Iterator[Cause]:
    if not _DATA_KEY.fullmatch(key):
        yield invalid(path, key, _DATA_KEY_SENTENCE)


def config_map_update_causes(config_map: Object, old: Object | None) -> Iterator[Cause]:
    """Changes of what was declared immutable. Pure."""
    if not old or not old.get("immutable"):
        return
    sentence = "field is immutable when `immutable` is set"
    if not config_map.get("immutable"):
        yield forbidden_field("immutable", sentence)
    for name in ("data", "binaryData"):
        if (config_map.get(name) or {}) != (old.get(name) or {}):
            yield forbidden_field(name, sentence)
