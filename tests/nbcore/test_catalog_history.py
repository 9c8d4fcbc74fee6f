"""Versions: who is named, what is recorded, and what is dropped."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from nbcore.catalog_history import (
    KEPT,
    Author,
    Version,
    author_of,
    next_version,
    surplus,
    text_before,
    versions,
)
from tests.nbcore.strange import JSON

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALICE = Author("alice", NOON)


def _setting(value: str, *, annotated: str | None = None, **metadata: Any) -> dict[str, Any]:
    annotations = {} if annotated is None else ALICE.to_annotation(annotated)
    name = {"name": "notebook-default-images", "annotations": annotations}
    return {"kind": "Setting", "metadata": name | metadata, "value": value}


def _managed(manager: str, field: str) -> dict[str, Any]:
    return {"manager": manager, "time": "2026-11-23T12:00:00Z", "fieldsV1": {field: {}}}


@pytest.mark.parametrize(
    ("setting", "author"),
    [
        pytest.param(_setting("{}", annotated="{}"), ALICE, id="saved by page"),
        pytest.param(_setting("{}", annotated="[]"), Author("", None), id="changed afterwards"),
        pytest.param(
            _setting(
                "{}",
                annotated="[]",
                managedFields=[_managed("controller", "f:default"), _managed("kubectl", "f:value")],
            ),
            Author("kubectl", NOON),
            id="by kubectl afterwards",
        ),
        pytest.param(
            _setting("{}", annotations={"ml.oneblock.ai/last-action": "["}),
            Author("", None),
            id="an annotation that is no JSON",
        ),
        pytest.param(None, Author("", None), id="no setting"),
    ],
)
def test_given_a_setting_when_asked_then_who_wrote_this_very_value_is_named(
    setting: dict[str, Any] | None, author: Author
) -> None:
    assert author_of(setting) == author


def test_given_a_new_value_when_recorded_then_the_version_tells_it_and_its_author() -> None:
    revision = next_version(_setting("{}", annotated="{}"), [])

    assert revision is not None
    assert revision["metadata"]["namespace"] == "oneblock-notebooks"
    assert Version.from_object(revision) == Version("notebook-default-images-1", 1, "{}", ALICE)


def test_given_known_versions_when_looked_at_then_only_another_value_is_recorded() -> None:
    known = [Version("x-7", 7, "{}", ALICE)]

    assert next_version(_setting("{}"), known) is None
    assert next_version(_setting(""), []) is None
    reset = next_version(_setting(""), known)
    assert reset is not None
    assert (reset["revision"], reset["data"]) == (8, {"value": ""})


@pytest.mark.parametrize(
    ("kept", "stored", "before"),
    [
        pytest.param(["now", "then"], "now", "then", id="the newest is stored"),
        pytest.param(["then", "older"], "now", "then", id="what is stored has no version yet"),
        pytest.param(["now"], "now", "", id="the first one"),
        pytest.param([], "now", "", id="none is kept"),
    ],
)
def test_given_versions_when_undone_then_it_goes_one_back_from_what_is_stored(
    kept: list[str], stored: str, before: str
) -> None:
    known = [Version(f"x-{text}", 0, text, ALICE) for text in kept]

    assert text_before(known, stored) == before


def test_given_more_than_ten_versions_when_looked_at_then_the_oldest_are_surplus() -> None:
    revisions = [
        {"metadata": {"name": f"x-{number}"}, "revision": number, "data": {"value": "{}"}}
        for number in range(1, KEPT + 3)
    ]

    known = versions(revisions)

    assert [version.number for version in known[:2]] == [12, 11]
    assert surplus(known) == ["x-2", "x-1"]


@given(JSON, JSON, JSON)
def test_given_any_json_when_read_as_a_version_then_it_is_one(
    metadata: Any, data: Any, revision: Any
) -> None:
    found = Version.from_object({"metadata": metadata, "data": data, "revision": revision})

    assert isinstance(found.text, str)
    assert isinstance(found.number, int)
