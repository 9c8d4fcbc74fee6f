"""The list of notebooks: what runs, why something does not, and one click to start another."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from nbcore.catalog import CatalogReading
from nbcore.errors import ClusterError
from nbcore.ides import IDES, IdeType
from nbcore.names import notebook_path
from nbcore.rows import NotebookRow
from ui import (
    access,
    actions,
    cluster,
    dialogs,
    filters,
    moves,
    namespaces,
    notices,
    reach,
    session,
    tables,
    welcome,
)
from ui.markdown import escape
from ui.places import NEW_PAGE
from ui.verbs import Target, Verb, verbs

_REFRESH_SECONDS = 2
_TABLE = "notebooks_table"
_SHOWN = "notebooks_shown"
_MENUS = "notebooks_menus"
_ASKED = "notebooks_asked"
_OTHER = "With other settings…"


def main() -> None:
    """Draws the page."""
    if not cluster.is_known():
        st.title("Notebooks", anchor=False)
        cluster.draw_waiting()
        return
    _answer_what_was_asked()
    try:
        names = cluster.offered_namespaces()
        place = cluster.namespace_for_new()
    except ClusterError as error:
        st.title("Notebooks", anchor=False)
        notices.draw()
        _wait_for_an_answer(error)
        return
    reading = cluster.catalog()
    namespace = _draw_head(names, is_possible=bool(place))
    notices.draw()
    cluster.draw_catalog_problem(reading)
    _draw_live(namespace, (names, place), reading)


@st.fragment(run_every=_REFRESH_SECONDS)
def _wait_for_an_answer(error: ClusterError) -> None:
    """Stands in for the page until somebody knows what the viewer may see."""
    cluster.draw_unknown(error)
    if cluster.is_answering():
        st.rerun()


def _answer_what_was_asked() -> None:
    verb, targets = st.session_state.pop(_ASKED, (None, ()))
    if verb is Verb.START:
        actions.carry_out(verb, targets)
    elif verb is not None:
        dialogs.confirm(verb, targets)


def _draw_head(names: list[str], *, is_possible: bool) -> str:
    """The title, the namespace and the main action; which namespace is chosen."""
    options = [namespaces.ALL, *names]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("Notebooks", anchor=False, width="stretch")
        namespace = st.selectbox(
            "Namespace",
            options,
            index=options.index(cluster.chosen_namespace(names)),
            format_func=namespaces.title,
            key="namespace",
            bind="query-params",
            label_visibility="collapsed",
            width=200,
        )
        cluster.choose_namespace(namespace)
        _draw_start_new(is_possible=is_possible)
    return namespace


def _draw_start_new(*, is_possible: bool) -> None:
    titles = {ide.title: ide.type for ide in IDES.values()}
    chosen = st.menu_button(
        "Start new",
        [*titles, _OTHER],
        key="start_new",
        type="primary",
        icon=":material/add:",
        disabled=not is_possible,
    )
    if chosen == _OTHER:
        st.switch_page(NEW_PAGE)
    elif chosen is not None:
        _start(titles[chosen])


def _start(ide: IdeType) -> None:
    image = cluster.catalog().catalog.default_image(ide)
    if image is None:
        st.switch_page(NEW_PAGE)
    actions.start_new(ide, image=image, namespace=cluster.namespace_for_new())
    st.rerun()


@st.fragment(run_every=_REFRESH_SECONDS)
def _draw_live(namespace: str, offered: tuple[list[str], str], reading: CatalogReading) -> None:
    """Everything that changes by itself; it reads memory, and asks when answers have run out."""
    try:
        is_current = offered == (cluster.offered_namespaces(), cluster.namespace_for_new())
        rows = access.allowed_rows(tables.ordered(cluster.notebook_rows(namespace)))
        unasked = cluster.unasked_namespaces()
        old = access.allowed_rows(cluster.deprecated_rows())
    except ClusterError as error:
        cluster.draw_unknown(error)
        return
    is_live = not cluster.draw_silence()
    moves.draw(old, reading.catalog, namespace)
    if rows:
        shown = _draw_list(rows, namespace)
        st.caption(escape(_footer(shown, len(rows), namespace) + " · live" * is_live))
    elif offered[0] or not unasked:
        _draw_empty(namespace, offered, reading)
    reach.draw_asking(unasked)
    # Last, because the run that a click began would lose it.
    if not is_current or cluster.catalog() is not reading or notices.are_waiting():
        st.rerun()


def _draw_empty(namespace: str, offered: tuple[list[str], str], reading: CatalogReading) -> None:
    names, place = offered
    if not names and session.is_person():
        reach.draw_no_namespace()
        return
    is_possible = bool(place) and namespace in {place, namespaces.ALL}
    pressed = welcome.draw(namespace, reading.catalog, is_possible=is_possible or not names)
    if pressed:
        _start(pressed)


def _draw_list(rows: Sequence[NotebookRow], namespace: str) -> int:
    """Filters and the table; how many rows are shown."""
    chosen = filters.draw(tables.counts(rows))
    shown = tables.matching(rows, search=chosen.search, phases=chosen.phases)
    if shown:
        _draw_table(shown, with_namespace=namespace == namespaces.ALL)
    else:
        _draw_nothing_found(chosen)
    return len(shown)


def _draw_table(shown: Sequence[NotebookRow], *, with_namespace: bool) -> None:
    targets = [Target.of(row) for row in shown]
    _keep_selection(targets)
    menus = [tables.menu(row, with_namespace=with_namespace) for row in shown]
    st.session_state[_MENUS] = {label: asked for menu in menus for label, asked in menu.items()}
    event = st.dataframe(
        tables.frame(shown, menus),
        key=_TABLE,
        column_config=tables.columns(_ask_from_menu, with_namespace=with_namespace),
        hide_index=True,
        height="content" if len(shown) <= tables.ROWS_AT_ONCE else tables.FULL_HEIGHT,
        row_height=tables.ROW_HEIGHT,
        on_select="rerun",
        selection_mode="multi-row",
    )
    positions = [row for row in event["selection"]["rows"] if row < len(shown)]
    if positions:
        _draw_selection([shown[position] for position in positions])
    if _ASKED in st.session_state:
        st.rerun()


def _keep_selection(targets: list[Target]) -> None:
    """The browser remembers rows by their position: when rows move, the selection moves along."""
    before: list[Target] = st.session_state.get(_SHOWN, [])
    st.session_state[_SHOWN] = targets
    state = st.session_state.get(_TABLE)
    if before == targets or not state or not state["selection"]["rows"]:
        return
    selected = {before[row] for row in state["selection"]["rows"] if row < len(before)}
    st.session_state[_TABLE] = {
        "selection": {"rows": tables.moved(selected, targets), "columns": [], "cells": []}
    }


def _ask_from_menu() -> None:
    # By its label alone: at the row's position may stand another notebook by now.
    asked = st.session_state[_MENUS].get(st.session_state[tables.MENU_KEY].label)
    if asked:
        verb, target = asked
        _ask(verb, [target])


def _draw_selection(selected: Sequence[NotebookRow]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        first = Target.of(selected[0]).called(with_namespace=cluster.shows_all())
        st.text(f"{first if len(selected) == 1 else len(selected)} selected:")
        if len(selected) == 1 and access.may_open(selected[0]):
            path = notebook_path(selected[0].namespace, selected[0].name)
            st.link_button("Open", f"{path}/", icon=":material/open_in_new:")
        for verb in Verb:
            able = [Target.of(row) for row in selected if verb in verbs(row)]
            # Its key names who is meant, so that a late click on an earlier button is about nobody.
            key = " ".join((verb, *(target.uid for target in able)))
            st.button(verb, key=key, disabled=not able, on_click=_ask, args=(verb, able))
    if len(selected) == 1:
        # The cell has room for its beginning.
        st.text(cluster.full_cause(selected[0]))


def _ask(verb: Verb, targets: list[Target]) -> None:
    st.session_state[_ASKED] = (verb, targets)


def _draw_nothing_found(chosen: filters.Filters) -> None:
    words = f'"{chosen.search}"' if chosen.search else "these phases"
    st.text(f"No notebook matches {words}.")
    st.button("Clear filters", on_click=filters.clear)


def _footer(shown: int, total: int, namespace: str) -> str:
    count = f"{shown} of {total}" if shown != total else f"{total}"
    place = f"in {namespace}" if namespace else "in all namespaces"
    return f"{count} notebook{'s' * (total != 1)} {place}"


main()
