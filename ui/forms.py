"""The form of a notebook: its fields, what was typed in them, and errors beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from nbcore.errors import FieldError
from nbcore.form import Field
from ui import typed
from ui.markdown import escape
from ui.session import services

_TOUCHED = "new_touched"
_TRIED = "new_tried"
_LEFT = "new_left"
# How long a browser may go on sending what a field held before.
_STALE_SECONDS = 3.0


def key(name: Field | str) -> str:
    """The session-state key of a field's widget."""
    return f"new_{name}"


def touch(name: Field) -> None:
    """Remembers that a person changed a field; the callback of its widget.

    Who types a name and presses a button at once has a browser that still sends what followed from
    the name before: that is no change.
    """
    before, until = st.session_state.get(_LEFT, {}).get(name, ("", 0.0))
    is_stale = st.session_state.get(key(name)) == before and services().monotonic() < until
    if not is_stale:
        st.session_state.setdefault(_TOUCHED, set()).add(name)


def is_touched(name: Field) -> bool:
    """Whether a person changed the field; until then it follows the others."""
    return name in st.session_state.get(_TOUCHED, set())


def begin() -> None:
    """Forgets an earlier visit to the form.

    Streamlit drops what was typed when another page is drawn; what is remembered about those
    fields must go with it, or empty fields count as changed by a person.
    """
    if key(Field.NAME) not in st.session_state:
        st.session_state.pop(_TOUCHED, None)
        st.session_state.pop(_TRIED, None)
        st.session_state.pop(_LEFT, None)


def try_to_send() -> None:
    """Remembers that a person wanted to send the form: from now on every error is shown."""
    st.session_state[_TRIED] = True


def is_tried() -> bool:
    """Whether a person wanted to send the form."""
    return _TRIED in st.session_state


def follow(name: Field, value: str) -> None:
    """Gives a field that nobody has changed the value that follows from the others."""
    before = st.session_state.get(key(name))
    # A value that is given, even the same one, replaces what somebody types in the meantime.
    if is_touched(name) or before == value:
        return
    if before is not None:
        until = services().monotonic() + _STALE_SECONDS
        st.session_state.setdefault(_LEFT, {})[name] = (before, until)
    st.session_state[key(name)] = value


@dataclass(slots=True)
class Slots:
    """Places under the fields, filled when the whole form has been read."""

    _places: dict[Field, DeltaGenerator] = field(default_factory=dict)

    def reserve(self, *names: Field) -> None:
        """Keeps the place here for the errors of some fields."""
        for name in names:
            self._places[name] = st.empty()

    def show(self, errors: Iterable[FieldError]) -> None:
        """Draws errors under fields that were changed; under all once it was tried to send.

        What belongs to no field has its place in "Will it start?".
        """
        for error in errors:
            if not error.field:
                continue
            name = Field(error.field)
            if is_tried() or is_touched(name):
                # A caption would be grey over red: too faint to read.
                words = f":small[:red[:material/error: {escape(error.message)}]]"
                self._places[name].markdown(words)


def text_field(
    label: str, name: Field, value: str, slots: Slots, *, hint: str | None = None
) -> str:
    """One short text field with the place for its error."""
    if key(name) not in st.session_state:
        st.session_state[key(name)] = value
    text = st.text_input(
        label, key=key(name), on_change=touch, args=(name,), autocomplete="off", help=hint
    )
    slots.reserve(name)
    return typed.visible(text)
