"""The image catalog: what people can choose from, edited in tables or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import streamlit as st

from nbcore.catalog_changes import Conflict
from nbcore.catalog_history import author_of
from nbcore.errors import ClusterError
from nbcore.ides import IdeType
from nbcore.image_use import UNUSED, ImageUse
from nbcore.objects import text_at
from ui import (
    access,
    catalog_dialogs,
    catalog_editor,
    catalog_outcome,
    catalog_page,
    cell_keys,
    cluster,
    notices,
    session,
    tables,
)
from ui.catalog_draft import Draft
from ui.markdown import escape

_REFUSED = "You may not update the Setting {}. Ask an admin for the role notebook-catalog-admin."
_FOLLOW_SECONDS = 2
_MERGED = "images_merged"
_TOLD = "images_told"
_MORE: Mapping[str, Callable[[], None]] = MappingProxyType(
    {
        "Versions and undo": catalog_dialogs.open_versions,
        "Import": catalog_dialogs.open_import,
        "Export": catalog_dialogs.open_export,
        "Reset to shipped default": catalog_page.reset,
    }
)


def main() -> None:
    """Draws the page."""
    if not cluster.is_known():
        st.title("Images", anchor=False)
        cluster.draw_waiting()
        return
    try:
        may_edit = access.edits_catalog(session.viewer())
    except ClusterError as error:
        st.title("Images", anchor=False)
        _wait_for_an_answer(error)
        return
    if may_edit:
        _draw_editor()
    else:
        st.title("Images", anchor=False)
        st.write(_REFUSED.format(access.catalog_name()))


@st.fragment(run_every=_FOLLOW_SECONDS)
def _wait_for_an_answer(error: ClusterError) -> None:
    """Stands in for the page until somebody knows what the viewer may do."""
    try:
        access.edits_catalog(session.viewer())
    except ClusterError:
        cluster.draw_unknown(error, about="Whether you may edit the images is not known")
    else:
        st.rerun()


def _draw_editor() -> None:
    found = catalog_page.draft()
    catalog_editor.take_typed(found)
    head = st.container(horizontal=True, vertical_alignment="center")
    with st.container(gap=None):
        cell_keys.draw_guard()
        st.caption(escape(_about(found)))
    told = st.container()
    with told:
        _draw_told(found)
    ide = catalog_editor.draw_tabs(found)
    if ide is None:
        catalog_editor.draw_json(found)
    else:
        catalog_editor.draw_table(found, ide)
    # Below the table: what comes by itself above it would move it away from under an open cell.
    _follow(catalog_page.uses())
    catalog_outcome.draw_problems(found, with_lines=ide is None)
    catalog_outcome.draw(found, ide or IdeType.JUPYTER)
    with head:
        chosen = _draw_head(found)
    if chosen is not None:
        with told:
            _MORE[chosen]()


def _draw_told(found: Draft) -> None:
    notices.draw()
    cluster.draw_silence()
    cluster.draw_catalog_problem(cluster.catalog())
    _draw_conflicts(found)


def _draw_head(found: Draft) -> str | None:
    """The title and the actions, drawn last, when all edits are in the draft; what More chose."""
    st.title("Images", anchor=False, width="stretch")
    chosen = st.menu_button("More", list(_MORE), key="images_more")
    count = 0 if found.replaces_text else len(found.changes)
    if found.is_dirty:
        st.button("Discard", on_click=catalog_page.discard)
    has_more = count or found.is_reset or found.can_mend
    can_save = has_more and not found.problems and not found.has_to_decide
    label = f"Review {count} change{'s' * (count != 1)}" if count else "Review"
    if st.button(label, type="primary", disabled=not can_save or catalog_page.is_overtaken()):
        catalog_dialogs.open_review()
    return chosen


def _about(found: Draft) -> str:
    words = f"What people can choose on the New notebook page. Setting {found.name}"
    if not text_at(found.setting, "value"):
        return f"{words}, as shipped."
    author = author_of(found.setting)
    if author.when is None:
        return f"{words}, changed with another tool: More, Versions tells more."
    ago = tables.age((session.services().clock() - author.when).total_seconds())
    return f"{words}, last changed {'now' if ago == 'now' else f'{ago} ago'} by {author.by}."


@st.fragment(run_every=_FOLLOW_SECONDS)
def _follow(used: Mapping[str, ImageUse]) -> None:
    """Tells what happens elsewhere, by itself, and leaves the table alone that is typed into.

    Args:
        used: the use that the table tells.
    """
    session.viewer()
    if st.session_state.pop(_MERGED, False):
        # The click ran this fragment alone, but changed the whole page.
        st.rerun()
    catalog_page.keep_up()
    found = catalog_page.draft()
    if catalog_page.is_overtaken():
        _draw_overtaken(found)
    now = catalog_page.uses()
    changed = [image for image in {**used, **now} if used.get(image) != now.get(image)]
    for image in changed[: catalog_outcome.USES_SHOWN]:
        words = now.get(image, UNUSED).words or "nobody"
        st.caption(escape(f"{image} is used by now: {words}"))


def _draw_overtaken(found: Draft) -> None:
    setting = cluster.catalog_setting()
    who = author_of(setting).by or "Somebody"
    version = text_at(setting, "metadata", "resourceVersion")
    if st.session_state.get(_TOLD) != version:
        st.session_state[_TOLD] = version
        st.toast("The catalog has changed: see below the table.", icon=":material/group:")
    frame, diff = st.container(border=True), found.diff_to(setting)
    with frame.container(horizontal=True, vertical_alignment="center"):
        words = f"{who} saved another catalog. {_what_then(found)}"
        st.markdown(f":orange[:material/group:] {escape(words)}", width="stretch")
        label = "Merge" if found.is_dirty else "Show it"
        st.button(label, key="images_merge", on_click=_merge, args=(found,))
    if diff:
        frame.code(diff, language="diff", height=catalog_outcome.diff_height(diff))


def _draw_conflicts(found: Draft) -> None:
    for number, conflict in enumerate(found.conflicts):
        with st.container(horizontal=True, vertical_alignment="center"):
            line = f":orange[:material/call_merge:] {escape(conflict.words)}"
            st.markdown(line, width="stretch")
            if conflict.row is not None:
                _draw_decision(found, conflict, number)


def _what_then(found: Draft) -> str:
    if not found.is_dirty:
        return "Nothing of yours is lost by looking at it."
    if found.raw is not None:
        return "Your JSON stays as it is: mend it, then merge."
    return "Merge it into yours, then look and save."


def _draw_decision(found: Draft, conflict: Conflict, number: int) -> None:
    for label, keep in (("Keep mine", True), ("Leave it out", False)):
        st.button(
            label,
            key=f"decide_{number}_{keep}",
            on_click=_decide,
            args=(found, conflict),
            kwargs={"keep": keep},
        )


def _merge(found: Draft) -> None:
    catalog_editor.take_typed(found)
    catalog_page.merge_theirs()
    st.session_state[_MERGED] = True


def _decide(found: Draft, conflict: Conflict, *, keep: bool) -> None:
    catalog_editor.take_typed(found)
    found.decide(conflict, keep=keep)


main()
