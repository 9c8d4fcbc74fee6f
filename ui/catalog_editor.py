"""The tables and the JSON in which an admin edits the catalog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from nbcore.catalog_json import pretty_json
from nbcore.ides import IDES, IdeType
from nbcore.names import JsonObject
from nbcore.objects import objects_at, text_at
from ui import catalog_page
from ui.catalog_draft import Draft
from ui.catalog_rows import FLAGS, Column, apply_edits, table

JSON = "JSON"
TAB_KEY = "images_tab"
_ROW_HEIGHT = 38
_ROWS_AT_ONCE = 12
_JSON_HEIGHT = 420
_TYPES = {
    Column.NUMBER: "Int64",
    Column.DEFAULT: "boolean",
    Column.STATE: "object",
    Column.REMOVE: "boolean",
}


def draw_tabs(found: Draft) -> IdeType | None:
    """Which type is edited; None for the JSON of all of them."""
    options = [*IDES, JSON]
    chosen = st.segmented_control(
        "Type",
        options,
        format_func=lambda option: _tab_title(found, option),
        default=IdeType.JUPYTER if found.raw is None else JSON,
        required=True,
        key=TAB_KEY,
        label_visibility="collapsed",
    )
    return None if chosen == JSON else IdeType(chosen)


def take_typed(found: Draft) -> None:
    """Takes over what was typed since the page was drawn; before anything else changes the draft.

    All types, because the click that left one may have come together with its last edit.
    """
    needs_redraw = False
    for ide in IdeType:
        state = st.session_state.get(_table_key(found, ide))
        if state is not None:
            after = apply_edits(objects_at(found.drawn, ide), state["edited_rows"])
            found.edit(ide, after.rows)
            needs_redraw = needs_redraw or after.needs_redraw
    text = st.session_state.get(_json_key(found))
    if text is not None:
        found.take_text(text)
    if needs_redraw:
        found.redraw()


def draw_table(found: Draft, ide: IdeType) -> None:
    """One type."""
    if found.raw is not None:
        st.markdown(":orange[:material/data_object:] The JSON is no catalog yet: mend it as text.")
        st.button("Open the JSON", on_click=_open_json)
        return
    if _table_key(found, ide) not in st.session_state and found.current is not found.drawn:
        # What was not drawn has lost its edits; the draft has them, and the table begins there.
        found.redraw()
    rows = objects_at(found.drawn, ide)
    st.data_editor(
        _frame(rows),
        key=_table_key(found, ide),
        # A fixed number: only then may use and choices change while somebody types into a cell.
        num_rows="fixed",
        hide_index=True,
        row_height=_ROW_HEIGHT,
        height=_height(len(rows)),
        column_config=_columns([text_at(row, "containerImage") for row in found.rows(ide)]),
        placeholder="",
        alt=f"Images of {IDES[ide].title}",
    )
    st.button("Add an image", icon=":material/add:", on_click=_add, args=(found, ide))


def draw_json(found: Draft) -> None:
    """Everything as text, with the same checks."""
    st.text_area(
        "JSON of all types",
        value=found.raw if found.raw is not None else pretty_json(found.current),
        key=_json_key(found),
        height=_JSON_HEIGHT,
        help="Keys and types that are not ours stay as they are.",
    )


def _add(found: Draft, ide: IdeType) -> None:
    take_typed(found)
    found.add(ide)


def _open_json() -> None:
    st.session_state[TAB_KEY] = JSON


def _json_key(found: Draft) -> str:
    return f"images_json_{found.generation}"


def _table_key(found: Draft, ide: IdeType) -> str:
    return f"images_table_{ide}_{found.generation}"


def _frame(rows: Sequence[JsonObject]) -> pd.DataFrame:
    """The table without its edits, which the browser lays over it."""
    cells = table(rows, catalog_page.uses())
    # A table without rows would tell no types, and the editor refuses to guess.
    return pd.DataFrame(cells).astype(dict.fromkeys(Column, "string") | _TYPES)


def _height(rows: int) -> int:
    """Pixels, with the head."""
    return _ROW_HEIGHT * (min(rows, _ROWS_AT_ONCE) + 1) + 2


def _columns(images: list[str]) -> dict[str, Any]:
    """In all 1,127 pixels wide: in a window of 1,280 the last column is in sight."""
    config = st.column_config
    return {
        Column.NUMBER: config.NumberColumn(
            width=40, min_value=1, step=1, help="Type another number to move the image there."
        ),
        Column.DEFAULT: config.CheckboxColumn(
            width=88, default=False, help="What one click starts. One image of the type is."
        ),
        Column.IMAGE: config.TextColumn(
            width=272, help="For example registry.example.com:5000/team/lab:1.2"
        ),
        Column.NAME: config.TextColumn(
            width=95, help="What people read instead of the description."
        ),
        Column.DESCRIPTION: config.TextColumn(width=175),
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
        Column.REMOVE: config.CheckboxColumn(width=92, help="Tick it, and the image goes."),
    }


def _tab_title(found: Draft, option: str) -> str:
    if option == JSON:
        return JSON
    ide = IdeType(option)
    return f"{IDES[ide].title} {len(found.rows(ide))}"
