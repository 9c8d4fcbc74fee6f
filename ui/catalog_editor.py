"""The tables and the JSON in which an admin edits the catalog."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from nbcore.catalog_json import pretty_json
from nbcore.ides import IDES, IdeType
from nbcore.objects import objects_at, text_at
from ui import catalog_page
from ui.catalog_draft import Draft
from ui.catalog_rows import FLAGS, Column, apply_edits, table

JSON = "JSON"
TAB_KEY = "images_tab"
_ROW_HEIGHT = 38
_ROWS_AT_ONCE = 12
_JSON_HEIGHT = 420
_TYPES = {Column.NUMBER: "Int64", Column.DEFAULT: "boolean", Column.STATE: "object"}


def draw_tabs(found: Draft) -> IdeType | None:
    """Which type is edited; None for the JSON of all of them."""
    options = [*IDES, JSON]
    chosen = st.segmented_control(
        "Type",
        options,
        format_func=lambda option: _tab_title(found, option),
        default=IdeType.JUPYTER,
        required=True,
        key=TAB_KEY,
        label_visibility="collapsed",
    )
    return None if chosen == JSON else IdeType(chosen)


def draw_table(found: Draft, ide: IdeType) -> None:
    """One type; an edit is in the draft when this returns."""
    if _table_key(found, ide) not in st.session_state and found.current is not found.drawn:
        # What was not drawn has lost its edits; the draft has them, and the table begins there.
        found.redraw()
    rows = objects_at(found.drawn, ide)
    frame = _frame(found, ide)
    key = _table_key(found, ide)
    st.data_editor(
        frame,
        key=key,
        num_rows="dynamic",
        hide_index=True,
        row_height=_ROW_HEIGHT,
        height=_height(len(rows)),
        column_config=_columns([text_at(row, "containerImage") for row in rows]),
        placeholder="",
        alt=f"Images of {IDES[ide].title}",
    )
    after = apply_edits(rows, st.session_state[key])
    found.edit(ide, after.rows, redraw=after.needs_redraw)
    if after.needs_redraw:
        st.rerun()


def draw_json(found: Draft) -> None:
    """Everything as text, with the same checks."""
    key = f"images_json_{found.generation}"
    text = st.text_area(
        "JSON of all types",
        value=found.raw if found.raw is not None else pretty_json(found.current),
        key=key,
        height=_JSON_HEIGHT,
        help="Keys and types that are not ours stay as they are.",
    )
    generation = found.generation
    found.take_text(text)
    if found.generation != generation:
        st.rerun()


def _table_key(found: Draft, ide: IdeType) -> str:
    return f"images_table_{ide}_{found.generation}"


def _frame(found: Draft, ide: IdeType) -> pd.DataFrame:
    """The table as it was first drawn: the browser drops its edits when the data change."""
    kept: tuple[tuple[int, IdeType], pd.DataFrame] | None = st.session_state.get("images_frame")
    if kept is not None and kept[0] == (found.generation, ide):
        return kept[1]
    cells = table(objects_at(found.drawn, ide), catalog_page.uses())
    # A table without rows would tell no types, and the editor refuses to guess.
    frame = pd.DataFrame(cells).astype(dict.fromkeys(Column, "string") | _TYPES)
    st.session_state["images_frame"] = ((found.generation, ide), frame)
    return frame


def _height(rows: int) -> int:
    """Pixels; one row more, to add an image."""
    return _ROW_HEIGHT * (min(rows, _ROWS_AT_ONCE) + 2) + 2


def _columns(images: list[str]) -> dict[str, Any]:
    config = st.column_config
    return {
        Column.NUMBER: config.NumberColumn(
            width=40, min_value=1, step=1, help="Type another number to move the image there."
        ),
        Column.DEFAULT: config.CheckboxColumn(
            width=74, default=False, help="What one click starts. One image of the type is."
        ),
        Column.IMAGE: config.TextColumn(
            width=350, help="For example registry.example.com:5000/team/lab:1.2"
        ),
        Column.NAME: config.TextColumn(
            width=110, help="What people read instead of the description."
        ),
        Column.DESCRIPTION: config.TextColumn(width=205),
        Column.STATE: config.MultiselectColumn(
            width=120,
            options=list(FLAGS),
            color=["violet", "orange", "gray"],
            help="Deprecated: offered last, and owners are told. Hidden: not offered.",
        ),
        Column.REPLACED_BY: config.SelectboxColumn(
            width=130, options=["", *dict.fromkeys(filter(None, images))]
        ),
        Column.USED_BY: config.TextColumn(width=115, disabled=True),
    }


def _tab_title(found: Draft, option: str) -> str:
    if option == JSON:
        return JSON
    ide = IdeType(option)
    return f"{IDES[ide].title} {len(found.rows(ide))}"
