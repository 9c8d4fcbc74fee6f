"""The draft of this visit, and what can be done with it."""

from __future__ import annotations

import streamlit as st

from nbcore.catalog_history import Author, author_of
from nbcore.catalog_store import save_catalog
from nbcore.errors import AlreadyExistsError, ClusterError, ConflictError, NbError, NotFoundError
from nbcore.image_use import ImageUse, image_uses
from nbcore.kube.resources import SETTINGS
from nbcore.names import JsonObject
from nbcore.objects import text_at
from ui import cluster, notices, session
from ui.catalog_draft import Draft

_DRAFT = "images_draft"
_TOLD = "images_told"
_FOLLOW_SECONDS = 2
# Somebody else was faster: look again, then decide.
_OVERTAKEN = (ConflictError, AlreadyExistsError, NotFoundError)


def draft() -> Draft:
    """What this visitor edits."""
    found: Draft | None = st.session_state.get(_DRAFT)
    if found is None:
        found = st.session_state[_DRAFT] = Draft(cluster.catalog_setting())
    return found


def discard() -> None:
    """Forgets what was not saved."""
    generation = draft().generation
    # Never again a key of a table that was drawn: the browser would bring its edits back.
    st.session_state[_DRAFT] = Draft(cluster.catalog_setting(), generation=generation + 1)


def reset() -> None:
    """Loads what is shipped; saving it takes the value away."""
    draft().reset()
    st.rerun()


def uses() -> dict[str, ImageUse]:
    """Who uses which image, in all namespaces that the viewer may see."""
    try:
        return image_uses(cluster.notebook_rows(""))
    except ClusterError:
        return {}


@st.fragment(run_every=_FOLLOW_SECONDS)
def follow(*, may_reload: bool) -> None:
    """Lets the page run again when somebody else saved; what was not saved here stays.

    ``may_reload`` is false where something may be half typed that only the browser knows.
    """
    session.viewer()
    found, stored = draft(), cluster.catalog_setting()
    if not is_overtaken():
        # Another release's default, or a label: nothing that concerns an editor.
        found.setting = stored if stored is not None else found.setting
        return
    value = text_at(stored, "value")
    if may_reload and not found.is_dirty:
        discard()
    elif st.session_state.get(_TOLD) == value:
        return
    st.session_state[_TOLD] = value
    st.rerun()


def is_overtaken() -> bool:
    """Whether somebody else has saved since the draft was begun."""
    now = text_at(cluster.catalog_setting(), "value")
    return now != text_at(draft().setting, "value")


def merge_theirs() -> None:
    """Puts the draft on top of what is stored by now."""
    draft().meet(cluster.catalog_setting())


def save() -> None:
    """Saves the draft; what somebody else saved meanwhile is merged into it, and nothing saved."""
    found = draft()
    try:
        stored = _save(found)
    except _OVERTAKEN:
        _look_again(found)
        return
    except NbError as error:
        notices.failed(error, about="The catalog is not saved")
        return
    text = text_at(stored, "value")
    cluster.wait_for_effect(lambda: text_at(cluster.catalog_setting(), "value") == text)
    generation = found.generation + 1
    st.session_state[_DRAFT] = Draft(stored, generation=generation)
    notices.done("Saved. New notebooks use these images.")


def _save(found: Draft) -> JsonObject:
    author = Author(session.viewer().user, session.services().clock())
    return save_catalog(session.kube(), found.setting, found.name, found.text, author)


def _look_again(found: Draft) -> None:
    try:
        stored = session.kube().get(SETTINGS, found.name)
    except NotFoundError:
        stored = None
    except NbError as error:
        notices.failed(error, about="The catalog is not saved")
        return
    is_same = text_at(stored, "value") == text_at(found.setting, "value")
    found.meet(stored)
    who = author_of(stored).by or "Somebody"
    words = "the Setting" if is_same else "the catalog"
    found.conflicts = (
        f"{who} changed {words} at the same moment. Nothing is saved yet: look, then save again.",
        *found.conflicts,
    )
