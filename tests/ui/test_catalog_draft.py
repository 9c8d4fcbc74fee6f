"""A draft on any catalog that a Setting may hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcore.catalog import shipped_catalog, shipped_catalog_json
from nbcore.ides import IdeType
from tests.nbcore.strange import JSON
from ui.catalog_draft import Draft
from ui.catalog_rows import table

LAB: dict[str, Any] = {
    "jupyter": [{"containerImage": "a:1", "default": True}, {"containerImage": "b:1"}]
}


def _setting(value: object, **keys: Any) -> dict[str, Any]:
    return {"metadata": {"name": "x"}, "value": value, **keys}


def test_given_no_setting_when_begun_then_it_is_the_shipped_catalog_under_our_name() -> None:
    draft = Draft(None)

    assert draft.current == shipped_catalog().to_document()
    assert draft.name == "notebook-default-images"
    assert (draft.is_dirty, draft.can_mend, draft.changes, draft.problems) == (False, False, (), ())


@pytest.mark.parametrize(
    ("value", "is_shown"),
    [
        pytest.param({"jupyter": [{"containerImage": "a b"}]}, True, id="a mistake in a row"),
        pytest.param({"jupyter": {}}, False, id="no list"),
        pytest.param({"jupyter": ["a:1"]}, False, id="no rows"),
        pytest.param([], False, id="no object"),
    ],
)
def test_given_a_broken_value_when_begun_then_it_is_shown_if_a_table_can_show_it(
    value: Any, *, is_shown: bool
) -> None:
    draft = Draft(_setting(json.dumps(value)))

    assert (draft.current == value) is is_shown
    assert bool(draft.problems) is is_shown
    assert draft.can_mend


def test_given_an_edit_when_taken_then_what_is_drawn_stays_until_it_is_redrawn() -> None:
    draft = Draft(_setting(json.dumps(LAB)))
    edited = [{"containerImage": "c:1", "default": True}]

    draft.edit(IdeType.JUPYTER, edited)
    drawn, generation = draft.drawn, draft.generation
    draft.edit(IdeType.JUPYTER, edited, redraw=True)

    assert (drawn, generation) == (LAB, 0)
    assert (draft.drawn, draft.generation) == ({"jupyter": edited}, 1)
    assert draft.is_dirty


def test_given_a_value_when_reset_then_nothing_is_saved_but_its_absence_until_it_is_edited() -> (
    None
):
    draft = Draft(_setting(json.dumps(LAB), default=shipped_catalog_json()))

    draft.reset()
    text_after_reset = draft.text
    draft.edit(IdeType.RSTUDIO, [])

    assert text_after_reset == ""
    assert json.loads(draft.text)["rstudio"] == []


def test_given_text_that_no_table_can_show_when_mended_then_it_is_taken_over() -> None:
    draft = Draft(_setting(json.dumps(LAB)))

    draft.take_text('{"jupyter": {}}')
    waiting, problems = draft.raw, draft.problems
    draft.take_text(json.dumps(LAB))

    assert waiting == '{"jupyter": {}}'
    assert [problem.message for problem in problems] == ["no list of images"]
    assert (draft.raw, draft.problems, draft.is_dirty) == (None, (), False)


def test_given_a_removed_image_when_deprecated_instead_then_the_default_replaces_it() -> None:
    draft = Draft(_setting(json.dumps(LAB)))
    draft.edit(IdeType.JUPYTER, LAB["jupyter"][:1])

    draft.deprecate(IdeType.JUPYTER, "b:1")

    assert draft.rows(IdeType.JUPYTER)[1] == {
        "containerImage": "b:1",
        "deprecated": True,
        "replacedBy": "a:1",
    }
    assert draft.problems == ()


_ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ["containerImage", "description", "default", "displayName", "gpu", "replacedBy"],
            JSON | st.sampled_from(["a:1", "b:1"]),
        ),
    )
    | JSON,
    max_size=3,
)
_VALUES = (st.dictionaries(st.sampled_from([*IdeType, "x"]), _ROWS | JSON) | JSON).map(json.dumps)


@given(_VALUES, _VALUES, _VALUES | st.text())
def test_given_any_value_when_edited_and_merged_then_nothing_crashes(
    value: str, theirs: str, typed: str
) -> None:
    draft = Draft(_setting(value))
    draft.take_text(typed)
    draft.meet(_setting(theirs))

    for ide in IdeType:
        table(draft.rows(ide), {})
    assert all(isinstance(change.diff, str) for change in draft.changes)
    assert (draft.catalog is None) == bool(draft.problems)
