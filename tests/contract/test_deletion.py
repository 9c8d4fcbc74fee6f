"""Deletion: finalizers hold an object back, owners take their children along."""

from __future__ import annotations

import pytest

from nbcore.kube.resources import NOTEBOOKS, STATEFUL_SETS
from tests.cluster.api import JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.objects import (
    CONFIG_MAPS,
    config_map,
    notebook,
    owned_by,
    stateful_set,
)

# A real garbage collector looks for new kinds, ours too, every 30 s.
GARBAGE_SECONDS = 45


@pytest.fixture
def owner(api_server: ApiServer) -> JsonObject:
    """A Notebook."""
    made: JsonObject = api_server.api.create(
        NOTEBOOKS.path(api_server.namespace), notebook("owner")
    )
    return made


def _has_slow_child(s: ApiServer, owner: JsonObject) -> str:
    """Makes a child that its owner waits for, and that waits for somebody else; tells its path."""
    child = owned_by(config_map("child"), owner, blocks=True)
    child["metadata"]["finalizers"] = ["example.com/slow"]
    s.api.create(CONFIG_MAPS.path(s.namespace), child)
    return CONFIG_MAPS.path(s.namespace, "child")


def _expect_gone(s: ApiServer, path: str) -> None:
    eventually(lambda: not s.api.exists(path), what=f"{path} is gone", seconds=GARBAGE_SECONDS)


