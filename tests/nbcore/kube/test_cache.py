from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from nbcore.kube.cache import FOLLOWED, ClusterCache
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS, PODS
from tests.nbcore.kube.faulty_server import FaultyServer, eventually


@pytest.fixture
def cache(kube: Kube) -> Iterator[ClusterCache]:
    cache = ClusterCache(kube)
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
    eventually(lambda: cache.silence(time.monotonic() + 60) == 0)

    faulty.down()
    eventually(lambda: cache.silence(time.monotonic()) > 0.05)
    assert 60 < cache.silence(time.monotonic() + 60) < 65

    faulty.up()
    eventually(lambda: cache.silence(time.monotonic() + 60) == 0)


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
