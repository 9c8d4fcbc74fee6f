from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from controller.workqueue import WorkQueue


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(clock: Clock) -> WorkQueue[str]:
    return WorkQueue(clock, lambda: 0.0)


def test_given_a_key_when_added_twice_then_it_is_handed_out_once(queue: WorkQueue[str]) -> None:
    for key in ("a", "b", "a"):
        queue.add(key)

    assert (queue.take(), queue.take()) == ("a", "b")
    assert len(queue) == 0


def test_given_a_key_in_work_when_added_then_it_comes_again_after_it_is_done(
    queue: WorkQueue[str],
) -> None:
    queue.add("a")
    queue.take()
    queue.add("a")
    queue.add("b")
    assert len(queue) == 2

    assert queue.take() == "b"
    queue.done("a")

    assert queue.take() == "a"


def test_given_a_key_when_done_without_being_added_again_then_it_is_gone(
    queue: WorkQueue[str],
) -> None:
    queue.add("a")
    queue.take()
    queue.done("a")

    assert len(queue) == 0


def test_given_delays_when_time_passes_then_the_earliest_wish_counts_and_only_once(
    queue: WorkQueue[str], clock: Clock
) -> None:
    queue.add_after("a", 10)
    queue.add_after("a", 5)
    queue.add_after("a", 20)
    queue.add_after("b", 7)

    clock.now = 30

    assert [queue.take(), queue.take()] == ["a", "b"]
    assert len(queue) == 0


def test_given_failures_in_a_row_when_retried_then_the_delay_grows_until_forgotten(
    queue: WorkQueue[str],
) -> None:
    assert [queue.retry("a"), queue.retry("a"), queue.retry("b")] == [0.2, 0.4, 0.2]

    queue.forget("a")

    assert queue.retry("a") == 0.2


def test_given_a_server_that_names_a_time_when_retried_then_not_before_it(
    queue: WorkQueue[str],
) -> None:
    assert queue.retry("a", at_least=5.0) == 5.0
    assert queue.retry("a", at_least=0.1) == 0.4


def test_given_a_worker_that_waits_when_a_key_is_added_then_it_gets_it(
    queue: WorkQueue[str],
) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(queue.take)
        queue.add("a")

        assert waiting.result(5) == "a"


def test_given_workers_that_wait_when_closed_then_each_gets_none(queue: WorkQueue[str]) -> None:
    queue.add_after("later", 1000)
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(queue.take) for _ in range(3)]
        queue.close()

        assert [each.result(5) for each in waiting] == [None, None, None]


def test_given_many_workers_when_a_key_is_added_all_the_time_then_one_has_it_at_a_time(
    clock: Clock,
) -> None:
    queue: WorkQueue[str] = WorkQueue(clock, lambda: 0.0)
    busy = threading.Lock()
    overlaps: list[str] = []
    rounds: list[str] = []

    def work() -> None:
        while (key := queue.take()) is not None:
            if not busy.acquire(blocking=False):
                overlaps.append(key)
            else:
                queue.add(key)
                rounds.append(key)
                busy.release()
            if len(rounds) >= 200:
                queue.close()
            queue.done(key)

    queue.add("a")
    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(work) for _ in range(4)]:
            each.result(20)

    assert overlaps == []
    assert len(rounds) >= 200
