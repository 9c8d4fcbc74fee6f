"""The list, on the sandbox: no controller runs, so that each status is what the test wrote."""

from __future__ import annotations

import pytest

from nbcore.kube.resources import PERSISTENT_VOLUME_CLAIMS
from tests.nbcore.builders import with_home
from tests.pages.visit import (
    Visit,
    choose_from_menu,
    click,
    listed,
    plain,
    run,
    select,
    type_into,
    words,
)


def test_given_no_notebook_when_opened_then_each_ide_is_one_click_away(visit: Visit) -> None:
    page = visit.open_list()

    assert f"Nothing runs in {visit.namespace} yet" in words(page)
    assert [button.label for button in page.button] == [
        "Start JupyterLab",
        "Start VS Code",
        "Start RStudio",
    ]
    assert not page.dataframe


def test_given_no_notebook_when_one_click_starts_one_then_it_is_made_and_listed(
    visit: Visit,
) -> None:
    page = click(visit.open_list(), "Start JupyterLab")

    assert list(listed(page)) == ["jupyter"]
    assert "jupyter is starting." in words(page)
    made = visit.stored("notebooks", "jupyter")
    assert made["metadata"]["annotations"]["ml.oneblock.ai/owner"] == "alice"
    assert visit.names("persistentvolumeclaims") == {"jupyter"}


def test_given_a_double_click_when_starting_then_one_notebook_is_made(visit: Visit) -> None:
    page = visit.open_list()
    page.button(key="start_rstudio").click()
    run(page)

    choose_from_menu(page, "RStudio")

    assert visit.names("notebooks") == {"rstudio"}


def test_given_the_menu_when_other_settings_are_asked_for_then_the_form_opens(
    visit: Visit,
) -> None:
    page = choose_from_menu(visit.open_list(), "With other settings…")

    assert page.title[0].value == "New notebook"


def test_given_one_failed_notebook_when_selected_then_its_whole_cause_is_shown(
    visit: Visit,
) -> None:
    cause = "Image not found: team/lab:2026-13. Check its name and tag. " * 3
    visit.has_notebook("nb", phase="Failed", message=cause.strip())

    page = select(visit.open_list(), 0)

    assert cause.strip() in words(page)


@pytest.mark.parametrize(
    ("phase", "message", "verbs", "link"),
    [
        pytest.param("Ready", "", ["Stop", "Delete"], "/notebook/{}/nb/", id="ready"),
        pytest.param("Starting", "Pulling", ["Stop", "Delete"], "", id="starting"),
        pytest.param("Failed", "No such image: x", ["Stop", "Delete"], "", id="failed"),
    ],
)
def test_given_a_phase_when_listed_then_cause_and_actions_fit_it(
    visit: Visit, phase: str, message: str, verbs: list[str], link: str
) -> None:
    visit.has_notebook("nb", phase=phase, message=message)

    row = listed(visit.open_list())["nb"]

    assert list(row["Status"]) == [phase]
    assert row["What is going on"] == message
    assert list(row["⋮"]) == [f"{verb} nb" for verb in verbs]
    assert row["Open"] == link.format(visit.namespace)


def test_given_a_notebook_when_listed_then_what_it_holds_is_told(visit: Visit) -> None:
    parts = with_home("files")
    limits = {"cpu": "2", "memory": "8Gi", "nvidia.com/gpu": 1}
    visit.has_notebook(
        "nb", **parts | {"container": parts["container"] | {"resources": {"limits": limits}}}
    )

    row = listed(visit.open_list())["nb"]

    assert row["Type"] == "JupyterLab"
    assert row["Image"] == "jupyter-scipy:v1.8.0"
    assert (row["Size"], row["CPU"], row["Memory (GiB)"], row["GPU"]) == (
        "2 CPU · 8 GiB · 1 GPU",
        2,
        8,
        1,
    )
    assert row["Volume"] == "files"


