"""Cells from rows, and rows from edited cells."""

from __future__ import annotations

from typing import Any

import pytest

from nbcore.image_use import ImageUse
from ui.catalog_rows import apply_edits, table

A: dict[str, Any] = {"containerImage": "a:1", "description": "A", "default": True, "x": [1]}
B: dict[str, Any] = {"containerImage": "b:1", "description": "B", "gpu": True, "replacedBy": "a:1"}


def test_given_rows_when_drawn_then_each_cell_tells_its_key() -> None:
    cells = table([A, B, {"containerImage": 5}], {"b:1": ImageUse({"demo": 2})})

    assert [column[1] for column in cells.values()] == [
        2,
        False,
        "b:1",
        "",
        "B",
        ["GPU"],
        "a:1",
        "2 · demo 2",
        False,
    ]
    assert cells["Image"][2] == ""


@pytest.mark.parametrize(
    ("edits", "rows"),
    [
        pytest.param({}, [A, B], id="nothing"),
        pytest.param(
            {0: {"Image": " c:1 ", "Description": None}},
            [{**A, "containerImage": "c:1", "description": ""}, B],
            id="texts; unknown keys stay",
        ),
        pytest.param(
            {1: {"State": ["Hidden", "Deprecated"]}},
            [
                A,
                {
                    "containerImage": "b:1",
                    "description": "B",
                    "replacedBy": "a:1",
                    "deprecated": True,
                    "hidden": True,
                },
            ],
            id="flags",
        ),
        pytest.param(
            {1: {"Replaced by": "", "State": []}},
            [A, {"containerImage": "b:1", "description": "B"}],
            id="keys that say nothing go",
        ),
        pytest.param({0: {"Default": False}}, [{**A, "default": False}, B], id="no default"),
    ],
)
def test_given_edits_when_applied_then_the_rows_say_so_and_the_table_stays(
    edits: dict[int, Any], rows: list[dict[str, Any]]
) -> None:
    edited = apply_edits([A, B], edits)

    assert [{k: v for k, v in row.items() if v is not False} for row in edited.rows] == [
        {k: v for k, v in row.items() if v is not False} for row in rows
    ]
    assert not edited.needs_redraw


def test_given_another_default_when_ticked_then_the_one_before_is_none_and_all_is_redrawn() -> None:
    edited = apply_edits([A, B], {1: {"Default": True}})

    assert [row.get("default") for row in edited.rows] == [None, True]
    assert edited.needs_redraw
    assert A["default"]


def test_given_a_row_when_removed_then_the_others_get_new_numbers() -> None:
    edited = apply_edits([A, B], {0: {"Remove": True}})

    assert edited.rows == [B]
    assert edited.needs_redraw


@pytest.mark.parametrize(
    ("number", "order"),
    [(1, ["c:1", "a:1", "b:1"]), (2, ["a:1", "c:1", "b:1"]), (99, ["a:1", "b:1", "c:1"])],
)
def test_given_another_number_when_typed_then_the_row_stands_there(
    number: int, order: list[str]
) -> None:
    rows = [A, B, {"containerImage": "c:1"}]

    edited = apply_edits(rows, {2: {"#": number}})

    assert [row["containerImage"] for row in edited.rows] == order
    assert edited.needs_redraw
