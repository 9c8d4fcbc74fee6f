from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.client import ApiError, Object
from sandbox.logs import LogQuery
from sandbox.node.logfile import LogFile, Tail, forget_before, lines, older, run_path, stamp
from sandbox.node.logs import DirectoryLogs
from tests.sandbox.memory_api import MemoryApi
from tests.sandbox.objects import container, pod

START = datetime(2026, 1, 1, tzinfo=UTC)
PODS = "/api/v1/namespaces/demo/pods"


def write(path: Path, *texts: str) -> None:
    log = LogFile(path)
    for second, text in enumerate(texts):
        log.write(START + timedelta(seconds=second), text.encode())
    log.close()


async def a_pod(api: MemoryApi, state: Object, *names: str, restarts: int = 0) -> str:
    containers = [container(name) for name in names or ("lab",)]
    statuses = [{"name": "lab", "restartCount": restarts, "state": state}]
    made = {**pod(containers=containers), "status": {"containerStatuses": statuses}}
    return str((await api.create(PODS, made))["metadata"]["uid"])


async def text_of(pieces: AsyncIterator[bytes]) -> str:
    return b"".join([piece async for piece in pieces]).decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(LogQuery(), "one\ntwo\nthree\n", id="all"),
        pytest.param(LogQuery(tail_lines=2), "two\nthree\n", id="the last two"),
        pytest.param(LogQuery(tail_lines=0), "", id="none"),
        pytest.param(LogQuery(since=START + timedelta(seconds=1)), "two\nthree\n", id="since"),
        pytest.param(LogQuery(limit_bytes=6), "one\ntw", id="so many bytes"),
        pytest.param(
            LogQuery(timestamps=True, tail_lines=1),
            "2026-01-01T00:00:02.000000Z three\n",
            id="with times",
        ),
        pytest.param(LogQuery(follow=True), "one\ntwo\nthree\n", id="followed after its end"),
    ],
)
async def test_given_a_log_when_read_then_the_query_is_followed(
    tmp_path: Path, query: LogQuery, expected: str
) -> None:
    api = MemoryApi()
    uid = await a_pod(api, {"terminated": {}})
    write(run_path(tmp_path / uid, "lab", 0), "one", "two", "three")

    assert await text_of(DirectoryLogs(api, tmp_path).read("demo", "lab-0", query)) == expected


async def test_given_a_running_container_when_followed_then_new_lines_come(
    tmp_path: Path,
) -> None:
    api = MemoryApi()
    uid = await a_pod(api, {"running": {}})
    path = run_path(tmp_path / uid, "lab", 0)
    write(path, "one")
    pieces = DirectoryLogs(api, tmp_path).read("demo", "lab-0", LogQuery(follow=True))

    first = await anext(pieces)
    write(path, "two")
    async with asyncio.timeout(10):
        second = await anext(pieces)
        await api.delete(f"{PODS}/lab-0")
        rest = await text_of(pieces)

    assert (first, second, rest) == (b"one\n", b"two\n", "")


async def test_given_earlier_runs_when_the_previous_is_asked_then_it_is_the_one_before(
    tmp_path: Path,
) -> None:
    api = MemoryApi()
    uid = await a_pod(api, {"running": {}}, restarts=10)
    for run in (8, 9, 10):
        write(run_path(tmp_path / uid, "lab", run), f"run {run}")
    logs = DirectoryLogs(api, tmp_path)

    assert await text_of(logs.read("demo", "lab-0", LogQuery(previous=True))) == "run 9\n"
    assert await text_of(logs.read("demo", "lab-0", LogQuery())) == "run 10\n"


@pytest.mark.parametrize(
    ("query", "containers", "words"),
    [
        pytest.param(LogQuery(), ("lab",), "waiting to start: ContainerCreating", id="too early"),
        pytest.param(LogQuery(container="x"), ("lab",), "container x is not valid", id="unknown"),
        pytest.param(LogQuery(), ("lab", "b"), "choose one of: \\[lab b\\]", id="which one"),
        pytest.param(LogQuery(), ("../x",), "container ../x is not valid", id="climbing"),
        pytest.param(LogQuery(previous=True), ("lab",), "previous terminated", id="no other run"),
    ],
)
async def test_given_no_such_log_when_read_then_the_answer_says_why(
    tmp_path: Path, query: LogQuery, containers: tuple[str, ...], words: str
) -> None:
    api = MemoryApi()
    await a_pod(api, {"waiting": {"reason": "ContainerCreating"}}, *containers)

    with pytest.raises(ApiError, match=words):
        await text_of(DirectoryLogs(api, tmp_path).read("demo", "lab-0", query))


def test_given_many_runs_when_the_next_begins_then_only_the_last_one_is_kept(
    tmp_path: Path,
) -> None:
    for run in range(12):
        write(run_path(tmp_path, "lab", run), "x")

    forget_before(run_path(tmp_path, "lab", 12), 11)

    assert [path.name for path in (tmp_path / "logs" / "lab").iterdir()] == ["11.log"]


def test_given_a_long_log_when_it_grows_then_it_becomes_the_older_one(tmp_path: Path) -> None:
    path = tmp_path / "0.log"
    log = LogFile(path, rotate_at=60)
    with Tail(path) as tail:
        log.write(START, b"a" * 50)
        seen = tail.new_lines()
        log.write(START, b"b\r\n")
        seen += tail.new_lines()
        log.close()

    assert [line.split()[1][:1] for line in seen] == [b"a", b"b"]
    assert [line.split()[1][:1] for line in lines(older(path))] == [b"a"]
    assert list(lines(path)) == [stamp(START) + b" b\n"]
