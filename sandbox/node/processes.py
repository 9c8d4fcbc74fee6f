"""Process trees: starting one, what it uses, and ending all of it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil

from sandbox.node.environment import MARK
from sandbox.node.logfile import LogFile

_LONGEST_LINE = 2**16
_LAST_WORDS = 1.0
_PROC = Path("/proc")
_GONE = (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess)


@dataclass(frozen=True, slots=True)
class Command:
    """What to run; nothing is taken over from our own environment."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path


class Tree:
    """A program and all that it starts.

    Attributes:
        pid: the program's own.
        is_out_of_memory: we ended it because it used more than its limit.
    """

    def __init__(self, process: asyncio.subprocess.Process, copying: asyncio.Task[None]) -> None:
        self.pid = process.pid
        self.is_out_of_memory = False
        self._process = process
        self._copying = copying

    @classmethod
    async def start(cls, command: Command, log: LogFile, clock: Callable[[], datetime]) -> Tree:
        """Start a program in a session of its own.

        Raises:
            OSError: there is no such program, or it can't be run.
        """
        # A pipe of our own: with asyncio's, wait() would not return before every child of the
        # program has closed its output.
        source, sink = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *command.argv,
                env=dict(command.environment),
                cwd=command.directory,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        except BaseException:
            os.close(source)
            raise
        finally:
            os.close(sink)
        return cls(process, asyncio.create_task(_copy_output(source, log, clock)))

    async def wait(self) -> int:
        """The exit code of the program; 128 + n when signal n ended it."""
        code = await self._process.wait()
        return 128 - code if code < 0 else code

    @property
    def is_running(self) -> bool:
        """Whether the program itself has not ended."""
        return self._process.returncode is None

    async def end(self, mark: str, grace: float) -> int:
        """End everything: ask the program, wait ``grace`` seconds, then kill what is left.

        As in a container, what the program started does not outlive it.
        """
        if self.is_running and grace > 0:
            self.signal(signal.SIGTERM)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wait(), grace)
        await asyncio.to_thread(kill_tree, self.pid, mark)
        code = await self.wait()
        await asyncio.wait([self._copying], timeout=_LAST_WORDS)
        self._copying.cancel()
        return code

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program's process group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


async def _copy_output(source: int, log: LogFile, clock: Callable[[], datetime]) -> None:
    """Write what comes out of a pipe to a log, until its other end is closed."""
    stream = asyncio.StreamReader(limit=_LONGEST_LINE)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(source, "rb", buffering=0)
    )
    try:
        while piece := await _line(stream):
            log.write(clock(), piece)
    finally:
        transport.close()
        log.close()


async def _line(stream: asyncio.StreamReader) -> bytes:
    """The next line, or as much of a very long one as fits the buffer."""
    try:
        return await stream.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        return error.partial
    except asyncio.LimitOverrunError as error:
        return await stream.read(error.consumed or _LONGEST_LINE)


def parents() -> dict[int, int]:
    """The parent of every process of this machine."""
    if (_PROC / "self/stat").exists():
        # Four times as fast as psutil, and asked every second.
        return dict(_read_parents())
    return {process.pid: process.info["ppid"] for process in psutil.process_iter(["ppid"])}


def _read_parents() -> Iterator[tuple[int, int]]:
    for pid in psutil.pids():
        with suppress(OSError):
            # The name before the last bracket may hold anything, brackets and spaces too.
            after_name = (_PROC / f"{pid}/stat").read_bytes().rpartition(b")")[2]
            yield pid, int(after_name.split(maxsplit=2)[1])


def descendants(root: int, parent_of: Mapping[int, int]) -> set[int]:
    """A process and all that it started, directly or not. Pure."""
    children: dict[int, list[int]] = {}
    for pid, parent in parent_of.items():
        children.setdefault(parent, []).append(pid)
    found, waiting = set[int](), [root]
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting.extend(children.get(pid, ()))
    return found


def memory(pids: Iterable[int], *, limit: int) -> int:
    """Bytes of memory that processes use together.

    The sum of resident sets is cheap but counts shared pages many times; only when it passes the
    limit are the proportional sets asked for (where the system has them), which count them once.
    """
    known = list(pids)
    resident = sum(_resident(pid) for pid in known)
    return resident if resident <= limit else sum(_proportional(pid) for pid in known)


def _resident(pid: int) -> int:
    with suppress(*_GONE):
        return int(psutil.Process(pid).memory_info().rss)
    return 0


def _proportional(pid: int) -> int:
    with suppress(*_GONE):
        info = psutil.Process(pid).memory_full_info()
        return int(getattr(info, "pss", info.rss))
    return 0


def kill_tree(root: int, mark: str) -> None:
    """End a container's processes at once, those too whose parents have died."""
    kill(marked(mark) | (descendants(root, parents()) if psutil.pid_exists(root) else set()))


def marked(mark: str) -> set[int]:
    """All processes that carry a mark in their environment, whoever their parent is now."""
    return {process.pid for process in psutil.process_iter() if mark_of(process) == mark}


def mark_of(process: psutil.Process) -> str:
    """The container to which a process belongs; "" for none of ours."""
    with suppress(*_GONE, OSError):
        return process.environ().get(MARK, "")
    return ""


def kill(pids: Iterable[int]) -> None:
    """End processes at once."""
    for pid in pids:
        with suppress(*_GONE):
            psutil.Process(pid).kill()
