"""The requests under way, so that each of them can be ended from elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import cast

from gateway.visitors import Visitor
from nbcore.access import Question

SIGNED_OUT = 4401
"""Close code of a WebSocket whose session has ended."""
FORBIDDEN = 4403
"""Close code of a WebSocket whose visitor may not be here any more."""


class Stream:
    """One request that is being answered; ``with`` counts it.

    Attributes:
        visitor: whose it is, once that is known.
        question: what the visitor must be allowed to, for as long as it lasts.
        code: why it was ended: 0 when it was not.
    """

    __slots__ = ("_streams", "_task", "code", "question", "visitor")

    def __init__(self, streams: OpenStreams) -> None:
        self._streams = streams
        self._task = cast("asyncio.Task[object]", asyncio.current_task())
        self.visitor: Visitor | None = None
        self.question: Question | None = None
        self.code = 0

    def end(self, code: int) -> None:
        """Ends it; call it in the event loop."""
        if not self.code:
            self.code = code
            self._task.cancel()

    def __enter__(self) -> Stream:
        """Begins to be counted."""
        self._streams.under_way.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> bool:
        """Is counted no more; one that was ended from elsewhere ends quietly."""
        self._streams.under_way.discard(self)
        is_ours = kind is asyncio.CancelledError and self.code != 0
        if is_ours:
            self._task.uncancel()
        return is_ours


class OpenStreams:
    """Requests that are being answered; uvicorn would wait for each of them without limit.

    Attributes:
        under_way: all of them.
    """

    def __init__(self) -> None:
        self.under_way: set[Stream] = set()

    def tracked(self) -> Stream:
        """The current task's request; use it in ``with``."""
        return Stream(self)

    def end(self) -> None:
        """Ends what is under way, because the process ends; call it in the event loop."""
        self._end(_ENDING, lambda _: True)

    def end_session(self, key: str, *, but: Stream) -> None:
        """Ends what a session has open, the sessions that came from it included.

        Args:
            key: of the session.
            but: the request that asks for it.
        """
        self._end(SIGNED_OUT, lambda stream: stream is not but and _is_of(stream, key))

    def _end(self, code: int, is_meant: Callable[[Stream], bool]) -> None:
        for stream in [*self.under_way]:
            if is_meant(stream):
                stream.end(code)


# RFC 6455 section 7.4.1: going away.
_ENDING = 1001


def _is_of(stream: Stream, key: str) -> bool:
    session = stream.visitor.session if stream.visitor else None
    return session is not None and key in {session.key, session.parent}
