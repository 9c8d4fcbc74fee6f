from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nbcore.catalog import shipped_catalog
from nbcore.names import JsonObject
from nbcore.rows import NotebookRow, rows
from nbcore.status import Phase
from tests.nbcore.builders import notebook, with_home
from ui import tables
from ui.verbs import Target, Verb, verbs

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def row(
    name: str = "nb", *, minutes: float = 0, phase: str = "Ready", **parts: object
) -> NotebookRow:
    created = (NOW - timedelta(minutes=minutes)).isoformat()
    made: JsonObject = notebook(
        name,
        metadata={"creationTimestamp": created},
        status={"phase": phase},
        **parts,  # type: ignore[arg-type]  # builders take many shapes
    )
    return rows([made], shipped_catalog(), NOW)[0]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        pytest.param(0, "now", id="just made"),
        pytest.param(-5, "now", id="made by a clock that is ahead"),
        pytest.param(59.9, "now", id="under a minute"),
        pytest.param(60, "1 min", id="a minute"),
        pytest.param(3599, "59 min", id="under an hour"),
        pytest.param(3600, "1 h", id="an hour"),
        pytest.param(48 * 3600 - 1, "47 h", id="under two days"),
        pytest.param(48 * 3600, "2 d", id="two days"),
    ],
)
def test_given_an_age_when_worded_then_it_has_the_largest_unit_that_fits(
    seconds: float, text: str
) -> None:
    assert tables.age(seconds) == text


def test_given_rows_when_ordered_then_the_newest_comes_first_and_ties_go_by_name() -> None:
    found = tables.ordered([row("old", minutes=5), row("b", minutes=1), row("a", minutes=1)])

    assert [each.name for each in found] == ["a", "b", "old"]


def test_given_rows_when_counted_then_only_phases_that_there_are_count() -> None:
    counted = tables.counts([row(), row(phase="Failed"), row(phase="Failed")])

    assert counted == {Phase.READY: 1, Phase.FAILED: 2}


@pytest.mark.parametrize(
    ("search", "phases", "names"),
    [
        pytest.param("", set(), ["churn", "fraud"], id="nothing asked"),
        pytest.param("CHU", set(), ["churn"], id="capitals"),
        pytest.param("scipy churn", set(), ["churn"], id="two words in two columns"),
        pytest.param("scipy nothing", set(), [], id="one word that is nowhere"),
        pytest.param("", {Phase.FAILED}, ["fraud"], id="a phase"),
        pytest.param("churn", {Phase.FAILED}, [], id="both"),
    ],
)
def test_given_filters_when_matched_then_every_word_and_one_phase_count(
    search: str, phases: set[Phase], names: list[str]
) -> None:
    found = tables.matching(
        [row("churn"), row("fraud", phase="Failed")], search=search, phases=phases
    )

    assert [each.name for each in found] == names


def test_given_a_selection_when_rows_move_then_its_new_positions_are_found() -> None:
    a, b, c = (Target("demo", name, name, "", "") for name in "abc")

    assert tables.moved({b}, [c, a, b]) == [2]
    assert tables.moved({b}, [c, a]) == []


def test_given_rows_when_drawn_then_every_column_is_configured() -> None:
    drawn = tables.frame([row(**with_home("nb"))], [[]])

    assert set(tables.columns(lambda: None, with_namespace=True)) == set(drawn.columns)


def test_given_no_rows_when_drawn_then_the_columns_are_the_same() -> None:
    assert list(tables.frame([], []).columns) == list(tables.frame([row()], [[]]).columns)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_given_a_text_like_a_formula_when_drawn_then_a_spreadsheet_will_take_it_for_text(
    first: str,
) -> None:
    evil = f"{first}HYPERLINK(1)"
    drawn = replace(row(), going_on=evil, owner=evil, image=evil, image_short=evil, volume=evil)

    cells = tables.frame([drawn, replace(drawn, going_on="", malformed=evil)], [[], []])

    for column in ("What is going on", "Owner", "Image", "Full image", "Volume"):
        assert cells[column].tolist() == [f"'{evil}"] * 2


def test_given_every_phase_when_drawn_then_it_has_a_colour() -> None:
    assert set(tables.COLORS) == set(Phase)


@pytest.mark.parametrize(
    ("with_namespace", "labels"),
    [
        pytest.param(False, ["Stop nb", "Delete nb"], id="one namespace"),
        pytest.param(True, ["Stop demo/nb", "Delete demo/nb"], id="all namespaces"),
    ],
)
def test_given_a_row_when_its_menu_is_drawn_then_each_label_names_verb_and_notebook(
    *, with_namespace: bool, labels: list[str]
) -> None:
    found = row("nb")

    menu = tables.menu(found, with_namespace=with_namespace)

    assert list(menu) == labels
    assert list(menu.values()) == [(verb, Target.of(found)) for verb in (Verb.STOP, Verb.DELETE)]


def test_given_one_verb_alone_when_drawn_then_there_is_no_menu() -> None:
    strange = row(container={"image": None})

    assert verbs(strange) == [Verb.DELETE]
    assert tables.menu(strange, with_namespace=False) == {}
