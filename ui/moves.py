"""Tells the owner of a notebook on a deprecated image, and moves it to the replacement."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from nbcore.catalog import Catalog
from nbcore.errors import NbError
from nbcore.image_move import move_notebook
from nbcore.image_use import Move, moves
from nbcore.images import parse_image
from nbcore.kube.resources import NOTEBOOKS
from nbcore.objects import objects_at
from nbcore.rows import NotebookRow
from ui import cluster, notices, session
from ui.markdown import escape

_AT_ONCE = 3


def draw(rows: Iterable[NotebookRow], catalog: Catalog, namespace: str) -> None:
    """Draws a notice for each of the viewer's own notebooks that should move; three at once.

    Args:
        rows: of all namespaces, because who looks at another one has to know, too.
        catalog: says what is deprecated.
        namespace: the one that is looked at.
    """
    found = moves(rows, catalog, session.viewer().user)
    for move in found[:_AT_ONCE]:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(
                f":orange[:material/history:] {escape(_words(move, namespace))}", width="stretch"
            )
            if move.image:
                st.button(
                    f"Move to {_label(move.image)}",
                    key=f"move_{move.row.uid}",
                    on_click=_move,
                    args=(move,),
                )
    if len(found) > _AT_ONCE:
        st.caption(f"{len(found) - _AT_ONCE} more of your notebooks use a deprecated image.")


def _words(move: Move, namespace: str) -> str:
    row, image = move.row, _leaf(move.row.image)
    name = row.name if row.namespace == namespace else f"{row.name} in {row.namespace}"
    files = "files on its volume are kept" if move.row.volume else "and its files go: no volume"
    if not move.image:
        then = "No replacement is named yet: choose another image, Edit in its menu."
    elif move.row.can_start:
        then = "It starts with the new image next time."
    else:
        then = f"Moving restarts it: what runs in it ends, {files}."
    return f"{name} uses {image}, which is deprecated. {then}"


def _move(move: Move) -> None:
    row, services = move.row, session.services()
    images = (row.image, move.image)
    who, now = session.viewer().user, services.clock()
    try:
        move_notebook(session.kube(), row.namespace, row.name, images=images, by=who, now=now)
    except NbError as error:
        notices.failed(error, about=row.name, owner=row.owner)
        return
    cluster.wait_for_effect(lambda: _image_of(row) != row.image)
    verb = "starts next time" if row.can_start else "restarts"
    notices.done(f"{row.name} {verb} with {_leaf(move.image)}.")


def _image_of(row: NotebookRow) -> object:
    found = session.services().cache.get(NOTEBOOKS, row.name, row.namespace)
    containers = objects_at(found, "spec", "template", "spec", "containers")
    return containers[0].get("image") if containers else None


def _label(image: str) -> str:
    """For a button: a reference has no Markdown in it, other text may."""
    return _leaf(image) if parse_image(image) else escape(image)


def _leaf(image: str) -> str:
    parsed = parse_image(image)
    return parsed.leaf if parsed else image
