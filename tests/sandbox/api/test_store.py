from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.api.store import HISTORY_LENGTH, CompactedError, Store
from sandbox.client import EventType
from tests.sandbox.api.objects import config_map

RESOURCE = "configmaps"


def _in(namespace: str, name: str, value: str = "") -> dict[str, object]:
    return config_map(name, {"v": value}, namespace=namespace)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "state.db")
    yield store
    store.close()


def test_given_writes_when_read_then_one_version_counts_them_all(store: Store) -> None:
    first = store.put(RESOURCE, _in("a", "x"))
    second = store.put("secrets", _in("a", "x"))

    assert second.revision == first.revision + 1
    assert second.object["metadata"]["resourceVersion"] == str(second.revision)
    assert store.revision == second.revision


def test_given_an_object_when_its_giver_changes_it_then_the_store_does_not(store: Store) -> None:
    body = config_map("x", {"v": "1"}, namespace="a")
    stored = store.put(RESOURCE, body)

    body["data"]["v"] = "2"

    assert stored.object["data"] == {"v": "1"}


def test_given_two_namespaces_when_listed_then_in_the_order_of_keys(store: Store) -> None:
    for namespace, name in (("t", "b"), ("t", "a"), ("t-x", "z")):
        store.put(RESOURCE, _in(namespace, name))

    assert [item.key for item in store.items(RESOURCE)] == [("t-x", "z"), ("t", "a"), ("t", "b")]
    assert [item.key for item in store.items(RESOURCE, "t")] == [("t", "a"), ("t", "b")]


def test_given_a_state_when_opened_again_then_all_is_there_and_versions_go_on(
    tmp_path: Path,
) -> None:
    before = Store(tmp_path / "state.db")
    kept = before.put(RESOURCE, _in("a", "x"))
    gone = before.put(RESOURCE, _in("a", "y"))
    last = before.remove(RESOURCE, gone)
    before.close()

    after = Store(tmp_path / "state.db")
    items = after.items(RESOURCE)
    next_revision = after.put(RESOURCE, _in("a", "z")).revision
    after.close()

    assert [item.object for item in items] == [kept.object]
    assert next_revision == last.revision + 1


def test_given_changes_when_asked_since_then_each_once_in_order(store: Store) -> None:
    start = store.put(RESOURCE, _in("a", "x")).revision
    store.put(RESOURCE, _in("a", "x", "2"))
    stored = store.put(RESOURCE, _in("a", "y"))
    store.remove(RESOURCE, stored)

    changes = list(store.since(start))

    assert [change.type for change in changes] == [
        EventType.MODIFIED,
        EventType.ADDED,
        EventType.DELETED,
    ]
    assert changes[-1].new.revision == store.revision


def test_given_an_earlier_version_when_listed_at_then_as_it_was(store: Store) -> None:
    store.put(RESOURCE, _in("a", "changed", "1"))
    gone = store.put(RESOURCE, _in("a", "gone"))
    revision = store.revision
    store.put(RESOURCE, _in("a", "changed", "2"))
    store.remove(RESOURCE, gone)
    store.put(RESOURCE, _in("a", "new"))

    items = store.items_at(RESOURCE, "a", revision)

    assert [(i.key[1], i.object["data"]["v"]) for i in items] == [("changed", "1"), ("gone", "")]


def test_given_more_changes_than_history_holds_when_asked_since_then_compacted(
    store: Store,
) -> None:
    start = store.revision
    body = _in("a", "x")
    for _ in range(HISTORY_LENGTH + 1):
        store.put(RESOURCE, body)

    with pytest.raises(CompactedError):
        store.since(start)
    assert len(list(store.since(store.compacted))) == HISTORY_LENGTH


def test_given_a_lone_surrogate_when_stored_then_it_survives(store: Store) -> None:
    stored = store.put(RESOURCE, _in("a", "x", "\ud800"))

    assert stored.object["data"]["v"] == "\ud800"


def test_given_a_write_that_fails_when_the_next_one_comes_then_it_works(store: Store) -> None:
    with pytest.raises(UnicodeEncodeError):
        store.put(RESOURCE, _in("a", "\ud800"))

    assert store.put(RESOURCE, _in("a", "x")).revision == store.revision
    assert [item.key for item in store.items(RESOURCE)] == [("a", "x")]
