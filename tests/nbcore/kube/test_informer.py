"""The informer against a server that fails.

what goes wrong                        | what must hold
---------------------------------------|----------------------------------------------------
the watch ends, in order or broken     | it goes on from the last version, without a new list
a bookmark was the last thing          | it goes on from the bookmark
half a line, a line that is no JSON    | nothing wrong is taken in, nothing is lost
410 as event, 410 as answer            | a new list; what was deleted meanwhile is told
503 "kind not found", 500 on lists     | tried again
server down, hanging up at once        | few attempts, back by itself
silence on an open connection          | noticed
a handler that raises                  | the next change is told all the same
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest

from nbcore.kube.client import Kube
from nbcore.kube.informer import Informer, Pace
from nbcore.kube.requests import Selection
from nbcore.kube.resources import PODS
from nbcore.names import JsonObject
from tests.nbcore.kube.faulty_server import FaultyServer, WatchFault, eventually

Change = tuple[str | None, str | None]


class Changes:
    """What an informer told: the version before and after, by name."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Change]] = []
        self.raises_on = ""

    def __call__(self, old: JsonObject | None, new: JsonObject | None) -> None:
        name = ((new or old) or {})["metadata"]["name"]
        self.seen.append((name, (_version(old), _version(new))))
        if name == self.raises_on:
            raise ValueError(name)


def _version(obj: JsonObject | None) -> str | None:
    return obj["metadata"]["resourceVersion"] if obj else None


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def informer(kube: Kube, changes: Changes) -> Iterator[Informer]:
    informer = Informer(
        kube,
        PODS,
        Selection("demo"),
        on_change=changes,
        pace=Pace(watch=240, silence=20, steady=0.3, chance=lambda: 1.0),
    )
    yield informer
    informer.stop()


@pytest.fixture
def following(faulty: FaultyServer, informer: Informer) -> Informer:
    faulty.script.put("a")
    informer.start()
    eventually(lambda: faulty.script.watchers)
    return informer


def _names(informer: Informer) -> set[str]:
    return {item["metadata"]["name"] for item in informer.items()}


def test_given_objects_when_started_then_they_are_listed_and_changes_followed(
    faulty: FaultyServer, following: Informer, changes: Changes
) -> None:
    faulty.script.put("a", size=2)
    faulty.script.put("b")
    faulty.script.remove("a")

    eventually(lambda: _names(following) == {"b"})
    assert changes.seen == [
        ("a", (None, "101")),
        ("a", ("101", "102")),
        ("b", (None, "103")),
        ("a", ("102", None)),
    ]


def test_given_a_listed_object_when_read_then_it_has_a_kind_and_no_managed_fields(
    following: Informer,
) -> None:
    found = following.get("demo", "a")

    assert found is not None
    assert (found["apiVersion"], found["kind"]) == ("v1", "Pod")
    assert "managedFields" not in found["metadata"]


def test_given_1200_objects_when_listed_then_they_come_in_pages_of_500(
    faulty: FaultyServer, informer: Informer
) -> None:
    for number in range(1200):
        faulty.script.put(f"p{number:04}")

    informer.start()

    eventually(lambda: informer.is_synced, seconds=10)
    assert len(informer.items()) == 1200
    assert faulty.script.targets(watches=False) == [
        "/api/v1/namespaces/demo/pods?limit=500",
        "/api/v1/namespaces/demo/pods?limit=500&continue=500",
        "/api/v1/namespaces/demo/pods?limit=500&continue=1000",
    ]


def test_given_a_watch_when_it_ends_then_it_goes_on_from_the_last_version_without_a_list(
    faulty: FaultyServer, following: Informer, changes: Changes
) -> None:
    faulty.script.put("b")
    eventually(lambda: len(changes.seen) == 2)

    faulty.script.end_watches()
    faulty.script.put("c")

    eventually(lambda: _names(following) == {"a", "b", "c"})
    assert len(faulty.script.targets(watches=False)) == 1
    assert "resourceVersion=102" in faulty.script.targets(watches=True)[-1]
    assert len(changes.seen) == 3


def test_given_a_bookmark_when_the_watch_ends_then_it_goes_on_from_there(
    faulty: FaultyServer, following: Informer
) -> None:
    faulty.script.bookmark()
    faulty.script.end_watches()

    eventually(lambda: len(faulty.script.targets(watches=True)) == 2)
    assert "resourceVersion=102" in faulty.script.targets(watches=True)[-1]
    assert _names(following) == {"a"}


@pytest.mark.parametrize(
    "fault",
    [
        WatchFault.PARTIAL_LINE,
        WatchFault.NO_JSON,
        WatchFault.BUSY,
        WatchFault.HANG_UP,
        WatchFault.EXPIRED_EVENT,
        WatchFault.EXPIRED_STATUS,
    ],
)
def test_given_a_watch_that_fails_when_something_changes_meanwhile_then_nothing_is_lost(
    faulty: FaultyServer, following: Informer, changes: Changes, fault: WatchFault
) -> None:
    faulty.script.faults = [fault]
    faulty.script.end_watches()
    faulty.script.put("b")

    eventually(lambda: _names(following) == {"a", "b"})
    assert [name for name, _ in changes.seen] == ["a", "b"]


