from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest

from nbcore.kube.cache import FOLLOWED, ClusterCache
from nbcore.kube.client import Kube
from nbcore.kube.pulse import Beat
from nbcore.kube.resources import NOTEBOOKS, PODS
from tests.nbcore.kube.faulty_server import FaultyServer, eventually

LONG = 0.9
"""Seconds; a cluster that is there is heard more often, at the fixture's beat."""


@pytest.fixture
def cache(kube: Kube) -> Iterator[ClusterCache]:
    cache = ClusterCache(kube, beat=Beat(quiet=0.2, patience=0.3, again=0.05))
    cache.start()
    yield cache
    cache.stop()


def test_given_a_cluster_when_followed_then_objects_are_read_from_memory(
    faulty: FaultyServer, cache: ClusterCache
) -> None:
    faulty.script.put("a")

    eventually(lambda: cache.get(PODS, "a", "demo"))

    assert len(cache.list(PODS)) == len(cache.list(PODS, "demo")) == 1
    assert cache.list(PODS, "other") == []
    assert cache.get(PODS, "b", "demo") is None
    assert cache.list(NOTEBOOKS) == []


def test_given_an_object_when_it_changes_then_the_revision_grows(
    faulty: FaultyServer, cache: ClusterCache
) -> None:
    faulty.script.put("a")
    eventually(lambda: cache.get(PODS, "a", "demo"))
    before = cache.revision

    faulty.script.put("a", size=2)

    eventually(lambda: cache.revision == before + 1)


def test_given_a_cluster_that_dies_when_time_passes_then_the_silence_grows_until_it_is_back(
    faulty: FaultyServer, cache: ClusterCache
) -> None:
    eventually(lambda: cache.has_synced(PODS))

    faulty.down()
    eventually(lambda: cache.silence(time.monotonic()) > LONG)

    faulty.up()
    eventually(lambda: cache.silence(time.monotonic()) < LONG)


def test_given_a_cluster_that_hangs_when_time_passes_then_the_silence_grows_until_it_is_back(
    faulty: FaultyServer, cache: ClusterCache, caplog: pytest.LogCaptureFixture
) -> None:
    faulty.script.put("a")
    eventually(lambda: cache.get(PODS, "a", "demo"))
    caplog.clear()

    faulty.sleep()
    eventually(lambda: cache.silence(time.monotonic()) > LONG)
    open_watches = len(faulty.script.watchers)

    faulty.script.awake.set()
    eventually(lambda: cache.silence(time.monotonic()) < LONG)
    eventually(lambda: len(faulty.script.watchers) > open_watches)
    outages = [r for r in caplog.records if r.name == "nbcore.kube.outage"]
    assert [record.levelname for record in outages if record.levelno >= logging.WARNING] == [
        "WARNING"
    ]


def test_given_a_cluster_in_which_nothing_happens_when_watched_then_it_is_not_silent(
    faulty: FaultyServer, cache: ClusterCache
) -> None:
    for name in ("a", "b"):
        faulty.script.put(name)
    eventually(lambda: cache.get(PODS, "b", "demo"))
    silences = []

    def was_asked_thrice() -> bool:
        silences.append(cache.silence(time.monotonic()))
        return [target for _, target, *_ in faulty.script.requests].count("/version") >= 3

    eventually(was_asked_thrice)

    assert max(silences) < LONG


def test_given_a_cluster_that_dies_when_all_informers_notice_then_one_line_says_so(
    faulty: FaultyServer, caplog: pytest.LogCaptureFixture, cache: ClusterCache
) -> None:
    eventually(lambda: cache.has_synced(PODS))
    caplog.clear()

    faulty.down()
    eventually(lambda: cache.silence(time.monotonic()) > LONG)

    assert len([r for r in caplog.records if "does not answer" in r.getMessage()]) == 1


def test_given_a_cache_that_was_not_started_when_asked_then_silence_counts_from_its_making(
    kube: Kube,
) -> None:
    assert ClusterCache(kube).silence(time.monotonic()) < 5


def test_given_a_cluster_that_never_answered_when_asked_then_silence_counts_from_the_start(
    faulty: FaultyServer, kube: Kube
) -> None:
    faulty.down()
    cache = ClusterCache(kube)

    cache.start()

    assert cache.silence(time.monotonic()) < 5
    cache.stop()


def test_given_a_resource_that_is_not_there_when_asked_then_only_that_one_is_not_synced(
    cache: ClusterCache,
) -> None:
    eventually(lambda: cache.has_synced(PODS))

    assert not cache.has_synced(NOTEBOOKS)
    assert not cache.is_synced


def test_given_a_cache_when_stopped_then_it_is_quick_and_stays_readable(
    faulty: FaultyServer, cache: ClusterCache
) -> None:
    faulty.script.put("a")
    eventually(lambda: cache.get(PODS, "a", "demo"))
    began = time.monotonic()

    cache.stop()

    assert time.monotonic() - began < 2
    assert len(cache.list(PODS)) == 1


def test_given_the_followed_resources_when_listed_then_none_is_there_twice() -> None:
    assert len({resource for resource, _ in FOLLOWED}) == len(FOLLOWED)
