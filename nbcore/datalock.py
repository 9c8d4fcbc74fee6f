"""One start at a time in a data folder; a second one is told who was first."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from nbcore.errors import NbError

# Seconds that the children of a holder that was killed may need to end.
_HANDOVER_SECONDS = 10


class HeldError(NbError):
    """The data folder is in use."""


class UnusableError(NbError):
    """The data folder can't be made or written to."""


def hold(data: Path, *, address: str, now: datetime) -> int:
    """Takes a data folder for this process and its children; tells the lock's file descriptor.

    Give the descriptor to the children: after a kill -9 of this process the folder is free only
    when the last of them has ended, for which a short while is waited.

    Args:
        data: the folder; made if it is missing.
        address: where people find the holder, for the sentence; "" if nowhere.
        now: the start of this process, in UTC.

    Raises:
        HeldError: with a sentence that says by whom, since when, and what to do.
        UnusableError: with a sentence that says what is wrong with the folder.
    """
    path = data / "lock"
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        _take(lock, path)
        _write_card(lock, address=address, now=now)
    except OSError as error:
        raise UnusableError(unusable_sentence(data, error)) from error
    return lock


def _take(lock: int, path: Path) -> None:
    deadline = time.monotonic() + _HANDOVER_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            holder = _holder(path)
            if _is_alive(holder) or time.monotonic() > deadline:
                os.close(lock)
                raise HeldError(held_sentence(path.parent, holder)) from None
        time.sleep(0.05)


def _write_card(lock: int, *, address: str, now: datetime) -> None:
    card = {
        "pid": os.getpid(),
        "started": psutil.Process().create_time(),
        "since": f"{now:%Y-%m-%d %H:%M:%S} UTC",
        "address": address,
    }
    os.truncate(lock, 0)
    os.write(lock, json.dumps(card).encode())


def held_sentence(data: Path, holder: Mapping[str, Any]) -> str:
    """Who uses the folder, and how to go on. Pure."""
    where = f", app at {holder['address']}" if holder.get("address") else ""
    return (
        f"{data} is in use by process {holder.get('pid', '?')} since {holder.get('since', '?')}"
        f"{where}. End that one, or use another folder: make run DATA=... PORT=..."
    )


def unusable_sentence(data: Path, error: OSError) -> str:
    """What is wrong with the folder, and how to go on. Pure."""
    reason = error.strerror or str(error)
    where = f" ({error.filename})" if error.filename and str(error.filename) != str(data) else ""
    return f"{data} can't be used: {reason}{where}. Use another folder: make run DATA=..."


def _holder(path: Path) -> dict[str, Any]:
    try:
        holder = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return holder if isinstance(holder, dict) else {}


def _is_alive(holder: Mapping[str, Any]) -> bool:
    """Whether the process of a card still runs; its number alone may be another one's by now."""
    try:
        process = psutil.Process(int(holder["pid"]))
        is_running = process.status() != psutil.STATUS_ZOMBIE
        return is_running and abs(process.create_time() - float(holder["started"])) < 1
    except (KeyError, TypeError, ValueError, psutil.Error):
        return False