def test_given_an_object_that_is_no_notebook_when_listed_then_it_is_one_row_that_says_so(
    visit: Visit,
) -> None:
    visit.has_notebook("strange", container={"image": None})
    visit.has_notebook("good", phase="Ready")

    page = visit.open_list()
    rows = listed(page)
    select(page, list(rows).index("strange"))

    assert list(rows["strange"]["Status"]) == ["Failed"]
    assert rows["strange"]["What is going on"] == "Not understood"
    assert "image is missing" in words(page)
    assert list(rows["good"]["Status"]) == ["Ready"]


def test_given_hostile_text_when_shown_then_it_never_becomes_markup(visit: Visit) -> None:
    evil = "<img src=x onerror=alert(1)> [a](http://evil) :smile:"
    visit.has_notebook("nb", metadata={"annotations": {"ml.oneblock.ai/owner": evil}})

    page = visit.open_list({"search": evil})
    type_into(page, "Search", "[a](http://evil) nothing")

    assert page.text[0].value == 'No notebook matches "[a](http://evil) nothing".'
    assert not any("evil" in str(part.value) for part in page.markdown)


def test_given_a_selection_when_stopped_then_it_asks_first_and_then_suspends(visit: Visit) -> None:
    visit.has_notebook("nb", phase="Ready")
    page = select(visit.open_list(), 0)

    click(page, "Stop")
    asked = visit.stored("notebooks", "nb")["spec"].get("suspend", False)
    click(page, "Stop")

    assert asked is False
    assert visit.stored("notebooks", "nb")["spec"]["suspend"] is True
    assert "nb is stopping." in words(page)


def test_given_a_stopped_notebook_when_started_then_it_runs_again(visit: Visit) -> None:
    visit.has_notebook("nb", spec={"suspend": True}, phase="Stopped")

    page = click(select(visit.open_list(), 0), "Start")

    assert visit.stored("notebooks", "nb")["spec"].get("suspend") is not True
    assert "nb is starting." in words(page)


@pytest.mark.parametrize(
    ("is_ticked", "left"),
    [pytest.param(False, {"nb"}, id="kept"), pytest.param(True, set(), id="ticked")],
)
def test_given_a_volume_when_its_notebook_is_deleted_then_it_goes_only_if_ticked(
    visit: Visit, *, is_ticked: bool, left: set[str]
) -> None:
    visit.has_volume("nb", size="20Gi")
    visit.has_notebook("nb", **with_home("nb"))
    visit.sees(PERSISTENT_VOLUME_CLAIMS, "nb")
    page = click(select(visit.open_list(), 0), "Delete")

    assert "Volume nb (20 GiB) stays." in words(page)
    if is_ticked:
        page.checkbox[0].check()
    click(page, "Delete")

    assert visit.names("notebooks") == set()
    assert visit.names("persistentvolumeclaims") == left


@pytest.mark.parametrize(
    ("verb", "positions", "said"),
    [
        pytest.param("Stop", [0], "ends. It has no volume: its files are lost.", id="stop bare"),
        pytest.param("Stop", [1], "ends. Files on the volume are kept.", id="stop with a volume"),
        pytest.param("Delete", [0], "It has no volume: its files are lost.", id="delete bare"),
        pytest.param("Delete", [0, 1], "bare has no volume: its files are lost.", id="delete both"),
        pytest.param(
            "Stop",
            [0, 1],
            "Files on volumes are kept. bare has no volume: its files are lost.",
            id="stop both",
        ),
    ],
)
def test_given_notebooks_with_and_without_volume_when_asked_then_it_says_what_is_lost(
    visit: Visit, verb: str, positions: list[int], said: str
) -> None:
    visit.has_notebook("bare", phase="Ready")
    visit.has_notebook("full", phase="Ready", **with_home("full"))
    page = visit.open_list()
    order = [["bare", "full"][position] for position in positions]

    click(select(page, *(list(listed(page)).index(name) for name in order)), verb)

    assert said in words(page)
    assert ("files are lost" in words(page)) == (0 in positions)


