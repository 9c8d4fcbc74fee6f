"""The home directory in a notebook's form: a new volume, one that is there, or none."""

from __future__ import annotations

from enum import StrEnum

import streamlit as st

from nbcore.access import CREATE_VOLUMES
from nbcore.form import (
    ExistingVolume,
    Field,
    Known,
    NewVolume,
    NoVolume,
    VolumeChoice,
    suggest_free_name,
)
from nbcore.names import HOME, suggest_name
from ui import access, offers, typed
from ui.forms import Slots, follow, key, text_field, touch
from ui.markdown import escape

_SIZE_START = "10"
_MOUNTED = f"Mounted at {HOME}. It stays when the notebook is deleted."


class VolumeKind(StrEnum):
    """Where the home directory lies."""

    NEW = "New"
    EXISTING = "Existing"
    NONE = "None"


def draw_volume(name: str, namespace: str, known: Known, slots: Slots) -> VolumeChoice:
    """The home directory: a new volume, one that is there, or none."""
    kind = st.segmented_control(
        "Home volume",
        list(VolumeKind),
        default=VolumeKind.NEW,
        required=True,
        key=key(Field.VOLUME),
    )
    slots.reserve(Field.VOLUME)
    match VolumeKind(kind):
        case VolumeKind.NEW:
            if namespace and not access.may(CREATE_VOLUMES, namespace):
                words = f"You may not create volumes in {namespace}: choose Existing or None."
                st.caption(f":orange[:material/block:] {escape(words)}")
            return _draw_new_volume(name, known, slots)
        case VolumeKind.EXISTING:
            return _draw_existing_volume(namespace, slots)
        case VolumeKind.NONE:
            st.caption("Files are lost when the notebook stops.")
            return NoVolume()


def _draw_new_volume(name: str, known: Known, slots: Slots) -> NewVolume:
    usual = suggest_name(name) or name
    follow(Field.VOLUME_NAME, suggest_free_name(usual, known.volumes or set()))
    places = st.columns([2, 1, 1.6])
    with places[0]:
        volume = text_field("Volume name", Field.VOLUME_NAME, "", slots)
    with places[1]:
        size = text_field("Size (GiB)", Field.VOLUME_SIZE, _SIZE_START, slots)
    with places[2]:
        classes = ["", *sorted(known.storage_classes or set())]
        chosen = st.selectbox(
            "Class",
            classes,
            format_func=lambda item: item or f"Default ({known.default_class or 'there is none'})",
            key=key(Field.STORAGE_CLASS),
        )
        slots.reserve(Field.STORAGE_CLASS)
    st.caption(_MOUNTED)
    return NewVolume(volume, typed.gibibytes_or_text(size), chosen or None)


def _draw_existing_volume(namespace: str, slots: Slots) -> ExistingVolume:
    volumes = offers.volume_titles(namespace)
    chosen = st.selectbox(
        "Volume",
        list(volumes),
        index=None,
        format_func=lambda name: volumes.get(name, name),
        key=key("existing_volume"),
        on_change=touch,
        args=(Field.VOLUME_NAME,),
        placeholder="Choose a volume" if volumes else "There is no volume in this namespace",
        disabled=not volumes,
    )
    slots.reserve(Field.VOLUME_NAME)
    st.caption(_MOUNTED)
    return ExistingVolume(chosen or "")
