from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from nbcore.actions import LastAction, Verb
from nbcore.catalog import Catalog, shipped_catalog
from nbcore.rows import NotebookRow, RowCache, brief, rows, shorten
from nbcore.status import Phase
from tests.nbcore.builders import notebook, with_home
from tests.nbcore.strange import strange_objects

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 12, 1, tzinfo=UTC)


def _row(found: dict[str, Any]) -> NotebookRow:
    (row,) = rows([found], shipped_catalog(), NOON)
    return row


def test_given_a_notebook_when_listed_then_all_columns_are_filled() -> None:
    arguments = with_home("data")
    arguments["container"]["resources"] = {
        "requests": {"cpu": "2", "memory": "8Gi"},
        "limits": {"nvidia.com/gpu": 1},
    }
    metadata = {
        "annotations": {"ml.oneblock.ai/owner": "alice"},
        "creationTimestamp": "2026-11-23T11:00:00Z",
    }

    row = _row(notebook("nb", **arguments, metadata=metadata, status={"phase": "Ready"}))

    assert row == NotebookRow(
        name="nb",
        namespace="demo",
        uid="uid-of-nb",
        phase=Phase.READY,
        reason="",
        going_on="",
        type_title="JupyterLab",
        image="kubeflownotebookswg/jupyter-scipy:v1.8.0",
        image_short="jupyter-scipy:v1.8.0",
        cpu=2.0,
        memory=8 * 1024**3,
        gpu=1,
        size="2 CPU · 8 GiB · 1 GPU",
        volume="data",
        owner="alice",
        created=datetime(2026, 11, 23, 11, tzinfo=UTC),
        age=3600,
        can_open=True,
        can_start=False,
        can_stop=True,
        can_delete=True,
    )


@pytest.mark.parametrize(
    ("said", "suspend", "may"),
    [
        ("Ready", False, "open stop"),
        ("Starting", False, "stop"),
        ("Failed", False, "stop"),
        ("Ready", True, "start"),
        ("Stopped", True, "start"),
    ],
)
def test_given_a_phase_when_listed_then_what_can_be_done_fits(
    said: str, may: str, *, suspend: bool
) -> None:
    row = _row(notebook(spec={"suspend": suspend}, status={"phase": said}))

    can = {"open": row.can_open, "start": row.can_start, "stop": row.can_stop}
    assert " ".join(verb for verb, is_possible in can.items() if is_possible) == may


