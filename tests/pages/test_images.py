"""The catalog's page, on the sandbox: what is edited, what is refused, and two admins at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from nbcore.catalog import shipped_catalog_json
from nbcore.identity import Person
from nbcore.kube.resources import SETTINGS
from nbcore.names import SYSTEM_NAMESPACE, JsonObject
from tests.cluster.api import eventually
from tests.pages.test_catalog_setting import NAME, SETTINGS_PATH, remove
from tests.pages.visit import NEW_PAGE, SHELL, Visit, choose, choose_from_menu, click, run, words
from ui.session import install, services

IMAGES_PAGE = "../pages/images.py"
OLD_NAME = "default-notebook-images"
LAB: JsonObject = {
    "jupyter": [
        {"containerImage": "team/lab:1", "description": "Ours", "default": True, "ours": [1]},
        {"containerImage": "team/lab:2", "description": "Newer"},
        {"containerImage": "team/lab:3", "description": ""},
    ],
    "someone-elses": {"kept": True},
}


@pytest.fixture(params=[NAME])
def setting(visit: Visit, request: pytest.FixtureRequest) -> Iterator[str]:
    """The Setting with a catalog of three images; its name."""
    name = str(request.param)
    made = {
        "apiVersion": "management.oneblock.ai/v1",
        "kind": "Setting",
        "metadata": {"name": name},
        "default": shipped_catalog_json(),
        "value": json.dumps(LAB),
        "someone-elses": "root field",
    }
    visit.api.create(SETTINGS_PATH, made)
    eventually(lambda: visit.cache.get(SETTINGS, name), what="the setting is in the cache")
    yield name
    remove(visit.api, name)
    eventually(lambda: not visit.cache.get(SETTINGS, name), what="the setting is gone")


@pytest.fixture
def keep_version(visit: Visit) -> Iterator[Callable[[int, JsonObject], None]]:
    """Keeps a version as the controller would."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM_NAMESPACE}}
    visit.api.request("POST", "/api/v1/namespaces", namespace)
    path = f"/apis/apps/v1/namespaces/{SYSTEM_NAMESPACE}/controllerrevisions"
    kept: list[str] = []

    def keep(number: int, document: JsonObject) -> None:
        labels = {"management.oneblock.ai/setting": NAME}
        made = {
            "apiVersion": "apps/v1",
            "kind": "ControllerRevision",
            "metadata": {"name": f"{NAME}-{number}", "labels": labels},
            "data": {"value": json.dumps(document)},
            "revision": number,
        }
        kept.append(visit.api.create(path, made)["metadata"]["name"])

    yield keep
    for name in kept:
        visit.api.delete(f"{path}/{name}")


def open_images(*, tab: str = "jupyter") -> AppTest:
    page = run(AppTest.from_file(str(SHELL), default_timeout=30))
    page = run(page.switch_page(IMAGES_PAGE))
    return page if tab == "jupyter" else choose(page, "images_tab", tab)


def edit(page: AppTest, ide: str = "jupyter", **edits: Any) -> AppTest:
    """Edits the table as the browser does."""
    type_cells(page, ide, **edits)
    return run(page)


def type_cells(page: AppTest, ide: str = "jupyter", **edits: Any) -> None:
    """Edits that the server has not heard of yet."""
    generation = page.session_state["images_draft"].generation
    state = {"edited_rows": {}, "added_rows": [], "deleted_rows": [], **edits}
    page.session_state[f"images_table_{ide}_{generation}"] = state


def save(page: AppTest) -> AppTest:
    review = next(button for button in page.button if button.label.startswith("Review"))
    assert not review.disabled, words(page)
    return click(click(page, review.label), "Save")


def stored(visit: Visit, name: str = NAME) -> JsonObject:
    found: JsonObject = visit.api.get(f"{SETTINGS_PATH}/{name}")
    return found


def value(visit: Visit, name: str = NAME) -> Any:
    return json.loads(stored(visit, name)["value"])


def images(visit: Visit, name: str = NAME) -> list[str]:
    return [row["containerImage"] for row in value(visit, name)["jupyter"]]


def by_kubectl(visit: Visit, document: Any, name: str = NAME) -> None:
    """Somebody else's change, once this process has seen it."""
    text = document if isinstance(document, str) else json.dumps(document)
    visit.api.merge(f"{SETTINGS_PATH}/{name}", {"value": text})
    eventually(
        lambda: (visit.cache.get(SETTINGS, name) or {}).get("value") == text,
        what="the change is in the cache",
    )


