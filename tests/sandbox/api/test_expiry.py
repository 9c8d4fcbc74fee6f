from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sandbox.api.context import World
from sandbox.api.expiry import expire
from sandbox.api.local import LocalClient
from tests.sandbox.api.objects import CONFIG_MAPS, Object, config_map

EVENTS = "/api/v1/namespaces/demo/events"


def _event(name: str) -> Object:
    involved = {"kind": "Pod", "name": "x", "namespace": "demo"}
    return {"kind": "Event", "metadata": {"name": name}, "involvedObject": involved}


def _later(world: World, minutes: int) -> World:
    now = world.clock() + timedelta(minutes=minutes)
    return replace(world, clock=lambda: now)


async def test_given_events_when_an_hour_is_over_then_they_go_and_nothing_else(
    world: World, client: LocalClient
) -> None:
    await client.create(EVENTS, _event("old"))
    await client.create(CONFIG_MAPS, config_map("x"))
    await LocalClient(_later(world, 30), "test").create(EVENTS, _event("new"))

    too_early = expire(_later(world, 59))
    gone = expire(_later(world, 61))

    assert (too_early, gone) == (0, 1)
    assert world.find("events", "demo", "new")
    assert world.find("configmaps", "demo", "x")


async def test_given_an_event_that_repeats_when_an_hour_is_over_then_it_stays(
    world: World, client: LocalClient
) -> None:
    await client.create(EVENTS, _event("again"))
    await LocalClient(_later(world, 30), "test").patch(f"{EVENTS}/again", {"count": 2})

    assert expire(_later(world, 61)) == 0
    assert expire(_later(world, 91)) == 1