def test_given_a_dialog_when_cancelled_then_nothing_happens(visit: Visit) -> None:
    visit.has_notebook("nb", phase="Ready")
    page = click(select(visit.open_list(), 0), "Delete")

    click(page, "Cancel")

    assert visit.names("notebooks") == {"nb"}


def test_given_a_notebook_that_was_replaced_when_the_old_one_is_deleted_then_the_new_one_stays(
    visit: Visit,
) -> None:
    visit.has_notebook("nb")
    page = click(select(visit.open_list(), 0), "Delete")
    visit.api.delete(visit.path("notebooks", "nb"))
    visit.has_notebook("nb", label="rstudio")

    click(page, "Delete")

    assert visit.names("notebooks") == {"nb"}
    assert page.error


def test_given_a_selection_when_rows_move_then_it_moves_along(visit: Visit) -> None:
    visit.has_notebook("aa")
    page = select(visit.open_list(), 0)
    visit.has_notebook("bb", metadata={"annotations": {}})

    run(page)

    shown = list(listed(page))
    selected = page.session_state["notebooks_table"]["selection"]["rows"]
    assert [shown[position] for position in selected] == ["aa"]


def test_given_filters_when_nothing_matches_then_they_can_be_cleared(visit: Visit) -> None:
    visit.has_notebook("nb", phase="Ready")
    page = visit.open_list({"phase": "Failed"})

    assert "No notebook matches these phases." in words(page)
    click(page, "Clear filters")

    assert list(listed(page)) == ["nb"]


def test_given_a_search_when_typed_then_only_matches_are_listed(visit: Visit) -> None:
    visit.has_notebook("churn")
    visit.has_notebook("fraud")

    page = type_into(visit.open_list(), "Search", "FRA")

    assert list(listed(page)) == ["fraud"]
    assert "1 of 2 notebooks" in words(page)


def test_given_all_namespaces_when_chosen_then_each_row_says_where_it_is(visit: Visit) -> None:
    visit.has_notebook("nb")

    page = visit.open_list({"namespace": "All namespaces"})

    assert visit.namespace in page.dataframe[0].value["Namespace"].tolist()


@pytest.mark.parametrize("verb", ["Stop", "Delete"])
@pytest.mark.parametrize("is_of_all", [True, False], ids=["all namespaces", "one namespace"])
def test_given_notebooks_of_several_namespaces_when_asked_then_the_dialog_says_of_which(
    visit: Visit, verb: str, *, is_of_all: bool
) -> None:
    visit.has_notebook("nb", phase="Ready", **with_home("nb"))
    page = visit.open_list({"namespace": "All namespaces"} if is_of_all else {})
    type_into(page, "Search", visit.namespace)

    click(select(page, 0), verb)

    called = f"{visit.namespace}/nb" if is_of_all else "nb"
    (dialog,) = page.get("dialog")
    assert plain(dialog.proto.dialog.title) == f"{verb} {called}?"
    assert f"{called} selected:" in words(page)
    assert verb == "Stop" or f"Volume {called} stays." in words(page)


def test_given_hostile_words_in_a_status_when_shown_then_they_stay_plain_text(visit: Visit) -> None:
    evil = "<script>alert(1)</script> [a](http://evil) :material/home: $x$"
    visit.has_notebook("nb", phase="Failed", message=evil)

    page = select(visit.open_list(), 0)

    assert evil in [text.value for text in page.text]
    assert not any("evil" in str(part.value) for part in [*page.markdown, *page.caption])


def test_given_a_notebook_on_a_node_port_when_ready_then_the_list_marks_it(visit: Visit) -> None:
    visit.has_notebook("nb", phase="Ready", spec={"serviceType": "NodePort"})

    page = visit.open_list()

    assert listed(page)["nb"]["What is going on"] == "Exposed: NodePort"
    assert "opens it without signing in" in words(select(page, 0))
