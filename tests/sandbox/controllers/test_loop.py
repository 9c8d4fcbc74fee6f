from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from sandbox.client import ApiError
from sandbox.controllers.loop import WorkQueue, work
from sandbox.controllers.objects import Key

A, B = Key("demo", "a"), Key("demo", "b")


async def test_given_a_key_added_twice_when_taken_then_it_is_handed_out_once() -> None:
    queue = WorkQueue()
    queue.add(A)
    queue.add(A)
    queue.add(B)

    assert [await queue.get(), await queue.get()] == [A, B]
    queue.add(A)
    assert await queue.get() == A


async def test_given_two_delays_when_they_pass_then_the_later_one_counts() -> None:
    queue = WorkQueue()
    queue.add_after(A, 1000)
    queue.add_after(A, 0.01)

    async with asyncio.timeout(10):
        assert await queue.get() == A


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ApiError(409, "Conflict", "changed", {}), id="conflict"),
        pytest.param(OSError("network"), id="network"),
        pytest.param(KeyError("a defect of ours"), id="defect"),
    ],
)
async def test_given_a_failing_key_when_worked_on_then_it_is_tried_again_and_others_go_on(
    error: Exception,
) -> None:
    queue, done, seen = WorkQueue(), asyncio.Event(), []

    async def reconcile(key: Key) -> None:
        seen.append(key)
        if key == A and seen.count(A) == 1:
            raise error
        if seen.count(A) == 2:
            done.set()
        await asyncio.sleep(0)

    queue.add(A)
    queue.add(B)
    task = asyncio.create_task(work("test", queue, reconcile))
    async with asyncio.timeout(10):
        await done.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    assert seen == [A, B, A]


async def test_given_a_reconcile_that_wants_to_look_again_when_time_passes_then_it_does() -> None:
    queue, calls = WorkQueue(), asyncio.Queue[Key]()

    async def reconcile(key: Key) -> float:
        calls.put_nowait(key)
        await asyncio.sleep(0)
        return 0.01

    queue.add(A)
    task = asyncio.create_task(work("test", queue, reconcile))
    async with asyncio.timeout(10):
        assert [await calls.get(), await calls.get()] == [A, A]
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
