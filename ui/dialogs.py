"""Asks before something is lost, with the names of what is meant."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ui import actions, offers
from ui.markdown import escape
from ui.verbs import Target, Verb

_ANSWERED = "dialog_answered"
_WITH_VOLUME = "dialog_with_volume"


def confirm(verb: Verb, targets: Sequence[Target]) -> None:
    """Opens the dialog for one thing that may be done to some notebooks."""
    st.session_state.pop(_ANSWERED, None)
    names = ", ".join(target.name for target in targets)
    subject = names if len(targets) == 1 else f"{len(targets)} notebooks"
    body = _stop_body if verb is Verb.STOP else _delete_body
    st.dialog(escape(f"{verb} {subject}?"))(body)(targets)


def _stop_body(targets: Sequence[Target]) -> None:
    _close_when_answered()
    _name_them(targets)
    st.write("What runs in it ends. Files on the volume are kept.")
    _buttons(Verb.STOP, targets)


def _delete_body(targets: Sequence[Target]) -> None:
    _close_when_answered()
    _name_them(targets)
    volumes = [_volume_words(target) for target in targets if target.volume]
    if volumes:
        several = len(volumes) > 1
        st.write(escape(f"Volume{'s' * several} {', '.join(volumes)} stay{'s' * (not several)}."))
        label = (
            "Delete the volumes, too: their files"
            if several
            else "Delete the volume, too: its files"
        )
        st.checkbox(f"{label} are lost.", key=_WITH_VOLUME)
    else:
        st.write("It has no volume: its files are lost.")
    _buttons(Verb.DELETE, targets)


def _name_them(targets: Sequence[Target]) -> None:
    if len(targets) > 1:
        st.text(", ".join(target.name for target in targets))


def _buttons(verb: Verb, targets: Sequence[Target]) -> None:
    with st.container(horizontal=True):
        st.button(verb.value, type="primary", on_click=_answer, args=(verb, targets))
        st.button("Cancel", on_click=_set_answered)


def _answer(verb: Verb, targets: Sequence[Target]) -> None:
    with_volume = bool(st.session_state.get(_WITH_VOLUME))
    actions.carry_out(verb, targets, with_volume=with_volume)
    _set_answered()


def _set_answered() -> None:
    st.session_state[_ANSWERED] = True


def _close_when_answered() -> None:
    if st.session_state.pop(_ANSWERED, False):
        st.rerun()


def _volume_words(target: Target) -> str:
    size = offers.volume_size(target.volume, target.namespace)
    return f"{target.volume} ({size})" if size else target.volume
