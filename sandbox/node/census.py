"""Which processes of this machine belong to a container: by their parents, or by its mark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from sandbox.node.environment import MARK

_PROC = Path("/proc")
GONE = (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess)
_PARENT, _STARTED = 1, 19  # Among the fields of /proc/PID/stat after the name.


@dataclass(frozen=True, slots=True)
class Entry:
    """One process; with its pid, ``started`` tells it from every other one since the boot."""

    parent: int
    started: float


class Census:
    """All processes, counted again at each ``take``.

    The environment of a process is read when it is first seen, and if it has no mark once more:
    while a program replaces another, it has none. That is cheap enough to be done every second.
    """

    def __init__(self) -> None:
        self._marks: dict[tuple[int, float], str] = {}
        self._foreign: set[tuple[int, float]] = set()
        self._parents: dict[int, int] = {}

    def take(self) -> None:
        """Count."""
        entries = processes()
        keys = [(pid, entry.started) for pid, entry in entries.items()]
        before, self._foreign = self._marks, self._foreign.intersection(keys)
        self._marks = {}
        for key in keys:
            if key not in self._foreign:
                self._marks[key] = before.get(key) or _mark_of_pid(key[0])
                if key in before and not self._marks[key]:
                    self._foreign.add(key)
        self._parents = {pid: entry.parent for pid, entry in entries.items()}

    def members(self, root: int | None, mark: str) -> set[int]:
        """The container's processes: all that carry its mark, its program, and what they started.

        ``root`` is None when the program has ended.
        """
        roots = {pid for (pid, _), found in self._marks.items() if found == mark}
        return descendants(roots if root is None else {*roots, root}, self._parents)


def processes() -> dict[int, Entry]:
    """Every process of this machine."""
    if (_PROC / "self/stat").exists():
        # Four times as fast as psutil, and asked every second.
        return dict(_read_processes())
    return {
        process.pid: Entry(process.info["ppid"], process.info["create_time"])
        for process in psutil.process_iter(["ppid", "create_time"])
    }


def _read_processes() -> Iterator[tuple[int, Entry]]:
    for pid in psutil.pids():
        with suppress(OSError):
            # The name before the last bracket may hold anything, brackets and spaces too.
            after_name = (_PROC / f"{pid}/stat").read_bytes().rpartition(b")")[2].split()
            yield pid, Entry(int(after_name[_PARENT]), float(after_name[_STARTED]))


def descendants(roots: Iterable[int], parent_of: Mapping[int, int]) -> set[int]:
    """Processes and all that they started, directly or not. Pure."""
    children: dict[int, list[int]] = {}
    for pid, parent in parent_of.items():
        children.setdefault(parent, []).append(pid)
    found, waiting = set[int](), list(roots)
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting.extend(children.get(pid, ()))
    return found


def marked(mark: str) -> set[int]:
    """All processes that carry a mark in their environment, whoever their parent is now."""
    return {process.pid for process in psutil.process_iter() if mark_of(process) == mark}


def mark_of(process: psutil.Process) -> str:
    """The container to which a process belongs; "" for none of ours."""
    with suppress(*GONE, OSError):
        return process.environ().get(MARK, "")
    return ""


def _mark_of_pid(pid: int) -> str:
    with suppress(*GONE):
        return mark_of(psutil.Process(pid))
    return ""
