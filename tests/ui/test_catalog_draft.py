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
        pytest.param('{"jupyter": [{"containerImage": "a b"}]}', True, id="a mistake in a row"),
        pytest.param('{"jupyter": {}}', False, id="no list"),
        pytest.param('{"jupyter": ["a:1"]}', False, id="no rows"),
        pytest.param("[]", False, id="no object"),
        pytest.param('{"jupyter": [', False, id="no JSON"),
    ],
)
def test_given_a_broken_value_when_begun_then_tables_or_else_the_text_show_it(
    value: str, *, is_shown: bool
) -> None:
    draft = Draft(_setting(value))

    assert draft.raw == (None if is_shown else value)
    assert draft.problems
    assert draft.can_mend
    assert not draft.is_dirty


def test_given_a_value_that_is_no_json_when_mended_then_the_difference_is_to_that_very_text() -> (
    None
):
    text = json.dumps(LAB, indent=2)
    draft = Draft(_setting(text.replace("b:1", 'b:1",,')))

    draft.take_text(text)

    assert draft.diff.splitlines()[2:4] == [
        '-      "containerImage": "b:1",,"',
        '+      "containerImage": "b:1"',
    ]
    assert (draft.is_dirty, draft.problems) == (True, ())


def test_given_1_as_default_when_ticked_then_it_is_a_change() -> None:
    draft = Draft(_setting('{"jupyter":[{"containerImage":"a:1","default":1}]}'))

    draft.edit(IdeType.JUPYTER, [{"containerImage": "a:1", "default": True}])

    assert (draft.is_dirty, draft.problems, len(draft.changes)) == (True, (), 1)


def test_given_typed_text_that_is_no_json_when_somebody_saved_then_it_stays() -> None:
    draft = Draft(_setting(json.dumps(LAB)))
    theirs = {"jupyter": [*LAB["jupyter"], {"containerImage": "c:1"}]}

    draft.take_text("{")
    draft.meet(_setting(json.dumps(theirs)))
    waiting = draft.raw
    draft.take_text(json.dumps({**LAB, "mine": 1}))
    draft.meet(_setting(json.dumps(theirs)))

    assert waiting == "{"
    assert draft.current == {**theirs, "mine": 1}


def test_given_an_edit_when_they_saved_what_is_no_catalog_then_mine_stays_and_theirs_is_told() -> (
    None
):
    draft = Draft(_setting(json.dumps(LAB)))
    draft.edit(IdeType.JUPYTER, LAB["jupyter"][:1])

    draft.meet(_setting("{"))

    assert draft.rows(IdeType.JUPYTER) == LAB["jupyter"][:1]
    assert draft.diff.startswith("@@ -1 +1,8 @@\n {")
    assert "What they saved is no catalog." in draft.conflicts[0].words


def test_given_no_edit_when_they_saved_what_is_no_catalog_then_its_text_is_to_be_mended() -> None:
    draft = Draft(_setting(json.dumps(LAB)))

    draft.meet(_setting("{"))
    broken = draft.raw
    draft.meet(_setting(json.dumps(LAB)))

    assert (broken, draft.raw, draft.current) == ("{", None, LAB)


@pytest.mark.parametrize("keep", [True, False])
def test_given_an_edited_row_that_they_removed_when_decided_then_it_comes_back_or_not(
    *, keep: bool
) -> None:
    draft = Draft(_setting(json.dumps(LAB)))
    mine = {"containerImage": "b:1", "description": "Mine"}
    draft.edit(IdeType.JUPYTER, [LAB["jupyter"][0], mine])
    draft.meet(_setting(json.dumps({"jupyter": LAB["jupyter"][:1]})))
    draft.meet(_setting(json.dumps({"jupyter": LAB["jupyter"][:1], "again": 1})))
    has_to_decide = draft.has_to_decide

    draft.decide(draft.conflicts[0], keep=keep)

    assert has_to_decide
    assert not draft.has_to_decide
    assert draft.rows(IdeType.JUPYTER)[1:] == [mine] * keep


def test_given_the_default_when_deprecated_instead_of_removed_then_another_one_is_it() -> None:
    old = {"containerImage": "b:0", "deprecated": True}
    new = {"containerImage": "b:1"}
    draft = Draft(_setting(json.dumps({"jupyter": [LAB["jupyter"][0], old, new]})))
    draft.edit(IdeType.JUPYTER, [old, new])

    draft.deprecate(IdeType.JUPYTER, "a:1")

    assert draft.rows(IdeType.JUPYTER) == [
        {"containerImage": "a:1", "deprecated": True, "replacedBy": "b:1"},
        old,
        {**new, "default": True},
    ]
    assert draft.problems == ()


def test_given_a_long_table_when_an_image_is_added_then_it_stands_first() -> None:
    draft = Draft(_setting(json.dumps(LAB)))

    draft.add(IdeType.JUPYTER)

    assert [row["containerImage"] for row in draft.rows(IdeType.JUPYTER)] == ["", "a:1", "b:1"]
    assert draft.generation == 1


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


@pytest.mark.parametrize(
    ("theirs", "shown"),
    [
        pytest.param(
            json.dumps({"jupyter": LAB["jupyter"][:1]}), "- jupyter · b:1", id="a catalog"
        ),
        pytest.param(json.dumps(LAB), "", id="what it was"),
        pytest.param("{", "", id="no catalog"),
    ],
)
def test_given_an_edited_draft_when_somebody_saves_then_their_change_alone_is_shown(
    theirs: str, shown: str
) -> None:
    draft = Draft(_setting(json.dumps(LAB)))
    draft.add(IdeType.RSTUDIO)

    assert draft.diff_to(_setting(theirs)) == shown


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
    shown = draft.diff_to(_setting(theirs))
    draft.meet(_setting(theirs))

    for ide in IdeType:
        table(draft.rows(ide), {})
    assert all(isinstance(change.diff, str) for change in draft.changes)
    assert isinstance(shown, str)
    assert (draft.catalog is None) == bool(draft.problems)
