"""Search and phases above the table; both stay in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from nbcore.status import Phase

_SEARCH = "search"
_PHASES = "phases"
# The pills' labels hold counts, so that binding them would put "Ready 5" into the URL.
_PARAMETER = "phase"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the table is narrowed to; empty: everything."""

    search: str
    phases: frozenset[Phase]


def draw(counts: Mapping[Phase, int]) -> Filters:
    """Draws the search field and a pill for each phase that there is, or that is chosen."""
    if _PHASES not in st.session_state:
        asked = st.query_params.get_all(_PARAMETER)
        st.session_state[_PHASES] = [Phase(text) for text in asked if text in set(Phase)]
    chosen = st.session_state[_PHASES]
    with st.container(horizontal=True, vertical_alignment="center"):
        search = st.text_input(
            "Search",
            key=_SEARCH,
            bind="query-params",
            live="300ms",
            label_visibility="collapsed",
            icon=":material/search:",
            placeholder="Search name, image, owner",
            width=300,
        )
        phases = st.pills(
            "Phases",
            [*counts, *(phase for phase in chosen if phase not in counts)],
            selection_mode="multi",
            format_func=lambda phase: f"{phase} {counts.get(phase, 0)}",
            key=_PHASES,
            on_change=_write_phases,
            label_visibility="collapsed",
            wrap=True,
        )
    return Filters(search or "", frozenset(phases))


def clear() -> None:
    """Shows everything again; a callback of the button that offers it."""
    st.session_state[_SEARCH] = ""
    st.session_state[_PHASES] = []
    _write_phases()


def _write_phases() -> None:
    st.query_params[_PARAMETER] = [phase.value for phase in st.session_state[_PHASES]]
