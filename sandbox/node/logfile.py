"""The log of one run of a container: each line with the time at which it was written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROTATE_AT = 10 * 2**20
_SEPARATOR = b" "


def stamp(now: datetime) -> bytes:
    """The time before a line: RFC 3339, UTC, microseconds. Pure."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").encode()


def parse(line: bytes) -> tuple[datetime, bytes]:
    """When a line was written, and the line itself. Pure."""
    when, _, text = line.partition(_SEPARATOR)
    return datetime.fromisoformat(when.decode()), text


def older(path: Path) -> Path:
    """Where the first part of a log is once it has grown too long. Pure."""
    return path.with_suffix(".log.1")


def forget_before(path: Path, run: int) -> None:
    """Remove the logs of earlier runs: as a kubelet, we keep the last one and the one before."""
    for old in path.parent.glob("*.log*"):
        if int(old.name.partition(".")[0]) < run:
            old.unlink()


class LogFile:
    """Appends lines; at 10 MiB the file becomes the older one, and the one before that is gone."""

    def __init__(self, path: Path, *, rotate_at: int = ROTATE_AT) -> None:
        """``rotate_at`` is in bytes."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path
        self._rotate_at = rotate_at
        self._file = path.open("ab")

    def write(self, now: datetime, line: bytes) -> None:
        """Append one line, with or without its line end."""
        if self._file.tell() > self._rotate_at:
            self._file.close()
            os.replace(self._path, older(self._path))  # noqa: PTH105 atomic, and said so
            self._file = self._path.open("ab")
        self._file.write(stamp(now) + _SEPARATOR + line.rstrip(b"\r\n") + b"\n")
        self._file.flush()

    def close(self) -> None:
        """No more lines."""
        self._file.close()


def lines(path: Path) -> Iterator[bytes]:
    """The lines of one file with their times, oldest first; none when it is not there."""
    if path.exists():
        with path.open("rb") as file:
            yield from file


class Tail:
    """Reads a log that still grows, across its becoming the older one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("rb")
        self._rest = b""

    def __enter__(self) -> Tail:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def new_lines(self) -> list[bytes]:
        """The whole lines since the last call; the first call begins at the beginning."""
        found = self._read()
        if self._is_replaced():
            found += self._read()
            self._file.close()
            self._file = self._path.open("rb")
            found += self._read()
        return found

    def _read(self) -> list[bytes]:
        *whole, self._rest = (self._rest + self._file.read()).split(b"\n")
        return [line + b"\n" for line in whole]

    def _is_replaced(self) -> bool:
        return self._path.exists() and not os.path.samestat(
            os.fstat(self._file.fileno()), self._path.stat()
        )


def run_path(folder: Path, container: str, run: int) -> Path:
    """The log of a container's n-th run, from 0. Pure."""
    return folder / "logs" / container / f"{run}.log"
