"""One sandbox for each data directory."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class InUseError(Exception):
    """The directory belongs to a running sandbox."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(f"{folder} is in use by another sandbox (process {holder or 'unknown'})")


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the directory's lock; the system gives it back however the process ends.

    Raises:
        InUseError: when another process has it.
    """
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
            raise InUseError(folder, holder) from problem
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)
