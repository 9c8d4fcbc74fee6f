from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from sandbox.node.census import marked
from sandbox.node.environment import MARK
from sandbox.node.logfile import LogFile, lines, parse
from sandbox.node.processes import Command, Tree, kill_tree, memory
from tests.sandbox.node.conftest import eventually

LAST_PID = Path("/proc/sys/kernel/ns_last_pid")
PARENT = """
import asyncio, datetime, pathlib, sys
from sandbox.node.logfile import LogFile
from sandbox.node.processes import Command, Tree
folder = pathlib.Path(sys.argv[1])
async def main():
    command = Command(("sleep", "1000"), {"SANDBOX_CONTAINER": str(folder)}, folder)
    await Tree.start(command, LogFile(folder / "log"), datetime.datetime.now)
    await asyncio.sleep(1000)
asyncio.run(main())
"""


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


def _process_with_number(pid: int) -> subprocess.Popen[bytes] | None:
    """A process of another's that got a number; None if somebody else was faster."""
    LAST_PID.write_text(str(pid - 1))
    process = subprocess.Popen(["sleep", "1000"])
    if process.pid == pid:
        return process
    process.kill()
    process.wait()
    return None


@pytest.mark.skipif(
    not os.access(LAST_PID, os.W_OK), reason=f"{LAST_PID} can't be written: no number can be chosen"
)
def test_given_a_number_that_went_to_another_process_when_ended_then_that_one_lives() -> None:
    ended = subprocess.Popen(["sleep", "1000"])
    program = psutil.Process(ended.pid)
    ended.kill()
    ended.wait()
    # The kernel tells start times in hundredths of a second: within one, two are alike.
    time.sleep(0.05)
    tries = (_process_with_number(ended.pid) for _ in range(50))
    another = next(process for process in tries if process)

    kill_tree(program, "no-such-mark")

    with pytest.raises(subprocess.TimeoutExpired):
        another.wait(0.3)
    another.kill()
    another.wait()


async def test_given_a_sandbox_that_is_killed_when_gone_then_its_programs_end_too(
    tmp_path: Path,
) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(tmp_path), cwd=Path(__file__).parents[3]
    )
    await eventually(lambda: len(marked(str(tmp_path))) == 1)

    parent.kill()
    await parent.wait()

    await eventually(lambda: marked(str(tmp_path)) == set())


def test_given_our_own_process_when_measured_then_it_has_a_size() -> None:
    pid = os.getpid()

    resident = memory([pid], limit=2**40)
    shared_once = memory([pid, pid], limit=0)

    assert resident > 2**20
    assert 0 < shared_once <= 2 * resident
    assert memory([2**22 + 1], limit=0) == 0
