"""Bytes of a request to JSON values, whatever they hold. Pure."""

from __future__ import annotations

import contextlib
import json
from typing import Any, NoReturn

from sandbox.api import statuses, yaml_text
from sandbox.client import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, ApiError

MOST_BYTES = 3 * 1024 * 1024
"""The limit of a real API server."""
_MOST_YAML_BYTES = 256 * 1024
_DEEPEST = 100
_JSON = "application/json"
_YAML = "application/yaml"
PATCHES = (JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, APPLY_PATCH)


def parse_body(raw: bytes, content_type: str) -> Any:
    """The value in a body.

    Raises:
        ApiError: 415 for a format that is not read here, 400 for what is not that format.
    """
    if content_type in {_JSON, JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH}:
        value = _parse_json(raw)
    elif content_type in {APPLY_PATCH, _YAML}:
        value = _parse_yaml(raw)
    else:
        accepted = [_JSON, _YAML]
        raise statuses.unsupported_media_type(accepted)
    if is_deeper_than(value, _DEEPEST):
        raise statuses.bad_request(f"the body is nested deeper than {_DEEPEST} levels")
    return value


def _parse_json(raw: bytes) -> Any:
    try:
        value = json.loads(raw, parse_constant=_refuse)
        return _without_lone_surrogates(value) if b"\\u" in raw else value
    except (ValueError, RecursionError) as problem:
        raise statuses.bad_request(
            f"couldn't get version/kind; json parse error: {str(problem)[:200]}"
        ) from problem


def _without_lone_surrogates(value: Any) -> Any:
    """Half a surrogate pair becomes U+FFFD, as Go reads it."""
    text = json.dumps(value, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
    return json.loads(text.decode("utf-16-le", "replace"))


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


def _parse_yaml(raw: bytes) -> Any:
    if raw.lstrip()[:1] == b"{":
        # Most clients send JSON, which is YAML too, and JSON is read faster.
        with contextlib.suppress(ApiError):
            return _parse_json(raw)
    if len(raw) > _MOST_YAML_BYTES:
        raise statuses.too_large(_MOST_YAML_BYTES)
    try:
        return yaml_text.read(raw, deepest=_DEEPEST)
    except ValueError as problem:
        raise statuses.bad_request(f"error parsing YAML: {str(problem)[:200]}") from problem


def is_deeper_than(value: Any, most: int) -> bool:
    """Whether lists and objects are nested deeper than ``most`` levels. Pure."""
    level = [value]
    for _ in range(most + 1):
        level = [
            item
            for outer in level
            if isinstance(outer, dict | list)
            for item in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True