def test_given_a_finalizer_when_deleted_then_the_object_waits_until_it_is_gone(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    body = notebook("held")
    body["metadata"]["finalizers"] = ["example.com/clean-up"]
    made = api_server.api.create(path, body)

    answer = api_server.api.delete(f"{path}/held")
    waiting = api_server.api.get(f"{path}/held")
    api_server.api.merge(f"{path}/held", {"metadata": {"finalizers": None}})

    assert answer["kind"] == "Notebook"
    assert waiting["metadata"]["deletionTimestamp"]
    assert waiting["metadata"]["deletionGracePeriodSeconds"] == 0
    assert waiting["metadata"]["generation"] == made["metadata"]["generation"] + 1
    assert not api_server.api.exists(f"{path}/held")


def test_given_an_object_being_deleted_when_deleted_again_then_nothing_changes(
    api_server: ApiServer,
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    body = config_map("held")
    body["metadata"]["finalizers"] = ["example.com/clean-up"]
    api_server.api.create(path, body)
    api_server.api.delete(f"{path}/held")
    before = api_server.api.get(f"{path}/held")

    api_server.api.delete(f"{path}/held")

    assert api_server.api.get(f"{path}/held") == before
    api_server.api.merge(f"{path}/held", {"metadata": {"finalizers": None}})


def test_given_an_object_being_deleted_when_a_finalizer_is_added_then_refused(
    api_server: ApiServer,
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    body = config_map("held")
    body["metadata"]["finalizers"] = ["example.com/one"]
    api_server.api.create(path, body)
    api_server.api.delete(f"{path}/held")

    status = api_server.api.expect(
        422,
        "PATCH",
        f"{path}/held",
        {"metadata": {"finalizers": ["example.com/one", "example.com/two"]}},
        content_type="application/merge-patch+json",
    )

    assert status["details"]["causes"][0]["field"] == "metadata.finalizers"
    api_server.api.merge(f"{path}/held", {"metadata": {"finalizers": None}})


def test_given_a_watch_when_the_last_finalizer_goes_then_deleted_comes_once(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    body = notebook("held")
    body["metadata"]["finalizers"] = ["example.com/clean-up"]
    version = api_server.api.create(path, body)["metadata"]["resourceVersion"]

    with api_server.api.watch(path, resourceVersion=version) as events:
        api_server.api.delete(f"{path}/held")
        first = next(events)
        api_server.api.merge(f"{path}/held", {"metadata": {"finalizers": None}})
        second = next(events)

    assert (first["type"], second["type"]) == ("MODIFIED", "DELETED")
    assert first["object"]["metadata"]["deletionTimestamp"]


def test_given_an_owner_when_deleted_then_its_children_go_and_others_stay(
    api_server: ApiServer, owner: JsonObject
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    api_server.api.create(path, owned_by(config_map("child"), owner))
    api_server.api.create(path, config_map("stranger"))

    api_server.api.delete(NOTEBOOKS.path(api_server.namespace, "owner"))

    _expect_gone(api_server, f"{path}/child")
    assert api_server.api.exists(f"{path}/stranger")


def test_given_a_grandchild_when_the_owner_is_deleted_then_it_goes_too(
    api_server: ApiServer, owner: JsonObject
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    sets = STATEFUL_SETS.path(api_server.namespace)
    child = api_server.api.create(sets, owned_by(stateful_set("child", replicas=0), owner))
    api_server.api.create(path, owned_by(config_map("grandchild"), child))

    api_server.api.delete(NOTEBOOKS.path(api_server.namespace, "owner"))

    _expect_gone(api_server, f"{path}/grandchild")
    assert not api_server.api.exists(f"{sets}/child")


def test_given_a_child_when_the_owner_is_orphaned_then_it_stays_without_a_reference(
    api_server: ApiServer, owner: JsonObject
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    api_server.api.create(path, owned_by(config_map("child"), owner))

    api_server.api.delete(
        NOTEBOOKS.path(api_server.namespace, "owner"), {"propagationPolicy": "Orphan"}
    )

    owner_path = NOTEBOOKS.path(api_server.namespace, "owner")
    _expect_gone(api_server, owner_path)
    child = api_server.api.get(f"{path}/child")
    assert not child["metadata"].get("ownerReferences")


def test_given_a_blocking_child_when_deleted_in_the_foreground_then_the_owner_goes_last(
    api_server: ApiServer, owner: JsonObject
) -> None:
    child_path = _has_slow_child(api_server, owner)
    owner_path = NOTEBOOKS.path(api_server.namespace, "owner")

    api_server.api.delete(owner_path, {"propagationPolicy": "Foreground"})
    eventually(
        lambda: "deletionTimestamp" in api_server.api.get(child_path)["metadata"],
        what="the child is being deleted",
        seconds=GARBAGE_SECONDS,
    )
    waiting = api_server.api.get(owner_path)
    api_server.api.merge(child_path, {"metadata": {"finalizers": None}})

    assert waiting["metadata"]["finalizers"] == ["foregroundDeletion"]
    _expect_gone(api_server, owner_path)


def test_given_an_owner_that_is_gone_when_a_child_is_made_then_it_goes_too(
    api_server: ApiServer, owner: JsonObject
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    api_server.api.delete(NOTEBOOKS.path(api_server.namespace, "owner"))

    api_server.api.create(path, owned_by(config_map("late"), owner))

    _expect_gone(api_server, f"{path}/late")


def test_given_an_owner_made_anew_when_a_child_of_the_old_one_is_there_then_it_goes(
    api_server: ApiServer, owner: JsonObject
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    api_server.api.delete(NOTEBOOKS.path(api_server.namespace, "owner"))
    api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook("owner"))

    api_server.api.create(path, owned_by(config_map("late"), owner))

    _expect_gone(api_server, f"{path}/late")
    assert api_server.api.exists(NOTEBOOKS.path(api_server.namespace, "owner"))


def test_given_an_owner_that_waits_for_its_child_when_deleted_in_the_background_then_it_goes(
    api_server: ApiServer, owner: JsonObject
) -> None:
    child_path = _has_slow_child(api_server, owner)
    owner_path = NOTEBOOKS.path(api_server.namespace, "owner")

    api_server.api.delete(owner_path, {"propagationPolicy": "Foreground"})
    api_server.api.delete(owner_path, {"propagationPolicy": "Background"})

    _expect_gone(api_server, owner_path)
    assert api_server.api.exists(child_path)
    api_server.api.merge(child_path, {"metadata": {"finalizers": None}})


@pytest.mark.parametrize("policy", ["Foreground", "Orphan"])
def test_given_an_object_being_deleted_when_deleted_with_a_policy_then_it_is_taken_over(
    api_server: ApiServer, policy: str
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    body = config_map("a")
    body["metadata"]["finalizers"] = ["example.com/slow"]
    api_server.api.create(path, body)
    api_server.api.delete(f"{path}/a", {"propagationPolicy": "Background"})

    marked = api_server.api.delete(f"{path}/a", {"propagationPolicy": policy})
    api_server.api.merge(f"{path}/a", {"metadata": {"finalizers": None}})

    added = {"Foreground": "foregroundDeletion", "Orphan": "orphan"}[policy]
    assert marked["metadata"]["finalizers"] == ["example.com/slow", added]
