"""What the catalog's page must not lose, and what it says of it, on the sandbox.

Case                                   what becomes of it
a value that is no JSON                its text can be mended; the review shows what it replaces
somebody saves while a cell is typed   the table stays; the cell comes with the merge
JSON that is no JSON                   waits until it is mended: no table, no merge
an edited row that they removed        the person decides
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from nbcore.names import JsonObject
from tests.pages.test_images import (
    LAB,
    by_kubectl,
    edit,
    images,
    keep_version,
    open_images,
    save,
    setting,
    type_cells,
    value,
)
from tests.pages.visit import Visit, choose, choose_from_menu, click, run, words

__all__ = ["keep_version", "setting"]
WITHOUT_SECOND = {**LAB, "jupyter": [LAB["jupyter"][0], LAB["jupyter"][2]]}
WITH_FOURTH = {**LAB, "jupyter": [*LAB["jupyter"], {"containerImage": "team/lab:4"}]}


def is_shut(page: AppTest) -> bool:
    """Whether nothing can be saved."""
    return next(button for button in page.button if button.label.startswith("Review")).disabled


@pytest.mark.usefixtures("setting")
def test_given_a_value_that_is_no_json_when_opened_then_its_text_is_there_and_is_mended(
    visit: Visit,
) -> None:
    text = json.dumps(LAB, indent=1)
    by_kubectl(visit, text.replace('"team/lab:2",', '"team/lab:2"'))

    page = open_images()
    told, shown = words(page), str(page.text_area[0].value)
    page.text_area[0].input(text)
    review = next(button for button in run(page).button if button.label == "Review")
    review.click()
    run(page)
    asked = words(page) + page.code[-1].value
    click(page, "Save")

    assert "Expecting ',' delimiter, line 13, column 4" in told
    assert shown == text.replace('"team/lab:2",', '"team/lab:2"')
    assert "What is stored is no catalog. All of its text is replaced." in asked
    assert '-   "containerImage": "team/lab:2"' in asked
    assert value(visit) == LAB


@pytest.mark.usefixtures("setting")
def test_given_text_that_is_no_json_when_tables_are_opened_then_they_send_back_to_it(
    visit: Visit,
) -> None:
    page = open_images(tab="JSON")
    page.text_area[0].input("{")
    choose(run(page), "images_tab", "jupyter")
    tables = len(page.dataframe)
    click(page, "Open the JSON")

    assert tables == 0
    assert page.text_area[0].value == "{"
    assert is_shut(page)
    assert value(visit) == LAB


@pytest.mark.usefixtures("setting")
def test_given_text_that_is_no_json_when_merged_then_it_stays(visit: Visit) -> None:
    page = open_images(tab="JSON")
    text = str(page.text_area[0].value)
    by_kubectl(visit, WITH_FOURTH)
    run(page)

    # The click that leaves the field brings its text along.
    page.text_area[0].input(text.replace("Newer", 'Mine"'))
    click(page, "Show it")
    kept, told = page.text_area[0].value, words(page)
    page.text_area[0].input(text.replace("Newer", "Mine"))
    save(click(page, "Merge"))

    assert kept == text.replace("Newer", 'Mine"')
    assert "Your JSON stays as it is: mend it, then merge." in told
    assert value(visit)["jupyter"][1]["description"] == "Mine"
    assert images(visit)[-1] == "team/lab:4"


@pytest.mark.usefixtures("setting")
def test_given_a_cell_that_is_being_typed_when_somebody_saves_then_it_comes_with_the_merge(
    visit: Visit,
) -> None:
    page = open_images()
    by_kubectl(visit, WITH_FOURTH)
    run(page)

    type_cells(page, edited_rows={1: {"Description": "Mine"}})
    save(click(page, "Show it"))

    assert value(visit)["jupyter"][1]["description"] == "Mine"
    assert images(visit)[-1] == "team/lab:4"


@pytest.mark.usefixtures("setting")
def test_given_a_cell_that_is_being_typed_when_a_button_is_pressed_then_both_count(
    visit: Visit,
) -> None:
    visit.has_notebook("nb", container={"image": "team/lab:3"})
    page = edit(open_images(), edited_rows={2: {"Remove": True}})

    type_cells(page, edited_rows={1: {"Description": "Mine"}})
    save(click(page, "Deprecate it instead"))

    assert value(visit)["jupyter"][1]["description"] == "Mine"
    assert value(visit)["jupyter"][2]["deprecated"]


@pytest.mark.usefixtures("setting")
@pytest.mark.parametrize(("answer", "count"), [("Keep mine", 3), ("Leave it out", 2)])
def test_given_an_edited_row_that_they_removed_when_merged_then_the_person_decides(
    visit: Visit, answer: str, count: int
) -> None:
    page = edit(open_images(), edited_rows={1: {"Description": "Mine"}, 0: {"Name": "Kept"}})
    by_kubectl(visit, WITHOUT_SECOND)

    page = click(run(page), "Merge")
    told, is_open = words(page), not is_shut(page)
    save(click(page, answer))

    assert "team/lab:2: they removed it, you changed description" in told
    assert not is_open
    assert len(images(visit)) == count
    assert value(visit)["jupyter"][0]["displayName"] == "Kept"


@pytest.mark.usefixtures("setting")
def test_given_an_image_that_was_just_added_when_choosing_a_replacement_then_it_is_offered() -> (
    None
):
    page = edit(click(open_images(), "Add an image"), edited_rows={0: {"Image": "team/lab:4"}})

    config = json.loads(page.dataframe[0].proto.columns)
    assert config["Replaced by"]["type_config"]["options"][1] == "team/lab:4"


@pytest.mark.usefixtures("setting")
def test_given_an_open_page_when_a_notebook_starts_to_use_an_image_then_the_table_tells(
    visit: Visit,
) -> None:
    page = edit(open_images(), edited_rows={1: {"Description": "Mine"}})

    visit.has_notebook("nb", container={"image": "team/lab:2"})
    run(page)

    table = page.dataframe[0].value
    assert table["Used by"][1] == f"1 · {visit.namespace} 1"
    save(page)
    assert value(visit)["jupyter"][1]["description"] == "Mine"


@pytest.mark.usefixtures("setting")
def test_given_no_version_of_what_is_stored_when_undone_then_the_newest_one_is_back(
    visit: Visit, keep_version: Callable[[int, JsonObject], None]
) -> None:
    keep_version(1, {"jupyter": [{"containerImage": "team/before:1", "default": True}]})
    keep_version(2, WITH_FOURTH)
    page = choose_from_menu(open_images(), "Versions and undo")

    assert "current" not in words(page)
    save(click(page, "Undo the last change"))

    assert value(visit) == WITH_FOURTH


@pytest.mark.usefixtures("setting")
def test_given_an_image_in_use_when_deprecated_without_a_replacement_then_it_says_what_owners_see(
    visit: Visit,
) -> None:
    visit.has_notebook("nb", container={"image": "team/lab:2"})

    page = edit(open_images(), edited_rows={1: {"State": ["Deprecated"]}})
    alone = words(page)
    page = edit(page, edited_rows={1: {"State": ["Deprecated"], "Replaced by": "team/lab:1"}})

    assert "Owners are told, but no replacement is named." in alone
    assert "Owners are offered the replacement." in words(page)
