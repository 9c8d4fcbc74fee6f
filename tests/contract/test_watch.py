"""Watches: what happened since a resourceVersion, in order, and nothing else.

started from a list's version   the changes after it, none lost, none twice
started from an old version     replayed from history, or 410 when that is forgotten
started from nothing            what is there as ADDED, then changes
selectors                       an object that stops to match is DELETED
bookmarks                       only when asked for; sendInitialEvents ends with one
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from nbcore.kube.resources import NOTEBOOKS, Resource
from nbcore.names import JsonObject
from tests.cluster.api import Api
from tests.cluster.servers import ApiServer, Server, create_crds, running_sandbox
from tests.contract.objects import CONFIG_MAPS, config_map, labelled, notebook

BOTH = pytest.mark.parametrize("resource", [CONFIG_MAPS, NOTEBOOKS], ids=lambda r: r.plural)
OURS = "purpose=watched"


def _build(resource: Resource, name: str) -> Any:
    body = config_map(name) if resource is CONFIG_MAPS else notebook(name)
    return labelled(body, purpose="watched")


def _seen(events: Iterator[Any], count: int) -> list[tuple[str, str]]:
    return [(e["type"], e["object"]["metadata"]["name"]) for e in islice(events, count)]


def _version(s: ApiServer, resource: Resource) -> str:
    version: str = s.api.get(resource.path(s.namespace))["metadata"]["resourceVersion"]
    return version


@BOTH
def test_given_a_watch_when_an_object_lives_then_three_events_come(
    api_server: ApiServer, resource: Resource
) -> None:
    path = resource.path(api_server.namespace)
    version = _version(api_server, resource)

    with api_server.api.watch(path, resourceVersion=version) as events:
        made = api_server.api.create(path, _build(resource, "a"))
        api_server.api.merge(f"{path}/a", {"metadata": {"labels": {"b": "c"}}})
        api_server.api.delete(f"{path}/a")
        got = list(islice(events, 3))

    assert [e["type"] for e in got] == ["ADDED", "MODIFIED", "DELETED"]
    assert got[0]["object"] == made
    assert got[1]["object"]["metadata"]["labels"]["b"] == "c"
    versions = [int(e["object"]["metadata"]["resourceVersion"]) for e in got]
    assert versions == sorted(set(versions))


@BOTH
def test_given_changes_in_the_past_when_watched_from_before_then_they_are_replayed(
    api_server: ApiServer, resource: Resource
) -> None:
    path = resource.path(api_server.namespace)
    version = _version(api_server, resource)
    for name in ("a", "b"):
        api_server.api.create(path, _build(resource, name))
    api_server.api.delete(f"{path}/a")

    with api_server.api.watch(path, resourceVersion=version, labelSelector=OURS) as events:
        assert _seen(events, 3) == [("ADDED", "a"), ("ADDED", "b"), ("DELETED", "a")]


@BOTH
@pytest.mark.parametrize("query", [{}, {"resourceVersion": "0"}], ids=["no version", "version 0"])
def test_given_objects_when_watched_from_nothing_then_they_come_as_added(
    api_server: ApiServer, resource: Resource, query: dict[str, str]
) -> None:
    path = resource.path(api_server.namespace)
    for name in ("a", "b"):
        api_server.api.create(path, _build(resource, name))

    with api_server.api.watch(path, labelSelector=OURS, **query) as events:
        first = _seen(events, 2)
        api_server.api.delete(f"{path}/a")
        later = _seen(events, 1)

    assert sorted(first) == [("ADDED", "a"), ("ADDED", "b")]
    assert later == [("DELETED", "a")]


def test_given_a_no_op_write_when_watched_then_no_event_comes(api_server: ApiServer) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    made = api_server.api.create(path, notebook("a"))

    version = made["metadata"]["resourceVersion"]
    with api_server.api.watch(path, resourceVersion=version) as events:
        api_server.api.replace(f"{path}/a", made)
        api_server.api.merge(f"{path}/a", {"spec": {}})
        api_server.api.delete(f"{path}/a")

        assert _seen(events, 1) == [("DELETED", "a")]


@BOTH
def test_given_a_label_selector_when_an_object_leaves_it_then_deleted_comes(
    api_server: ApiServer, resource: Resource
) -> None:
    path = resource.path(api_server.namespace)
    version = _version(api_server, resource)

    with api_server.api.watch(path, resourceVersion=version, labelSelector=OURS) as events:
        api_server.api.create(path, _build(resource, "a"))
        api_server.api.create(path, labelled(_build(resource, "other"), purpose="none"))
        api_server.api.merge(f"{path}/a", {"metadata": {"labels": {"purpose": "none"}}})
        api_server.api.merge(f"{path}/a", {"metadata": {"labels": {"purpose": "watched"}}})

        assert _seen(events, 3) == [("ADDED", "a"), ("DELETED", "a"), ("ADDED", "a")]


def test_given_a_field_selector_when_watched_then_only_that_object_comes(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    version = _version(api_server, NOTEBOOKS)

    query = {"resourceVersion": version, "fieldSelector": "metadata.name=b"}
    with api_server.api.watch(path, **query) as events:
        for name in ("a", "b"):
            api_server.api.create(path, notebook(name))
        api_server.api.delete(f"{path}/b")

        assert _seen(events, 2) == [("ADDED", "b"), ("DELETED", "b")]


def test_given_two_objects_when_one_is_watched_from_nothing_then_only_it_comes(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    api_server.api.create(path, notebook("a"))
    api_server.api.create(path, notebook("b"))

    with api_server.api.watch(path, fieldSelector="metadata.name=a") as events:
        assert _seen(events, 1) == [("ADDED", "a")]


def test_given_all_namespaces_when_watched_then_every_namespace_is_seen(
    api_server: ApiServer,
) -> None:
    label = {"purpose": api_server.namespace}
    selector = f"purpose={api_server.namespace}"
    version = api_server.api.get(NOTEBOOKS.path())["metadata"]["resourceVersion"]

    query = {"resourceVersion": version, "labelSelector": selector}
    with api_server.api.watch(NOTEBOOKS.path(), **query) as events:
        body = labelled(notebook("a"), **label)
        api_server.api.create(NOTEBOOKS.path(api_server.namespace), body)

        event = next(events)

    assert event["object"]["metadata"]["namespace"] == api_server.namespace


@BOTH
def test_given_initial_events_when_asked_for_then_a_bookmark_ends_them(
    api_server: ApiServer, resource: Resource
) -> None:
    path = resource.path(api_server.namespace)
    api_server.api.create(path, _build(resource, "a"))

    query = {
        "sendInitialEvents": "true",
        "allowWatchBookmarks": "true",
        "resourceVersionMatch": "NotOlderThan",
        "labelSelector": OURS,
    }
    with api_server.api.watch(path, **query) as events:
        added, bookmark = islice(events, 2)

    assert (added["type"], added["object"]["metadata"]["name"]) == ("ADDED", "a")
    metadata = bookmark["object"]["metadata"]
    assert bookmark["type"] == "BOOKMARK"
    assert metadata["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert int(metadata["resourceVersion"]) >= int(added["object"]["metadata"]["resourceVersion"])


def _watched_to_the_end(
    api_server: ApiServer, path: str, query: dict[str, str]
) -> list[JsonObject]:
    """The events of a watch with a time limit; of several watches the first with a second one.

    Servers promise no bookmark: a real one leaves it out when it is busy in the last two seconds.
    """

    def watched() -> list[JsonObject]:
        with api_server.api.watch(path, **query) as events:
            return list(events)

    return next((got for _ in range(5) if len(got := watched()) > 1), [])


def test_given_a_time_limit_when_it_passes_then_the_watch_ends_after_a_bookmark(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    version = _version(api_server, NOTEBOOKS)
    api_server.api.create(path, notebook("a"))

    query = {
        "resourceVersion": version,
        "allowWatchBookmarks": "true",
        "timeoutSeconds": "4",
    }
    got = _watched_to_the_end(api_server, path, query)

    assert [e["type"] for e in got[:1]] == ["ADDED"]
    assert {e["type"] for e in got[1:]} == {"BOOKMARK"}
    bookmark = got[-1]["object"]
    assert (bookmark["apiVersion"], bookmark["kind"]) == ("ml.oneblock.ai/v1", "Notebook")
    assert int(bookmark["metadata"]["resourceVersion"]) >= int(version)


@BOTH
@pytest.mark.parametrize(
    "selector",
    [{"labelSelector": OURS}, {"fieldSelector": "metadata.name=a"}],
    ids=["labels", "fields"],
)
def test_given_a_selector_when_bookmarks_are_asked_for_then_they_pass_what_is_not_selected(
    api_server: ApiServer, resource: Resource, selector: dict[str, str]
) -> None:
    path = resource.path(api_server.namespace)
    version = _version(api_server, resource)
    api_server.api.create(path, _build(resource, "a"))
    other = api_server.api.create(path, labelled(_build(resource, "other"), purpose="none"))

    query = {"resourceVersion": version, "allowWatchBookmarks": "true", "timeoutSeconds": "4"}
    got = _watched_to_the_end(api_server, path, query | selector)

    assert _seen(iter(got), 1) == [("ADDED", "a")]
    assert {e["type"] for e in got[1:]} == {"BOOKMARK"}
    passed = int(got[-1]["object"]["metadata"]["resourceVersion"])
    assert passed >= int(other["metadata"]["resourceVersion"])


def test_given_bookmarks_unasked_when_the_time_passes_then_none_comes(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    version = _version(api_server, NOTEBOOKS)

    with api_server.api.watch(path, resourceVersion=version, timeoutSeconds="3") as events:
        assert list(events) == []


def test_given_a_version_from_the_future_when_watched_then_the_server_does_not_invent_events(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    version = str(int(_version(api_server, NOTEBOOKS)) + 1_000_000)

    query = {"resourceVersion": version, "timeoutSeconds": "1"}
    answer = api_server.api.request("GET", path, watch="true", **query)

    added = [line for line in str(answer.body).splitlines() if '"ADDED"' in line]
    assert added == []


@pytest.fixture
def forgetful(server: Server, tmp_path: Path) -> Iterator[tuple[Api, str]]:
    """A server, and a version from before the history of notebooks that it remembers.

    A real one remembers since the kind was made; the sandbox since it was last started.
    """
    if server.is_real:
        api = Api(server.kubeconfig)
        yield api, "1"
        api.close()
        return
    with running_sandbox(tmp_path) as kubeconfig:
        api = Api(kubeconfig)
        create_crds(api)
        version = api.get(NOTEBOOKS.path())["metadata"]["resourceVersion"]
        api.create(NOTEBOOKS.path("default"), notebook("a"))
        api.close()
    with running_sandbox(tmp_path) as kubeconfig:
        api = Api(kubeconfig)
        yield api, version
        api.close()


def test_given_a_version_long_forgotten_when_watched_then_410_expired(
    forgetful: tuple[Api, str],
) -> None:
    api, version = forgetful

    with api.watch(NOTEBOOKS.path(), resourceVersion=version) as events:
        event = next(events)

    assert event["type"] == "ERROR"
    status = event["object"]
    assert (status["kind"], status["code"], status["reason"]) == ("Status", 410, "Expired")
    assert status["message"].startswith(f"too old resource version: {version}")
