"""Events live for an hour after they were last written, as on a real server."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sandbox.api.context import World
from sandbox.client import Object

LIFE = timedelta(hours=1)
EVENTS = "events"
_SECONDS_BETWEEN = 60.0


def is_expired(event: Object, now: datetime) -> bool:
    """Whether an event's hour is over. Pure."""
    written = [entry.get("time") for entry in event["metadata"].get("managedFields") or []]
    times = [event["metadata"]["creationTimestamp"], *filter(None, written)]
    return now - datetime.fromisoformat(max(times)) > LIFE


def expire(world: World) -> int:
    """Remove the events whose hour is over; how many those were."""
    now = world.clock()
    old = [stored for stored in world.store.items(EVENTS) if is_expired(stored.object, now)]
    for stored in old:
        world.store.remove(EVENTS, stored)
    return len(old)


async def run(world: World) -> None:
    """Look once a minute, until cancelled."""
    while True:
        expire(world)
        await asyncio.sleep(_SECONDS_BETWEEN)
