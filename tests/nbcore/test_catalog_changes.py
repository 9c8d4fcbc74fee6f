"""Differences and merges of catalogs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbcore.catalog_changes import changes, merge
from tests.nbcore.strange import JSON

A: dict[str, Any] = {"containerImage": "a:1", "description": "A", "default": True}
B: dict[str, Any] = {"containerImage": "b:1", "description": "B"}
C: dict[str, Any] = {"containerImage": "c:1", "description": "C"}
NOT_DEFAULT = {"containerImage": "a:1", "description": "A"}


def _of(*rows: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"jupyter": list(rows), **others}


@pytest.mark.parametrize(
    ("before", "after", "diff"),
    [
        pytest.param(_of(A), _of(A), [], id="nothing"),
        pytest.param(_of(A), _of({**A, "gpu": False}), [], id="a key that says nothing"),
        pytest.param(_of(A), _of(A, B), ["+ jupyter · b:1\n+   description: B"], id="added"),
        pytest.param(_of(A, B), _of(A), ["- jupyter · b:1"], id="removed"),
        pytest.param(
            _of(A, B),
            _of(A, {**B, "description": "New", "deprecated": True}),
            ["  jupyter · b:1\n-   description: B\n+   description: New\n+   deprecated: true"],
            id="changed",
        ),
        pytest.param(_of(A, B), _of(B, A), ["  jupyter\n+   another order"], id="moved"),
        pytest.param(_of(A), _of(A, note=1), ["  note\n+   changed"], id="not ours"),
        pytest.param(_of(A), _of(A, A), ["+ jupyter · a:1"], id="the same image again"),
        pytest.param(
            _of({**A, "default": 1}),
            _of({**A, "default": True}),
            ["  jupyter · a:1\n-   default: 1\n+   default: true"],
            id="1 is not true",
        ),
        pytest.param(
            _of(A, note=1), _of(A, note=True), ["  note\n+   changed"], id="nor elsewhere"
        ),
        pytest.param(
            _of(A, B),
            _of(A, {**B, "description": "x\n- jupyter · a:1", "k\n": "\u202e\u200bü"}),
            [
                "  jupyter · b:1\n-   description: B\n+   description: x\\n- jupyter · a:1\n"
                "+   k\\n: \\u202e\\u200bü"
            ],
            id="text that would hide or pass for another line",
        ),
    ],
)
def test_given_two_catalogs_when_compared_then_each_change_is_told(
    before: dict[str, Any], after: dict[str, Any], diff: list[str]
) -> None:
    told = [change.diff.split("\n+   description: A")[0] for change in changes(before, after)]

    assert told == diff


@pytest.mark.parametrize(
    ("mine", "theirs", "merged"),
    [
        pytest.param(_of(A, {**B, "gpu": True}), _of(A, B, C), "gpu", id="an edit and an addition"),
        pytest.param(_of(A), _of({**A, "gpu": True}, B), "removed", id="a removal and an edit"),
        pytest.param(_of(B, A), _of(A, B, C), "order", id="another order and an addition"),
        pytest.param(_of(A, B, note=1), _of(A, {**B, "x": 1}), "note", id="a key that is not ours"),
        pytest.param(
            _of(A, {**B, "gpu": True}), _of(A, {**B, "hidden": True}), "row", id="one row"
        ),
        pytest.param(
            _of(NOT_DEFAULT, {**B, "default": True}), _of(A, B, C), "default", id="default"
        ),
    ],
)
def test_given_changes_that_don_t_meet_when_merged_then_both_are_there(
    mine: dict[str, Any], theirs: dict[str, Any], merged: str
) -> None:
    expected = {
        "gpu": _of(A, {**B, "gpu": True}, C),
        "removed": _of({**A, "gpu": True}),
        "order": _of(B, C, A),
        "note": _of(A, {**B, "x": 1}, note=1),
        "row": _of(A, {**B, "hidden": True, "gpu": True}),
        "default": _of(NOT_DEFAULT, {**B, "default": True}, C),
    }

    found = merge(_of(A, B), mine, theirs)

    assert found.document == expected[merged]
    assert found.conflicts == ()


@pytest.mark.parametrize(
    ("mine", "theirs", "told"),
    [
        pytest.param(
            _of(A, {**B, "description": "Mine"}),
            _of(A, {**B, "description": "Theirs"}),
            "b:1, description: yours was Mine, theirs stands",
            id="one field",
        ),
        pytest.param(
            _of(A),
            _of(A, {**B, "gpu": True}),
            "b:1: you removed it, they changed it; it stays",
            id="I removed",
        ),
        pytest.param(
            _of(A, {**B, "gpu": True}),
            _of(A),
            "b:1: they removed it, you changed gpu",
            id="they removed",
        ),
        pytest.param(
            _of(NOT_DEFAULT, {**B, "default": True}),
            _of(NOT_DEFAULT, B, {**C, "default": True}),
            "b:1: they chose another default",
            id="two new defaults",
        ),
        pytest.param(_of(A, B, note=1), _of(A, B, note=2), "note: both changed it", id="not ours"),
    ],
)
def test_given_changes_that_contradict_when_merged_then_theirs_stands_and_mine_is_told(
    mine: dict[str, Any], theirs: dict[str, Any], told: str
) -> None:
    found = merge(_of(A, B), mine, theirs)

    assert found.document == theirs
    assert [conflict.words for conflict in found.conflicts] == [told]


def test_given_an_edit_of_what_they_removed_when_merged_then_the_row_is_kept_for_a_decision() -> (
    None
):
    edited = {**B, "description": "Mine"}

    (conflict,) = merge(_of(A, B), _of(A, edited), _of(A)).conflicts

    assert (conflict.type, conflict.row) == ("jupyter", edited)


def test_given_1_and_true_when_merged_then_both_are_changes_that_contradict() -> None:
    found = merge(_of({**A, "x": 0}), _of({**A, "x": 1}), _of({**A, "x": True}))

    assert [conflict.words for conflict in found.conflicts] == [
        "a:1, x: yours was 1, theirs stands"
    ]


_ROWS = st.lists(
    st.fixed_dictionaries(
        {"containerImage": st.sampled_from(["a:1", "b:1", "c:1"])},
        optional={"default": st.booleans(), "description": st.sampled_from(["x", "y"]), "k": JSON},
    ),
    max_size=4,
)
_DOCUMENTS = st.fixed_dictionaries({"jupyter": _ROWS}, optional={"zed": JSON})


@given(_DOCUMENTS, _DOCUMENTS)
def test_given_no_change_of_mine_when_merged_then_theirs_is_the_result(
    base: dict[str, Any], theirs: dict[str, Any]
) -> None:
    assert merge(base, base, theirs).conflicts == ()
    assert changes(merge(base, base, theirs).document, theirs) == ()


@given(_DOCUMENTS, _DOCUMENTS)
def test_given_no_change_of_theirs_when_merged_then_mine_is_the_result(
    base: dict[str, Any], mine: dict[str, Any]
) -> None:
    merged = merge(base, mine, base)

    assert set(_images(merged.document)) == set(_images(mine))


@given(_DOCUMENTS, _DOCUMENTS, _DOCUMENTS)
def test_given_any_catalogs_when_merged_then_it_ends_and_invents_nothing(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    merged = merge(base, mine, theirs)

    assert set(_images(merged.document)) <= {*_images(mine), *_images(theirs)}


def _images(document: dict[str, Any]) -> list[str]:
    return [row["containerImage"] for row in document["jupyter"]]
