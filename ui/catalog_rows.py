"""The table of the catalog's editor: rows become cells, and edited cells become rows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from nbcore.image_use import UNUSED, ImageUse
from nbcore.names import JsonObject
from nbcore.objects import text_at

Cells = Mapping[str, Any]


class Column(StrEnum):
    """The columns; the value is the title."""

    NUMBER = "#"
    DEFAULT = "Default"
    IMAGE = "Image"
    NAME = "Name"
    DESCRIPTION = "Description"
    STATE = "State"
    REPLACED_BY = "Replaced by"
    USED_BY = "Used by"
    REMOVE = "Remove"


FLAGS: Mapping[str, str] = MappingProxyType(
    {"GPU": "gpu", "Deprecated": "deprecated", "Hidden": "hidden"}
)
"""The words of the column State, and the keys that they stand for."""

_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        Column.IMAGE: "containerImage",
        Column.NAME: "displayName",
        Column.DESCRIPTION: "description",
        Column.REPLACED_BY: "replacedBy",
    }
)
_ALWAYS_THERE = frozenset({"containerImage", "description"})


@dataclass(frozen=True, slots=True)
class Edited:
    """Rows after an edit; the table is drawn anew when the edit changed rows besides its own."""

    rows: list[JsonObject]
    needs_redraw: bool


def table(rows: Sequence[JsonObject], uses: Mapping[str, ImageUse]) -> dict[str, list[Any]]:
    """The cells by column. Pure."""
    cells: dict[str, list[Any]] = {
        Column.NUMBER: list(range(1, len(rows) + 1)),
        Column.DEFAULT: [row.get("default") is True for row in rows],
    }
    cells |= {column: [text_at(row, key) for row in rows] for column, key in _TEXTS.items()}
    cells[Column.STATE] = [[word for word, key in FLAGS.items() if row.get(key)] for row in rows]
    cells[Column.USED_BY] = [uses.get(text_at(row, "containerImage"), UNUSED).words for row in rows]
    cells[Column.REMOVE] = [False for _ in rows]
    return {column: cells[column] for column in Column}


def apply_edits(rows: Sequence[JsonObject], edits: Mapping[int, Cells]) -> Edited:
    """The rows with what was done to the table since it was drawn.

    Args:
        rows: what the table was drawn from.
        edits: the edited_rows of st.data_editor. Pure.
    """
    all_pairs = [(row, edits.get(at, {})) for at, row in enumerate(rows)]
    kept = [(row, cells) for row, cells in all_pairs if not cells.get(Column.REMOVE)]
    pairs = [(_with_cells(row, cells), cells) for row, cells in kept]
    found = [row for row, _ in pairs]
    newly = [
        at for at, (row, cells) in enumerate(pairs) if cells.get(Column.DEFAULT) and row["default"]
    ]
    is_contested = sum(row.get("default") is True for row in found) > 1
    if newly and is_contested:
        found = [_with_default(row, is_default=at == newly[-1]) for at, row in enumerate(found)]
    wanted = {at: cells[Column.NUMBER] for at, (_, cells) in enumerate(pairs) if _is_moved(cells)}
    # Errors name rows by their number, so that numbers have to be right at any time.
    has_new_numbers = bool(wanted) or len(kept) < len(rows)
    return Edited(_moved(found, wanted), has_new_numbers or (bool(newly) and is_contested))


def _with_cells(row: JsonObject, cells: Cells) -> JsonObject:
    changed = dict(row)
    for column, value in cells.items():
        if column in _TEXTS:
            _set(changed, _TEXTS[column], str(value or "").strip())
        elif column == Column.DEFAULT:
            _set(changed, "default", bool(value))
        elif column == Column.STATE:
            for word, key in FLAGS.items():
                _set(changed, key, word in (value or ()))
    return changed


def _set(row: JsonObject, key: str, value: object) -> None:
    """Keeps a key away when it says nothing, as the shipped catalog does."""
    if value or key in _ALWAYS_THERE:
        row[key] = value
    else:
        row.pop(key, None)


def _with_default(row: JsonObject, *, is_default: bool) -> JsonObject:
    changed = dict(row)
    _set(changed, "default", is_default)
    return changed


def _is_moved(cells: Cells) -> bool:
    return isinstance(cells.get(Column.NUMBER), int | float)


def _moved(rows: list[JsonObject], wanted: Mapping[int, float]) -> list[JsonObject]:
    """Each row that got a number stands there; the others keep their order."""
    staying = [row for at, row in enumerate(rows) if at not in wanted]
    for at, number in sorted(wanted.items(), key=lambda pair: pair[1]):
        staying.insert(max(0, int(number) - 1), rows[at])
    return staying