@pytest.mark.parametrize("setting", [NAME, OLD_NAME], indirect=True)
def test_given_edits_when_saved_then_they_are_stored_and_nothing_else_is_lost(
    visit: Visit, setting: str
) -> None:
    page = edit(
        open_images(),
        edited_rows={1: {"Name": "The newer one", "State": ["GPU"]}, 2: {"Remove": True}},
    )
    page = edit(click(page, "Add an image"), edited_rows={0: {"Image": " team/lab:4 "}})

    save(page)

    saved = stored(visit, setting)
    assert json.loads(saved["value"]) == {
        "jupyter": [
            {"containerImage": "team/lab:4", "description": ""},
            LAB["jupyter"][0],
            {**LAB["jupyter"][1], "displayName": "The newer one", "gpu": True},
        ],
        "someone-elses": {"kept": True},
    }
    assert saved["someone-elses"] == "root field"
    assert '"by":"alice"' in saved["metadata"]["annotations"]["ml.oneblock.ai/last-action"]
    assert "last changed now by alice" in words(page)
    assert "None yet." in words(page)


def test_given_no_setting_when_saved_then_it_is_made_with_the_value_alone(visit: Visit) -> None:
    page = edit(open_images(), edited_rows={0: {"Description": "Mended"}})

    save(page)

    saved = stored(visit)
    assert json.loads(saved["value"])["jupyter"][0]["description"] == "Mended"
    assert "default" not in saved
    remove(visit.api, NAME)
    eventually(lambda: not visit.cache.get(SETTINGS, NAME), what="the setting is gone")


@pytest.mark.usefixtures("setting")
def test_given_another_default_when_ticked_then_it_is_the_only_one(visit: Visit) -> None:
    page = edit(open_images(), edited_rows={2: {"Default": True}})

    assert "One click starts team/lab:3." in words(page)
    save(page)

    assert [row.get("default") for row in value(visit)["jupyter"]] == [None, None, True]


@pytest.mark.usefixtures("setting")
def test_given_another_number_when_typed_then_the_image_moves_there(visit: Visit) -> None:
    page = edit(open_images(), edited_rows={2: {"#": 1}})

    save(page)

    assert images(visit) == ["team/lab:3", "team/lab:1", "team/lab:2"]


@pytest.mark.usefixtures("setting")
def test_given_images_hidden_and_deprecated_when_edited_then_people_are_shown_what_the_form_offers(
    visit: Visit,
) -> None:
    edits = {0: {"State": ["Deprecated"], "Replaced by": "team/lab:3"}, 1: {"State": ["Hidden"]}}
    page = edit(open_images(), edited_rows=edits)

    seen = page.selectbox[0].options
    save(page)

    assert seen == ["team/lab:3", "Ours  ·  lab:1  ·  deprecated"]
    assert visit.open_form().selectbox(key="new_image_jupyter").options == seen


@pytest.mark.usefixtures("setting")
def test_given_edits_when_another_type_is_looked_at_then_they_stay(visit: Visit) -> None:
    page = edit(open_images(), edited_rows={1: {"Description": "Changed"}})

    choose(page, "images_tab", "rstudio")
    click(page, "Add an image")
    edit(page, "rstudio", edited_rows={0: {"Image": "team/r:1", "Default": True}})
    choose(page, "images_tab", "jupyter")
    save(page)

    assert value(visit)["jupyter"][1]["description"] == "Changed"
    assert value(visit)["rstudio"][0]["containerImage"] == "team/r:1"


@pytest.mark.usefixtures("setting")
def test_given_edits_when_another_page_is_looked_at_then_they_stay(visit: Visit) -> None:
    page = edit(open_images(), edited_rows={1: {"Description": "Changed"}})

    run(page.switch_page(NEW_PAGE))
    run(page.switch_page(IMAGES_PAGE))
    save(edit(page, edited_rows={0: {"Description": "Changed, too"}}))

    assert [row["description"] for row in value(visit)["jupyter"]] == [
        "Changed, too",
        "Changed",
        "",
    ]


@pytest.mark.usefixtures("setting")
def test_given_the_json_when_somebody_saves_then_it_is_told_and_the_text_stays(
    visit: Visit,
) -> None:
    page = open_images(tab="JSON")
    text = page.text_area[0].value

    by_kubectl(visit, {"jupyter": [{"containerImage": "team/other:1", "default": True}]})
    run(page)
    kept = page.text_area[0].value
    click(page, "Show it")

    assert kept == text
    assert "team/other:1" in str(page.text_area[0].value)


