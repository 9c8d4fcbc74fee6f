"""The table of notebooks: which rows, which columns, which words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from nbcore.names import notebook_path
from nbcore.rows import NotebookRow
from nbcore.status import Phase
from ui.verbs import Target, Verb, verbs

MENU_KEY = "row_menu"
ROW_HEIGHT = 38
"""Pixels."""
ROWS_AT_ONCE = 14
"""A longer table scrolls inside itself, so that what can be done to a selection stays in sight."""
FULL_HEIGHT = 38 + ROWS_AT_ONCE * ROW_HEIGHT
"""Pixels of a table that scrolls inside itself, with its head."""

COLORS = {
    Phase.READY: "green",
    Phase.STARTING: "blue",
    Phase.PENDING: "orange",
    Phase.STOPPING: "gray",
    Phase.STOPPED: "gray",
    Phase.FAILED: "red",
    Phase.TERMINATING: "gray",
}

# Shown in the column chooser and in a downloaded file; off the page, for they would not fit.
_HIDDEN = ("CPU", "Memory (GiB)", "GPU", "Created", "Full image")
_GIB = 1024**3
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def ordered(rows: Iterable[NotebookRow]) -> list[NotebookRow]:
    """Newest first, so that what a click made is seen; then by name. Pure."""
    return sorted(rows, key=lambda row: (row.age, row.namespace, row.name))


def counts(rows: Iterable[NotebookRow]) -> dict[Phase, int]:
    """How many notebooks are in each phase that there is. Pure."""
    counted = Counter(row.phase for row in rows)
    return {phase: counted[phase] for phase in COLORS if counted[phase]}


def matching(
    rows: Iterable[NotebookRow], *, search: str, phases: Collection[Phase]
) -> list[NotebookRow]:
    """The rows in one of the phases (none: any) that contain every word of the search. Pure."""
    words = search.lower().split()
    return [
        row
        for row in rows
        if (not phases or row.phase in phases) and all(word in _text(row) for word in words)
    ]


def moved(selected: Collection[Target], shown: Sequence[Target]) -> list[int]:
    """Where the selected notebooks stand in what is shown now. Pure."""
    return [position for position, target in enumerate(shown) if target in selected]


def age(seconds: float) -> str:
    """How long ago, in the largest unit that fits: "now", "5 min", "3 h", "12 d". Pure."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} d"


def menu(row: NotebookRow, *, with_namespace: bool) -> dict[str, tuple[Verb, Target]]:
    """What can be chosen in a row's menu, and what each choice means. Pure.

    An open menu outlives a change of the list, and the browser reports a choice with the position
    of its row: only the label says for certain which notebook the person saw.
    """
    target = Target.of(row)
    subject = target.called(with_namespace=with_namespace)
    choices = {f"{verb} {subject}": (verb, target) for verb in verbs(row)}
    # A single choice is drawn as a button as wide as its label, which the column is not; the bar
    # under the table offers it, too.
    return choices if len(choices) > 1 else {}


def frame(rows: Sequence[NotebookRow], menus: Iterable[Iterable[str]]) -> pd.DataFrame:
    """The rows as columns, named as a downloaded file wants them; with each row's menu. Pure."""
    return pd.DataFrame(
        {
            "⋮": [list(labels) for labels in menus],
            "Name": [row.name for row in rows],
            "Status": [[row.phase.value] for row in rows],
            "Open": [_link(row) for row in rows],
            "What is going on": [_inert(row.going_on or row.malformed) for row in rows],
            "Namespace": [row.namespace for row in rows],
            "Type": [row.type_title for row in rows],
            "Image": [_inert(row.image_short) for row in rows],
            "Size": [row.size for row in rows],
            "Volume": [_inert(row.volume) for row in rows],
            "Owner": [_inert(row.owner) for row in rows],
            "Age": [age(row.age) for row in rows],
            "CPU": [row.cpu for row in rows],
            "Memory (GiB)": [row.memory / _GIB for row in rows],
            "GPU": [row.gpu for row in rows],
            "Created": pd.Series([row.created for row in rows], dtype="datetime64[s, UTC]"),
            "Full image": [_inert(row.image) for row in rows],
        }
    )


def columns(on_click: Callable[[], None], *, with_namespace: bool) -> dict[str, Any]:
    """How the columns look; the widths fill a window of 1,360 px."""
    config = st.column_config
    shown: dict[str, Any] = {
        # Without a key the menu is drawn but never opens.
        "⋮": config.ButtonColumn(width=40, type="tertiary", key=MENU_KEY, on_click=on_click),
        "Name": config.TextColumn(width=112),
        "Status": config.MultiselectColumn(
            width=92, options=[phase.value for phase in COLORS], color=list(COLORS.values())
        ),
        "Open": config.LinkColumn(width=66, display_text="Open ↗"),
        "What is going on": config.TextColumn(width=240),
        "Namespace": config.TextColumn(width=110) if with_namespace else None,
        "Type": config.TextColumn(width=84),
        "Image": config.TextColumn(width=152),
        "Size": config.TextColumn(width=178),
        "Volume": config.TextColumn(width=96),
        "Owner": config.TextColumn(width=60),
        "Age": config.TextColumn(width=58),
    }
    return shown | dict.fromkeys(_HIDDEN)


def _inert(text: str) -> str:
    """A stranger's text, which a spreadsheet that opens a downloaded file takes for no formula.

    The file is made in the browser, of the same cells that are shown.
    https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def _text(row: NotebookRow) -> str:
    return " ".join((row.name, row.namespace, row.image, row.owner, row.type_title)).lower()


def _link(row: NotebookRow) -> str:
    # An empty string, because None is drawn as the word None.
    return f"{notebook_path(row.namespace, row.name)}/" if row.can_open else ""
