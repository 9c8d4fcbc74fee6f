"""The requests under way, so that the process can end although some would go on for ever."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import cast


class OpenStreams:
    """Requests that are being answered; uvicorn would wait for each of them without limit."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self._is_ending = False

    @contextlib.contextmanager
    def tracked(self) -> Iterator[None]:
        """Counts the current task among those that ``end`` ends; ends quietly if it does."""
        task = cast("asyncio.Task[object]", asyncio.current_task())
        self._tasks.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if not self._is_ending:
                raise
        finally:
            self._tasks.discard(task)

    def end(self) -> None:
        """Ends what is under way; call it in the event loop."""
        self._is_ending = True
        for task in self._tasks:
            task.cancel()
