from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from nbcore.local import LocalCluster, quickstart_command

STEPS = "print('one'); print('READY'); print('two'); raise SystemExit(3)"
UNTIL_EOF = "import sys; print('READY', flush=True); sys.stdin.read(); print('over')"


def cluster(script: str, told: list[str]) -> LocalCluster:
    command = [sys.executable, "-uc", script]
    return LocalCluster(command, ready_line="READY", tell=told.append)


async def test_given_a_start_when_it_runs_then_lines_readiness_and_exit_code_are_told() -> None:
    told: list[str] = []
    at_ready: list[list[str]] = []

    local = cluster(STEPS, told)
    code = await local.run(lambda: at_ready.append([*told]))

    assert code == 3
    assert local.was_ready
    assert told == ["one", "READY", "two"]
    assert at_ready == [["one"]]


async def test_given_a_running_start_when_ended_then_it_ends_by_itself() -> None:
    told: list[str] = []
    ready = asyncio.Event()
    local = cluster(UNTIL_EOF, told)
    running = asyncio.create_task(local.run(ready.set))
    await asyncio.wait_for(ready.wait(), 10)

    await local.end()

    assert await asyncio.wait_for(running, 5) == 0
    assert told == ["READY", "over"]


async def test_given_a_start_that_ends_early_when_it_ran_then_it_was_never_ready() -> None:
    local = cluster("print('no')", told := [])

    assert await local.run(lambda: told.append("ready")) == 0
    assert told == ["no"]
    assert not local.was_ready


async def test_given_nothing_started_when_ended_then_nothing_happens() -> None:
    told: list[str] = []

    await cluster(STEPS, told).end()

    assert told == []


def test_given_a_folder_when_started_then_it_is_named_in_the_command() -> None:
    command = quickstart_command(Path("/q.py"), Path("/data"), "http://localhost:1")

    assert command[1:] == ["/q.py", "--data", "/data", "--address", "http://localhost:1"]
