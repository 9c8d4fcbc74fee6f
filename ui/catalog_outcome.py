"""What an edited catalog changes, what is wrong with it, and what people will see."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import streamlit as st

from nbcore.catalog_changes import Change, ChangeKind
from nbcore.ides import IDES, IdeType
from ui import catalog_editor, catalog_page
from ui.catalog_draft import Draft
from ui.markdown import escape

_PROBLEMS_SHOWN = 5
USES_SHOWN = 5
"""Images whose use is told at a time."""
_DIFF_HEIGHT = 260


def draw_problems(found: Draft, *, with_lines: bool) -> None:
    """The first few mistakes; with their lines where the text is edited."""
    told = found.problems
    problems = told if with_lines else [replace(problem, line=0) for problem in told]
    for problem in problems[:_PROBLEMS_SHOWN]:
        st.markdown(f":red[:material/error: {escape(str(problem))}]")
    if len(problems) > _PROBLEMS_SHOWN:
        st.caption(f"and {len(problems) - _PROBLEMS_SHOWN} more")


def draw(found: Draft, ide: IdeType) -> None:
    """What changes, and the form's field as it will be."""
    left, right = st.columns([1.4, 1], gap="large")
    with left.container(border=True):
        st.markdown("**Changes**")
        _draw_changes(found)
    with right.container(border=True):
        st.markdown("**People will see**")
        _draw_preview(found, ide)


def diff_height(diff: str) -> int | Literal["content"]:
    """A long diff scrolls."""
    return _DIFF_HEIGHT if diff.count("\n") > 10 else "content"


def _draw_changes(found: Draft) -> None:
    diff = found.diff
    if not diff:
        st.caption("None yet.")
        return
    st.code(diff, language="diff", height=diff_height(diff))
    if found.replaces_text:
        return
    uses = catalog_page.uses()
    # A broken catalog may have named an image twice.
    used = {(each.type, each.image): each for each in found.changes if each.image in uses}
    for change in list(used.values())[:USES_SHOWN]:
        use = uses[change.image]
        _draw_use(found, change, use.count, ", ".join(sorted(use.namespaces)))
    if len(used) > USES_SHOWN:
        st.caption(f"{len(used) - USES_SHOWN} more of these images are in use.")


def _draw_use(found: Draft, change: Change, count: int, places: str) -> None:
    use, keep = ("s use", "keep") if count > 1 else (" uses", "keeps")
    words = f"{count} notebook{use} {change.image} ({places})"
    if change.kind is ChangeKind.REMOVED:
        st.markdown(f":orange[:material/info:] {escape(f'{words} and {keep} it.')}")
        st.button(
            "Deprecate it instead",
            key=f"deprecate_{change.type}_{change.image}",
            on_click=_deprecate,
            args=(found, IdeType(change.type), change.image),
        )
    elif any(key == "deprecated" and new for key, _, new in change.fields):
        is_named = any(
            row.get("containerImage") == change.image and row.get("replacedBy")
            for row in found.rows(IdeType(change.type))
        )
        then = "offered the replacement" if is_named else "told, but no replacement is named"
        st.markdown(f":orange[:material/info:] {escape(f'{words}. Owners are {then}.')}")


def _deprecate(found: Draft, ide: IdeType, image: str) -> None:
    catalog_editor.take_typed(found)
    found.deprecate(ide, image)


def _draw_preview(found: Draft, ide: IdeType) -> None:
    catalog = found.catalog
    if catalog is None:
        st.caption("It is shown here when the catalog is right.")
        return
    titles, usual = catalog.titles(ide), catalog.default_image(ide)
    if usual is None:
        st.caption(f"No image for {IDES[ide].title}: it can't be started by one click.")
        return
    images = list(titles)
    st.selectbox(
        f"Image of {IDES[ide].title}",
        images,
        index=images.index(usual),
        format_func=lambda image: titles.get(image, image),
    )
    st.caption(escape(f"One click starts {usual}."))
