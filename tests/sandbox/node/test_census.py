from __future__ import annotations

import asyncio
import os
from pathlib import Path

import psutil

from sandbox.node.census import Census, descendants, processes
from sandbox.node.environment import MARK
from tests.sandbox.node.conftest import eventually


def test_given_parents_when_followed_then_all_descendants_are_found() -> None:
    parent_of = {1: 0, 2: 1, 3: 2, 4: 2, 5: 1, 6: 6}

    assert descendants([2], parent_of) == {2, 3, 4}
    assert descendants([4, 5], parent_of) == {4, 5}
    assert descendants([6], parent_of) == {6}


def test_given_our_own_process_when_counted_then_parent_and_start_are_those_of_the_system() -> None:
    entry = processes()[os.getpid()]

    assert entry.parent == os.getppid()
    assert entry == processes()[os.getpid()]


async def test_given_a_process_that_left_its_parents_when_counted_then_its_mark_finds_it(
    tmp_path: Path,
) -> None:
    environment = {"PATH": os.environ["PATH"], MARK: str(tmp_path)}
    left = await asyncio.create_subprocess_exec(
        "bash", "-c", "setsid sleep 1000 &", env=environment
    )
    await left.wait()
    census = Census()

    def names() -> list[str]:
        census.take()
        return [psutil.Process(pid).name() for pid in census.members(None, str(tmp_path))]

    await eventually(lambda: names() == ["sleep"])
    for pid in census.members(None, str(tmp_path)):
        psutil.Process(pid).kill()
