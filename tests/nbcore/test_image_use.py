"""Who uses an image, and who should move."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from nbcore.catalog import Catalog
from nbcore.image_use import UNUSED, image_uses, moves
from nbcore.rows import NotebookRow, rows
from tests.nbcore.builders import notebook

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CATALOG = Catalog.from_json(
    '{"jupyter":[{"containerImage":"new:1","default":true},'
    '{"containerImage":"old:1","deprecated":true,"replacedBy":"new:1"}]}'
)


def _row(name: str, image: str, namespace: str = "demo", **metadata: Any) -> NotebookRow:
    made = notebook(name, namespace=namespace, container={"image": image}, metadata=metadata)
    return rows([made], CATALOG, NOON)[0]


def _owner(name: str) -> dict[str, Any]:
    return {"annotations": {"ml.oneblock.ai/owner": name}}


def test_given_notebooks_when_counted_then_each_image_tells_its_namespaces() -> None:
    found = [_row("a", "old:1"), _row("b", "old:1", "lab"), _row("c", "old:1", "lab")]

    uses = image_uses([*found, _row("d", "new:1")])

    assert (uses["old:1"].count, uses["old:1"].words) == (3, "3 · lab 2, demo 1")
    assert uses["new:1"].words == "1 · demo 1"
    assert (UNUSED.count, UNUSED.words) == (0, "")


def test_given_a_deprecated_image_when_asked_then_its_owner_alone_should_move() -> None:
    found = [
        _row("b", "old:1", **_owner("alice")),
        _row("a", "old:1", **_owner("alice")),
        _row("c", "old:1", **_owner("bob")),
        _row("d", "new:1", **_owner("alice")),
        _row("e", "old:1", **_owner("alice"), deletionTimestamp="2026-11-23T12:00:00Z"),
    ]

    assert [(move.row.name, move.image) for move in moves(found, CATALOG, "alice")] == [
        ("a", "new:1"),
        ("b", "new:1"),
    ]


def test_given_no_replacement_when_asked_then_the_owner_is_told_all_the_same() -> None:
    catalog = Catalog.from_json(
        '{"jupyter":[{"containerImage":"new:1","default":true},'
        '{"containerImage":"old:1","deprecated":true}]}'
    )

    (move,) = moves([_row("a", "old:1", **_owner("alice"))], catalog, "alice")

    assert (move.row.name, move.image) == ("a", "")
