"""Server processes that tests start: logs kept, ended with the tests however those end."""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 10.0
_PR_SET_PDEATHSIG = 1


class StartError(Exception):
    """A server that did not become ready; the message holds the end of its log."""


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on at the moment, all different."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(s.getsockname()[1]) for s in sockets]
    for s in sockets:
        s.close()
    return ports


@dataclass(frozen=True, slots=True)
class Process:
    """One running server and its log."""

    name: str
    log: Path
    popen: subprocess.Popen[bytes] = field(repr=False)

    @classmethod
    def start(cls, name: str, command: Sequence[str], *, log: Path, cwd: Path) -> Process:
        """Starts a command that gets SIGKILL when this thread ends (Linux; see prctl(2))."""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            popen = subprocess.Popen(
                command,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal is for pytest alone; it stops the servers in order.
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 the only way to have no orphans after kill -9 of pytest
            )
        return cls(name, log, popen)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.popen.poll() is None

    def log_end(self, lines: int = 30) -> str:
        """The last lines of the log, headed by what became of the process."""
        state = "running" if self.is_running else f"ended with code {self.popen.returncode}"
        content = self.log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join([f"--- {self.name}: {state}; the end of {self.log}:", *content])

    def stop(self) -> None:
        """Ends it: SIGTERM, and SIGKILL if it is still there after 10 s."""
        if self.is_running:
            self.popen.send_signal(signal.SIGTERM)
        try:
            self.popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


def wait_until(
    is_ready: Callable[[], bool], *, what: str, processes: Sequence[Process], seconds: float
) -> None:
    """Asks every 50 ms until ready.

    Raises:
        StartError: time is up, or one of the processes ended; with the end of every log.
    """
    deadline = time.monotonic() + seconds
    while not is_ready():
        if time.monotonic() > deadline or not all(p.is_running for p in processes):
            ends = "\n".join(p.log_end() for p in processes)
            raise StartError(f"{what} was not ready after {seconds:g} s\n{ends}")
        time.sleep(0.05)


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