@pytest.mark.parametrize("fault", [WatchFault.EXPIRED_EVENT, WatchFault.EXPIRED_STATUS])
def test_given_an_expired_version_when_an_object_was_deleted_meanwhile_then_it_is_told(
    faulty: FaultyServer, following: Informer, changes: Changes, fault: WatchFault
) -> None:
    faulty.script.faults = [fault]

    faulty.script.remove_unseen("a")
    faulty.script.end_watches()

    eventually(lambda: changes.seen[-1] == ("a", ("101", None)))
    assert following.get("demo", "a") is None


def test_given_a_server_that_dies_when_it_comes_back_then_all_is_caught_up(
    faulty: FaultyServer, following: Informer, changes: Changes
) -> None:
    faulty.down()
    contact = following.last_contact
    faulty.script.put("b")
    faulty.script.remove("a")

    faulty.up()

    eventually(lambda: _names(following) == {"b"})
    assert following.last_contact > contact
    assert changes.seen[-1] == ("a", ("101", None))


def test_given_a_server_that_is_down_at_the_start_when_it_comes_then_it_syncs(
    faulty: FaultyServer, informer: Informer, caplog: pytest.LogCaptureFixture
) -> None:
    faulty.down()
    with caplog.at_level(logging.WARNING):
        informer.start()
        eventually(lambda: caplog.records)
    assert not informer.is_synced
    assert informer.last_contact == 0.0
    assert len([r for r in caplog.records if r.name == "nbcore.kube.outage"]) == 1
    assert "very-secret" not in caplog.text

    faulty.up()

    eventually(lambda: informer.is_synced)


def test_given_lists_that_fail_when_they_work_again_then_it_syncs_and_counts_as_contact(
    faulty: FaultyServer, informer: Informer
) -> None:
    faulty.script.list_code = 500
    informer.start()
    eventually(lambda: informer.last_contact > 0)
    assert not informer.is_synced

    faulty.script.list_code = 200

    eventually(lambda: informer.is_synced)


@pytest.mark.parametrize("fault", [WatchFault.HANG_UP, WatchFault.EXPIRED_EVENT, WatchFault.BUSY])
def test_given_watches_that_always_fail_when_tried_again_then_ever_more_slowly(
    faulty: FaultyServer, informer: Informer, fault: WatchFault
) -> None:
    faulty.script.usual_fault = fault

    informer.start()
    eventually(lambda: len(faulty.script.targets(watches=True)) >= 4)
    began = time.monotonic()
    eventually(lambda: len(faulty.script.targets(watches=True)) >= 5)

    # chance=1 takes half away: 0.1, 0.2, 0.4 and 0.8 s.
    assert time.monotonic() - began > 0.5


def test_given_a_connection_that_went_silent_when_the_patience_ends_then_it_is_replaced(
    faulty: FaultyServer, kube: Kube, changes: Changes
) -> None:
    faulty.script.faults = [WatchFault.HALF_OPEN]
    informer = Informer(
        kube, PODS, Selection("demo"), on_change=changes, pace=Pace(silence=0.4, steady=0.1)
    )
    informer.start()
    eventually(lambda: faulty.script.watchers)

    faulty.script.put("b")

    eventually(lambda: _names(informer) == {"b"})
    informer.stop()


def test_given_a_handler_that_raises_when_the_next_change_comes_then_it_is_told(
    faulty: FaultyServer, following: Informer, changes: Changes
) -> None:
    changes.raises_on = "bad"

    faulty.script.put("bad")
    faulty.script.put("good")

    eventually(lambda: changes.seen[-1][0] == "good")
    assert _names(following) == {"a", "bad", "good"}
    assert len(faulty.script.targets(watches=True)) == 1


def test_given_an_idle_watch_when_stopped_then_the_thread_ends_at_once(following: Informer) -> None:
    began = time.monotonic()

    following.stop()

    assert time.monotonic() - began < 1


def test_given_a_server_that_is_down_when_stopped_then_the_thread_ends_at_once(
    faulty: FaultyServer, following: Informer, caplog: pytest.LogCaptureFixture
) -> None:
    faulty.down()
    eventually(lambda: "does not answer" in caplog.text)
    began = time.monotonic()

    following.stop()

    assert time.monotonic() - began < 1


@pytest.mark.usefixtures("following")
def test_given_watches_when_opened_then_the_server_is_asked_to_end_them_in_240_to_300_seconds(
    faulty: FaultyServer,
) -> None:
    target = faulty.script.targets(watches=True)[0]

    assert "timeoutSeconds=300" in target
    assert "allowWatchBookmarks=true" in target
