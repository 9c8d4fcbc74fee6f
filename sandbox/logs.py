"""Where the API server gets the logs of pods from: the node."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """What kubectl logs can ask for.

    Attributes:
        container: name; empty means the pod's only container.
        follow: wait for more until the container ends.
        previous: the log of the run before this one.
        timestamps: begin each line with the time at which it was written (RFC 3339, UTC).
        tail_lines: only so many lines from the end; None means all.
        limit_bytes: stop after so many bytes; None means no limit.
        since: only lines written at or after this time.
    """

    container: str = ""
    follow: bool = False
    previous: bool = False
    timestamps: bool = False
    tail_lines: int | None = None
    limit_bytes: int | None = None
    since: datetime | None = None


class PodLogs(Protocol):
    """Reads the logs that a node keeps."""

    def read(self, namespace: str, pod: str, query: LogQuery) -> AsyncIterator[bytes]:
        """The log in pieces of any size.

        Raises:
            sandbox.client.ApiError: before the first piece, for example 400 when the container is
                not started yet or there is no previous run.
        """
        ...