@pytest.mark.usefixtures("setting")
@pytest.mark.parametrize(
    ("edits", "said"),
    [
        pytest.param(
            {"edited_rows": {1: {"Image": "team lab"}}},
            "jupyter, row 2, containerImage: An image has no spaces",
            id="no reference",
        ),
        pytest.param(
            {"edited_rows": {1: {"Image": "team/lab:1"}}},
            "jupyter, row 2, containerImage: team/lab:1 stands in row 1 already.",
            id="twice",
        ),
        pytest.param(
            {"edited_rows": {0: {"Remove": True}}},
            "jupyter, default: no image is the default. Mark one.",
            id="no default",
        ),
        pytest.param(
            {"edited_rows": {1: {"State": ["Deprecated"], "Replaced by": "team/lab:2"}}},
            "jupyter, row 2, replacedBy: the replacements lead from team/lab:2 back to itself.",
            id="replaced by itself",
        ),
    ],
)
def test_given_a_mistake_when_typed_then_row_and_field_are_named_and_nothing_can_be_saved(
    edits: dict[str, Any], said: str
) -> None:
    page = edit(open_images(), **edits)

    review = next(button for button in page.button if button.label.startswith("Review"))
    assert said in words(page)
    assert review.disabled
    assert "It is shown here when the catalog is right." in words(page)


@pytest.mark.usefixtures("setting")
def test_given_json_when_typed_then_the_same_rules_hold_with_the_line(visit: Visit) -> None:
    page = open_images(tab="JSON")
    text = page.text_area[0].value
    assert text is not None

    page.text_area[0].input(text.replace("team/lab:2", "team/lab:1"))
    run(page)
    refused = words(page)
    page.text_area[0].input(text.replace("team/lab:2", "team/lab:9"))
    save(run(page))

    assert "jupyter, row 2, containerImage (line 12): team/lab:1 stands in row 1" in refused
    assert images(visit) == ["team/lab:1", "team/lab:9", "team/lab:3"]


@pytest.mark.usefixtures("setting")
def test_given_text_that_is_no_json_when_typed_then_it_stays_and_the_place_is_told() -> None:
    page = open_images(tab="JSON")

    page.text_area[0].input("{")
    run(page)
    choose(page, "images_tab", "jupyter")
    choose(page, "images_tab", "JSON")

    assert "no JSON: Expecting property name enclosed in double quotes, line 1" in words(page)
    assert page.text_area[0].value == "{"


@pytest.mark.usefixtures("setting")
def test_given_somebody_elses_change_when_merged_then_both_are_saved(visit: Visit) -> None:
    page = edit(open_images(), edited_rows={1: {"Description": "Mine"}})
    theirs = {**LAB, "jupyter": [*LAB["jupyter"], {"containerImage": "team/lab:4"}]}
    by_kubectl(visit, theirs)

    run(page)
    assert "Somebody saved another catalog." in words(page)
    review = next(button for button in page.button if button.label.startswith("Review"))
    assert review.disabled
    save(click(page, "Merge"))

    assert value(visit)["jupyter"][1]["description"] == "Mine"
    assert images(visit)[-1] == "team/lab:4"


@pytest.mark.usefixtures("setting")
def test_given_a_change_that_nobody_saw_yet_when_saved_then_it_is_refused_and_merged(
    visit: Visit,
) -> None:
    page = edit(open_images(), edited_rows={1: {"Description": "Mine"}})
    page = click(page, "Review 1 change")
    theirs = json.loads(json.dumps(LAB))
    theirs["jupyter"][1]["description"] = "Theirs"
    # The page's own click is in flight when the other change arrives.
    draft = page.session_state["images_draft"]
    by_kubectl(visit, theirs)
    assert draft.setting["value"] == json.dumps(LAB)

    click(page, "Save")

    assert value(visit) == theirs
    assert "at the same moment. Nothing is saved yet" in words(page)
    assert "team/lab:2, description: yours was Mine" in words(page)


@pytest.mark.usefixtures("setting")
def test_given_no_edit_when_somebody_saves_then_it_is_told_and_the_tables_follow_a_click(
    visit: Visit,
) -> None:
    page = open_images()

    by_kubectl(visit, {"jupyter": [{"containerImage": "team/other:1", "default": True}]})
    run(page)
    told, shown = words(page), page.code[0].value
    click(page, "Show it")

    assert "Somebody saved another catalog. Nothing of yours is lost" in told
    assert "- jupyter · team/lab:2\n" in shown
    assert "+ jupyter · team/other:1\n+   default: true\n" in shown
    assert "One click starts team/other:1." in words(page)


