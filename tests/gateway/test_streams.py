from __future__ import annotations

import asyncio

import pytest

from gateway.streams import OpenStreams


async def test_given_open_requests_when_ended_then_each_returns_quietly() -> None:
    streams = OpenStreams()
    begun = asyncio.Semaphore(0)

    async def request() -> None:
        with streams.tracked():
            begun.release()
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(request()) for _ in range(3)]
    for _ in tasks:
        await begun.acquire()

    streams.end()

    assert await asyncio.wait_for(asyncio.gather(*tasks), 1) == [None] * 3


async def test_given_a_cancelled_request_when_nothing_ends_then_it_stays_cancelled() -> None:
    streams = OpenStreams()

    async def request() -> None:
        with streams.tracked():
            await asyncio.Event().wait()

    task = asyncio.create_task(request())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
