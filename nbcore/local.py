"""The cluster of this machine as a child process of the app."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

END_SECONDS = 8.0
"""What quickstart.py needs at most to end what it started."""


class LocalCluster:
    """Runs quickstart.py and repeats its lines; it ends with this process, however that ends.

    Args:
        command: the program and its arguments.
        ready_line: what it prints when the cluster can be used.
        tell: gets every line.

    Attributes:
        was_ready: whether it could be used at some time.
    """

    def __init__(self, command: list[str], *, ready_line: str, tell: Callable[[str], None]) -> None:
        self._command = command
        self._ready_line = ready_line
        self._tell = tell
        self._process: asyncio.subprocess.Process | None = None
        self.was_ready = False

    async def run(self, on_ready: Callable[[], None]) -> int:
        """Runs it to its end; tells its exit code.

        Args:
            on_ready: called once, in the event loop.
        """
        # A session of its own keeps the terminal's Ctrl-C from it: it ends when we do.
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self._process = process
        if process.stdout is not None:
            async for line in process.stdout:
                text = line.decode(errors="replace").rstrip("\n")
                if text == self._ready_line:
                    self.was_ready = True
                    on_ready()
                self._tell(text)
        return await process.wait()

    async def end(self) -> None:
        """Asks it to end, and makes sure."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), END_SECONDS)
        except TimeoutError:
            process.kill()


def quickstart_command(script: Path, data: Path, address: str) -> list[str]:
    """The command line of quickstart.py. Pure."""
    return [sys.executable, str(script), "--data", str(data), "--address", address]