def test_given_a_notebook_that_goes_away_when_listed_then_nothing_can_be_done() -> None:
    row = _row(notebook(metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"}))

    assert row.phase is Phase.TERMINATING
    assert (row.can_open, row.can_start, row.can_stop) == (False, False, False)


@pytest.mark.parametrize(
    ("image", "short"),
    [
        ("registry:5000/team/lab:1", "team/lab:1"),
        ("kubeflownotebookswg/rstudio-tidyverse:v1.8.0", "rstudio-tidyverse:v1.8.0"),
        ("NOT AN IMAGE", "NOT AN IMAGE"),
    ],
)
def test_given_an_image_when_listed_then_it_is_short(image: str, short: str) -> None:
    assert _row(notebook(container={"image": image})).image_short == short


def test_given_a_cause_when_listed_then_it_is_told_in_at_most_80_characters() -> None:
    message = "Image not found: team/lab:2026-13. " * 5
    row = _row(notebook(status={"phase": "Failed", "reason": "ImagePull", "message": message}))

    assert row.reason == "ImagePull"
    assert row.going_on == "Image not found: team/lab:2026-13"


def test_given_a_click_just_now_when_listed_then_the_old_cause_is_not_told() -> None:
    status = {"phase": "Failed", "reason": "ImagePull", "message": "Image not found"}

    row = _row(notebook(spec={"suspend": True}, status=status))

    assert (row.phase, row.reason, row.going_on) == (Phase.STOPPING, "", "")


def test_given_a_stopped_notebook_when_listed_then_it_says_who_stopped_it() -> None:
    action = LastAction(Verb.STOP, "alice", NOON)

    row = _row(
        notebook(
            spec={"suspend": True},
            status={"phase": "Stopped", "message": "Files are kept."},
            metadata={"annotations": action.to_annotation()},
        )
    )

    assert row.going_on == "Stopped by alice"


def test_given_a_broken_object_among_good_ones_when_listed_then_only_its_row_says_so() -> None:
    broken = notebook("broken", pod={"containers": []})

    first, second = rows([broken, notebook("good")], shipped_catalog(), NOON)

    assert (first.name, first.phase, first.reason) == ("broken", Phase.FAILED, "Malformed")
    assert first.going_on == "Not understood"
    assert first.malformed == "spec.template.spec.containers is empty"
    assert (first.can_open, first.can_start, first.can_stop) == (False, False, False)
    assert (second.name, second.malformed) == ("good", "")


@pytest.mark.parametrize(
    ("message", "told"),
    [
        pytest.param("No free GPU. It starts by itself.", "No free GPU", id="the first sentence"),
        pytest.param("Image not found: a/b:1.2. Check it.", "Image not found: a/b:1.2", id="dots"),
        pytest.param(f"Image not found: {'x' * 40}.", "Image not found", id="a long object"),
        pytest.param("It can't be run: a.b.c is missing, twice.", "It can't be run", id="a path"),
        pytest.param(
            "One word after another, without an end",
            "One word after another, without…",
            id="no end",
        ),
        pytest.param("", "", id="nothing"),
    ],
)
def test_given_a_cause_when_told_in_brief_then_it_says_what_is_the_matter(
    message: str, told: str
) -> None:
    assert brief(message) == told


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("short", "short"),
        ("one two three", "one two…"),
        ("one, twofold", "one…"),
        ("x" * 20, "x" * 9 + "…"),
    ],
)
def test_given_a_text_when_shortened_then_it_ends_at_a_word(text: str, short: str) -> None:
    assert shorten(text, 10) == short


@given(strange_objects())
def test_given_any_json_when_listed_then_it_is_one_row(found: Any) -> None:
    row = _row(found)

    assert len(row.going_on) <= 35
    assert isinstance(row.name, str)


def _versioned(name: str, version: str, **changes: Any) -> dict[str, Any]:
    return notebook(
        name,
        metadata={"resourceVersion": version, "creationTimestamp": "2026-11-23T11:59:00Z"},
        **changes,
    )


def test_given_objects_when_listed_through_the_cache_then_the_rows_are_the_same() -> None:
    found = [_versioned("a", "1"), notebook("no version"), {}, _versioned("b", "1", pod={"x": 1})]
    cache = RowCache()

    for now in (NOON, LATER):
        assert cache.rows(found, shipped_catalog(), now) == rows(found, shipped_catalog(), now)


def test_given_a_changed_object_or_catalog_when_listed_then_the_row_changes() -> None:
    cache = RowCache()
    cache.rows([_versioned("a", "1")], shipped_catalog(), NOON)

    (changed,) = cache.rows(
        [_versioned("a", "2", container={"image": "x"})], shipped_catalog(), NOON
    )
    (other_catalog,) = cache.rows(
        [_versioned("a", "2", container={"image": "team/x"})],
        Catalog.from_json('{"jupyter":[{"containerImage":"team/x","default":true}]}'),
        NOON,
    )

    assert changed.image == "x"
    assert other_catalog.image_short == "x"


def test_given_more_objects_than_it_may_keep_when_listed_then_the_cache_begins_anew() -> None:
    cache = RowCache(most=1)
    found = [_versioned(name, "1") for name in "abc"]

    for _ in range(2):
        assert [row.name for row in cache.rows(found, shipped_catalog(), NOON)] == ["a", "b", "c"]


@pytest.mark.parametrize("service_type", ["NodePort", "LoadBalancer"])
def test_given_a_notebook_that_is_reached_past_the_gateway_when_ready_then_its_row_says_so(
    service_type: str,
) -> None:
    found = notebook(spec={"serviceType": service_type}, status={"phase": "Ready"})

    assert _row(found).going_on == f"Exposed: {service_type}"
    assert _row(notebook(status={"phase": "Ready"})).going_on == ""
