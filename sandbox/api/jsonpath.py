"""The JSON paths of printer columns and scales: names, indices, unions, wildcards, filters. Pure.

https://kubernetes.io/docs/reference/kubectl/jsonpath/
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_TOKEN = re.compile(
    r"""\.?(?:
        (?P<name>(?:[^.\[\]\\\s]|\\.)+)
        |\[(?P<union>'(?:[^'\\]|\\.)*'(?:\s*,\s*'(?:[^'\\]|\\.)*')*)\]
        |\[(?P<index>-?\d{1,9})\]
        |\[(?P<all>\*)\]
        |\[\?\(@\.(?P<key>[\w.-]+)\s*==\s*["'](?P<value>[^"']*)["']\)\]
    )""",
    re.VERBOSE,
)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")


class PathError(ValueError):
    """Not a JSON path that is understood here."""


def find(value: Any, path: str) -> list[Any]:
    """Everything in a value that a path points to; nothing when a part is missing. Pure.

    Raises:
        PathError: when the path can't be read.
    """
    found = [value]
    for kind, text, other in _parsed(path):
        found = [item for outer in found for item in _step(outer, kind, text, other)]
    return found


@lru_cache(maxsize=1024)
def _parsed(path: str) -> tuple[tuple[str, str, str], ...]:
    text = path.removeprefix("{").removesuffix("}").strip()
    steps: list[tuple[str, str, str]] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.end() == position:
            raise PathError(f"can't read the JSON path {path[:100]!r}")
        kind = match.lastgroup or ""
        if kind == "value":
            steps.append(("filter", match["key"], match["value"]))
        else:
            steps.append((kind, match[kind], ""))
        position = match.end()
    return tuple(steps)


def _step(value: Any, kind: str, text: str, other: str) -> list[Any]:  # noqa: PLR0911 one each
    match value:
        case dict() if kind == "name" and text != "*":
            return _named(value, [re.sub(r"\\(.)", r"\1", text)])
        case dict() if kind == "union":
            return _named(value, [re.sub(r"\\(.)", r"\1", n) for n in _QUOTED.findall(text)])
        case dict() if kind in {"all", "name"}:
            return list(value.values())
        case list() if kind == "index":
            return value[int(text) :][:1]
        case list() if kind == "all":
            return value
        case list() if kind == "filter":
            return [item for item in value if _text_at(item, text) == other]
        case _:
            return []


def _named(value: dict[str, Any], names: list[str]) -> list[Any]:
    return [value[name] for name in names if name in value]


def _text_at(value: Any, path: str) -> str:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
