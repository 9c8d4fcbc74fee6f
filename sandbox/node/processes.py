"""Process trees: starting one, what it uses, and ending all of it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil

from sandbox.node.census import GONE, Census
from sandbox.node.logfile import LogFile
from sandbox.node.tether import tether

_LONGEST_LINE = 2**16
_LAST_WORDS = 1.0


@dataclass(frozen=True, slots=True)
class Command:
    """What to run; nothing is taken over from our own environment."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path


class Tree:
    """A program and all that it starts.

    Attributes:
        pid: the program's own; once it has ended, the system may give it to another.
        program: the same with its start time; None if it ended before that was known.
        is_out_of_memory: we ended it because it used more than its limit.
    """

    def __init__(self, process: asyncio.subprocess.Process, copying: asyncio.Task[None]) -> None:
        self.pid = process.pid
        self.program = _known(process.pid)
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
                preexec_fn=tether(),
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
        await asyncio.to_thread(kill_tree, self.program, mark)
        code = await self.wait()
        await asyncio.wait([self._copying], timeout=_LAST_WORDS)
        self._copying.cancel()
        return code

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program's process group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


def _known(pid: int) -> psutil.Process | None:
    with suppress(*GONE):
        return psutil.Process(pid)
    return None


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


def memory(pids: Iterable[int], *, limit: int) -> int:
    """Bytes of memory that processes use together.

    The sum of resident sets is cheap but counts shared pages many times; only when it passes the
    limit are the proportional sets asked for (where the system has them), which count them once.
    """
    known = list(pids)
    resident = sum(_resident(pid) for pid in known)
    return resident if resident <= limit else sum(_proportional(pid) for pid in known)


def _resident(pid: int) -> int:
    with suppress(*GONE):
        return int(psutil.Process(pid).memory_info().rss)
    return 0


def _proportional(pid: int) -> int:
    with suppress(*GONE):
        info = psutil.Process(pid).memory_full_info()
        return int(getattr(info, "pss", info.rss))
    return 0


def kill_tree(program: psutil.Process | None, mark: str) -> None:
    """End a container's processes at once, those too whose parents have died.

    ``program`` is None or not running once its number may be another process's.
    """
    root = program.pid if program and program.is_running() else None
    census = Census()
    census.take()
    kill(census.members(root, mark))


def kill(pids: Iterable[int]) -> None:
    """End processes at once."""
    for pid in pids:
        with suppress(*GONE):
            psutil.Process(pid).kill()
