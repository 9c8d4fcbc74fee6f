"""What an empty list offers: one click for each IDE."""

from __future__ import annotations

import streamlit as st

from nbcore.catalog import Catalog
from nbcore.form import SMALL, NewVolume
from nbcore.ides import IDES, Ide, IdeType
from nbcore.images import parse_image
from nbcore.quantities import cpu_text, memory_text, parse_quantity
from ui import namespaces
from ui.markdown import escape
from ui.places import NEW_PAGE


def draw(namespace: str, catalog: Catalog, *, is_possible: bool) -> IdeType | None:
    """Draws the cards, if the viewer may make notebooks here; the IDE whose button was pressed."""
    place = f"in {namespace}" if namespace != namespaces.ALL else "anywhere"
    st.space("medium")
    st.subheader(escape(f"Nothing runs {place} yet"), anchor=False, text_alignment="center")
    if not is_possible:
        words = f"You may not create notebooks {place}. Ask those who administer the cluster."
        st.markdown(escape(words), text_alignment="center")
        return None
    st.markdown(_promise(), text_alignment="center")
    with st.container(horizontal_alignment="center"):
        cards = st.container(width=980).columns(len(IDES))
    pressed = [
        ide.type
        for card, ide in zip(cards, IDES.values(), strict=True)
        if _card(card.container(border=True, height="stretch"), ide, catalog)
    ]
    with st.container(horizontal_alignment="center"):
        st.page_link(
            NEW_PAGE,
            label="Choose image, size and volume first",
            icon=":material/tune:",
            width="content",
        )
    return next(iter(pressed), None)


def _promise() -> str:
    cpu, memory = (parse_quantity(text) for text in (SMALL.cpu, SMALL.memory))
    volume = parse_quantity(NewVolume("").size)
    return (
        f"One click starts a notebook with {cpu_text(cpu)}, {memory_text(memory)} of memory "
        f"and a {memory_text(volume)} volume that stays yours."
    )


def _card(place: st.delta_generator.DeltaGenerator, ide: Ide, catalog: Catalog) -> bool:
    image = catalog.default_image(ide.type)
    parsed = parse_image(image) if image else None
    place.markdown(f"{ide.icon} **{ide.title}**  \n{ide.summary}")
    place.caption(escape(parsed.leaf if parsed else "No image in the catalog"))
    return place.button(
        f"Start {ide.title}",
        key=f"start_{ide.type}",
        type="primary" if ide.type is IdeType.JUPYTER else "secondary",
        width="stretch",
        disabled=image is None,
    )