@pytest.mark.usefixtures("setting")
def test_given_an_image_in_use_when_removed_then_it_says_so_and_deprecates_it_instead(
    visit: Visit,
) -> None:
    visit.has_notebook("nb", container={"image": "team/lab:2"})
    page = edit(open_images(), edited_rows={1: {"Remove": True}})

    assert f"1 notebook uses team/lab:2 ({visit.namespace}) and keeps it." in words(page)
    save(click(page, "Deprecate it instead"))

    row = next(row for row in value(visit)["jupyter"] if row["containerImage"] == "team/lab:2")
    assert (row["deprecated"], row["replacedBy"]) == (True, "team/lab:1")


@pytest.mark.usefixtures("setting")
def test_given_a_value_when_reset_then_it_is_removed_and_the_default_serves(visit: Visit) -> None:
    page = choose_from_menu(open_images(), "Reset to shipped default")

    save(page)

    assert "value" not in stored(visit)
    assert "as shipped" in words(page)


@pytest.mark.usefixtures("setting")
def test_given_a_broken_value_when_opened_then_it_is_told_and_can_be_mended(visit: Visit) -> None:
    broken = json.loads(json.dumps(LAB))
    broken["jupyter"][1]["default"] = True
    by_kubectl(visit, broken)
    page = open_images()

    assert "The image catalog is broken" in words(page)
    assert "jupyter, row 2, default: row 1 is the default already." in words(page)
    save(edit(page, edited_rows={1: {"Default": False}}))

    assert value(visit) == LAB
    assert "broken" not in words(page)


@pytest.mark.usefixtures("setting")
def test_given_versions_when_the_last_change_is_undone_then_the_one_before_is_back(
    visit: Visit, keep_version: Callable[[int, JsonObject], None]
) -> None:
    before = {"jupyter": [{"containerImage": "team/before:1", "default": True}]}
    keep_version(1, before)
    keep_version(2, LAB)
    page = choose_from_menu(open_images(), "Versions and undo")

    save(click(page, "Undo the last change"))

    assert value(visit) == before


@pytest.mark.usefixtures("visit")
def test_given_somebody_who_may_not_when_opened_then_it_says_what_to_ask_for() -> None:
    install(replace(services(), identity=lambda: Person("bob")))

    page = open_images()

    assert "You may not update the Setting notebook-default-images. Ask an admin" in words(page)
    assert not page.get("menu_button")


@pytest.mark.usefixtures("setting")
def test_given_no_right_to_the_versions_when_asked_for_then_the_refusal_stands_below_the_title(
    visit: Visit,
) -> None:
    rbac = "/apis/rbac.authorization.k8s.io/v1"
    rule = {"apiGroups": ["management.oneblock.ai"], "resources": ["settings"], "verbs": ["update"]}
    role = {"kind": "ClusterRole", "metadata": {"name": "catalog"}, "rules": [rule]}
    group = {"apiGroup": "rbac.authorization.k8s.io"}
    binding = {
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "catalog"},
        "roleRef": {**group, "kind": "ClusterRole", "name": "catalog"},
        "subjects": [{**group, "kind": "User", "name": "cora"}],
    }
    visit.api.create(f"{rbac}/clusterroles", role)
    visit.api.create(f"{rbac}/clusterrolebindings", binding)
    install(replace(services(), identity=lambda: Person("cora")))

    page = choose_from_menu(open_images(), "Versions and undo")

    assert "Versions: You may not list controllerrevisions" in words(page)
    drawn = [element.type for element in page.main]
    # The caption follows on the whole row of the title.
    assert drawn.index("title") < drawn.index("caption") < drawn.index("error")
    visit.api.delete(f"{rbac}/clusterrolebindings/catalog")
    visit.api.delete(f"{rbac}/clusterroles/catalog")


@pytest.mark.usefixtures("setting")
def test_given_cells_of_any_type_when_opened_then_the_tables_show_what_is_a_text(
    visit: Visit,
) -> None:
    strange: JsonObject = {"containerImage": {}, "description": 5, "default": [1], "gpu": "yes"}
    by_kubectl(visit, {"jupyter": [strange, {"containerImage": "a:1"}, {"containerImage": "a:1"}]})

    page = edit(open_images(), edited_rows={1: {"Remove": True}, 2: {"Remove": True}})

    assert "jupyter, row 1, containerImage: not a text" in words(page)
    assert "jupyter, row 1, default: neither true nor false" in words(page)


@pytest.mark.usefixtures("setting")
def test_given_an_image_named_twice_when_both_go_then_its_use_is_told_once(visit: Visit) -> None:
    visit.has_notebook("nb", container={"image": "team/lab:2"})
    twice = {"containerImage": "team/lab:2"}
    by_kubectl(visit, {"jupyter": [LAB["jupyter"][0], twice, twice]})

    page = edit(open_images(), edited_rows={1: {"Remove": True}, 2: {"Remove": True}})

    assert words(page).count("1 notebook uses team/lab:2") == 1
