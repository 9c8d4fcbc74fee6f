from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sandbox.api import pipeline
from sandbox.api.context import World
from sandbox.api.local import LocalClient
from sandbox.api.store import HISTORY_LENGTH
from sandbox.api.watches import Event
from sandbox.client import EventType
from tests.sandbox.api.objects import CONFIG_MAPS, Object, config_map

ADDED, MODIFIED, DELETED = EventType.ADDED, EventType.MODIFIED, EventType.DELETED


def _watch(world: World, client: LocalClient, **query: str) -> AsyncIterator[Event]:
    request = client.request("GET", CONFIG_MAPS, {"watch": "true", **query})
    return pipeline.watch(world, request).events()


async def _take(events: AsyncIterator[Event], count: int) -> list[tuple[EventType, Object]]:
    async with asyncio.timeout(5):
        return [(kind, obj) async for kind, obj, _ in _first(events, count)]


async def _first(events: AsyncIterator[Event], count: int) -> AsyncIterator[Event]:
    for _ in range(count):
        yield await anext(events)


def _said(events: list[tuple[EventType, Object]]) -> list[tuple[EventType, str]]:
    return [(kind, obj["metadata"]["name"]) for kind, obj in events]


async def test_given_a_version_when_watched_then_what_came_after_and_comes(
    world: World, client: LocalClient
) -> None:
    await client.create(CONFIG_MAPS, config_map("before"))
    version = str(world.store.revision)
    await client.create(CONFIG_MAPS, config_map("missed"))
    events = _watch(world, client, resourceVersion=version)

    await client.patch(f"{CONFIG_MAPS}/missed", {"data": {"a": "1"}})
    await client.delete(f"{CONFIG_MAPS}/before")

    assert _said(await _take(events, 3)) == [
        (ADDED, "missed"),
        (MODIFIED, "missed"),
        (DELETED, "before"),
    ]


async def test_given_no_version_when_watched_then_what_is_there_first(
    world: World, client: LocalClient
) -> None:
    await client.create(CONFIG_MAPS, config_map("a"))
    events = _watch(world, client)

    await client.create(CONFIG_MAPS, config_map("b"))

    assert _said(await _take(events, 2)) == [(ADDED, "a"), (ADDED, "b")]


async def test_given_a_selector_when_labels_change_then_objects_come_and_go(
    world: World, client: LocalClient
) -> None:
    events = _watch(world, client, labelSelector="a=1", resourceVersion=str(world.store.revision))
    await client.create(CONFIG_MAPS, config_map("x"))
    for value in ("1", "1", None):
        labels = {"a": value, "b": str(world.store.revision)}
        await client.patch(f"{CONFIG_MAPS}/x", {"metadata": {"labels": labels}})
    await client.delete(f"{CONFIG_MAPS}/x")
    await client.create(CONFIG_MAPS, config_map("last", labels={"a": "1"}))

    assert _said(await _take(events, 4)) == [
        (ADDED, "x"),
        (MODIFIED, "x"),
        (DELETED, "x"),
        (ADDED, "last"),
    ]


async def test_given_a_deletion_when_watched_then_the_last_state_with_its_version(
    world: World, client: LocalClient
) -> None:
    await client.create(CONFIG_MAPS, config_map("x", {"a": "1"}))
    events = _watch(world, client, resourceVersion=str(world.store.revision))
    await client.delete(f"{CONFIG_MAPS}/x")

    [(_, obj)] = await _take(events, 1)

    assert obj["data"] == {"a": "1"}
    assert obj["metadata"]["resourceVersion"] == str(world.store.revision)


async def test_given_a_version_too_old_when_watched_then_an_error_and_the_end(
    world: World, client: LocalClient
) -> None:
    body = config_map("x", namespace="demo")
    for _ in range(HISTORY_LENGTH + 1):
        world.store.put("secrets", body)

    events = [event async for event in _watch(world, client, resourceVersion="1")]

    [(kind, status, _)] = events
    assert kind is EventType.ERROR
    assert (status["code"], status["reason"]) == (410, "Expired")


async def test_given_a_timeout_when_nothing_happens_then_a_bookmark_and_the_end(
    world: World, client: LocalClient
) -> None:
    query = {"timeoutSeconds": "1", "allowWatchBookmarks": "true"}
    version = str(world.store.revision)

    events = [e async for e in _watch(world, client, resourceVersion=version, **query)]

    [(kind, obj, _)] = events
    assert kind is EventType.BOOKMARK
    assert obj["metadata"]["resourceVersion"] == version


async def test_given_a_wish_for_initial_events_when_watched_then_their_end_is_marked(
    world: World, client: LocalClient
) -> None:
    await client.create(CONFIG_MAPS, config_map("a"))
    query = {"sendInitialEvents": "true", "allowWatchBookmarks": "true"}

    events = await _take(_watch(world, client, **query), 2)

    assert events[1][0] is EventType.BOOKMARK
    assert events[1][1]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
