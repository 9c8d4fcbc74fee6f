"""Asks before something is lost, with the names of what is meant."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from nbcore.access import DELETE_VOLUMES
from ui import access, actions, cluster, offers
from ui.markdown import escape
from ui.verbs import Target, Verb

_ANSWERED = "dialog_answered"
_WITH_VOLUME = "dialog_with_volume"


def confirm(verb: Verb, targets: Sequence[Target]) -> None:
    """Opens the dialog for one thing that may be done to some notebooks."""
    st.session_state.pop(_ANSWERED, None)
    subject = _called(targets[0]) if len(targets) == 1 else f"{len(targets)} notebooks"
    body = _stop_body if verb is Verb.STOP else _delete_body
    st.dialog(escape(f"{verb} {subject}?"))(body)(targets)


def _stop_body(targets: Sequence[Target]) -> None:
    _close_when_answered()
    _name_them(targets)
    st.write(escape(f"What runs in {_it(targets)} ends. {_lost_at_stop(targets)}"))
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
        if all(access.may(DELETE_VOLUMES, target.namespace) for target in targets):
            st.checkbox(f"{label} are lost.", key=_WITH_VOLUME)
    if words := _without_volume(targets):
        st.write(escape(words))
    _buttons(Verb.DELETE, targets)


def _without_volume(targets: Sequence[Target]) -> str:
    """Whose files are lost because they lie on no volume; "" when all have one."""
    bare = [_called(target) for target in targets if not target.volume]
    if not bare:
        return ""
    if len(targets) == 1:
        return "It has no volume: its files are lost."
    verb, whose = ("has", "its") if len(bare) == 1 else ("have", "their")
    return f"{', '.join(bare)} {verb} no volume: {whose} files are lost."


def _lost_at_stop(targets: Sequence[Target]) -> str:
    lost = _without_volume(targets)
    if all(not target.volume for target in targets):
        return lost
    return f"Files on {'the volume' if len(targets) == 1 else 'volumes'} are kept. {lost}".strip()


def _it(targets: Sequence[Target]) -> str:
    return "it" if len(targets) == 1 else "them"


def _name_them(targets: Sequence[Target]) -> None:
    if len(targets) > 1:
        st.text(", ".join(map(_called, targets)))


def _called(target: Target) -> str:
    return target.called(with_namespace=cluster.shows_all())


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
    name = f"{target.namespace}/{target.volume}" if cluster.shows_all() else target.volume
    return f"{name} ({size})" if size else name
