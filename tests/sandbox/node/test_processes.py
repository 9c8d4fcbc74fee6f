from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.node.environment import MARK
from sandbox.node.logfile import LogFile, lines, parse
from sandbox.node.processes import Command, Tree, descendants, marked, memory


def clock() -> datetime:
    return datetime.now(UTC)


async def started(folder: Path, script: str) -> Tree:
    environment = {"PATH": os.environ["PATH"], MARK: str(folder)}
    command = Command(("bash", "-c", script), environment, folder)
    return await Tree.start(command, LogFile(folder / "log"), clock)


def said(folder: Path) -> list[bytes]:
    return [parse(line)[1] for line in lines(folder / "log")]


async def test_given_a_program_when_it_ends_then_its_code_and_words_are_known(
    tmp_path: Path,
) -> None:
    tree = await started(tmp_path, "echo out; echo err >&2; printf 'no end'; exit 7")

    assert await tree.wait() == 7
    await tree.end(str(tmp_path), grace=0)

    assert said(tmp_path) == [b"out\n", b"err\n", b"no end\n"]


async def test_given_a_signal_when_it_ends_a_program_then_the_code_says_which(
    tmp_path: Path,
) -> None:
    tree = await started(tmp_path, "kill -9 $$")

    assert await tree.wait() == 128 + signal.SIGKILL
    await tree.end(str(tmp_path), grace=0)


async def test_given_children_in_sessions_of_their_own_when_the_program_ends_then_they_end_too(
    tmp_path: Path,
) -> None:
    tree = await started(tmp_path, "setsid sleep 1000 & sleep 0.2; exit 0")
    await tree.wait()
    assert marked(str(tmp_path))

    await tree.end(str(tmp_path), grace=0)

    assert marked(str(tmp_path)) == set()


async def test_given_one_endless_line_when_copied_then_it_is_cut_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    tree = await started(tmp_path, "head -c 300000 /dev/zero | tr '\\0' x")

    async with asyncio.timeout(20):
        await tree.wait()
        await tree.end(str(tmp_path), grace=0)

    assert sum(len(line.rstrip()) for line in said(tmp_path)) == 300_000


async def test_given_no_such_program_when_started_then_the_error_names_it(tmp_path: Path) -> None:
    command = Command(("no-such-program",), {"PATH": "/nowhere"}, tmp_path)
    log = LogFile(tmp_path / "log")

    with pytest.raises(OSError, match="no-such-program"):
        await Tree.start(command, log, clock)
    log.close()


def test_given_parents_when_followed_then_all_descendants_are_found() -> None:
    parent_of = {1: 0, 2: 1, 3: 2, 4: 2, 5: 1, 6: 6}

    assert descendants(2, parent_of) == {2, 3, 4}
    assert descendants(6, parent_of) == {6}


def test_given_our_own_process_when_measured_then_it_has_a_size() -> None:
    pid = os.getpid()

    resident = memory([pid], limit=2**40)
    shared_once = memory([pid, pid], limit=0)

    assert resident > 2**20
    assert 0 < shared_once <= 2 * resident
    assert memory([2**22 + 1], limit=0) == 0
