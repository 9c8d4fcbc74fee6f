"""An open watch: the lines of an endless answer as events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import urllib3

from nbcore.errors import ServerError
from nbcore.kube import answers, unreachable
from nbcore.names import JsonObject

_CHUNK_BYTES = 65536


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One line of a watch: ADDED, MODIFIED, DELETED or BOOKMARK, and the object."""

    type: str
    object: JsonObject


class Watch:
    """An open watch: iterate it in one thread, ``close`` it from any."""

    def __init__(self, response: urllib3.HTTPResponse, *, request: str) -> None:
        self._response = response
        self._request = request

    def __iter__(self) -> Iterator[WatchEvent]:
        """Yields events until the server ends the watch.

        Raises:
            ExpiredError: the resourceVersion is too old: list again.
            UnreachableError: the connection broke, or was silent for too long.
        """
        for line in _lines(self._response, request=self._request):
            yield self._event(line)

    def close(self) -> None:
        """Ends the watch at once, also while another thread waits for its next event."""
        try:
            self._response.shutdown()
        except (OSError, ValueError, RuntimeError):
            # Ended already: that is what was asked for.
            return

    def release(self) -> None:
        """Closes the connection; for the thread that iterates."""
        self._response.close()
        self._response.release_conn()

    def _event(self, line: bytes) -> WatchEvent:
        event = answers.decoded(line, request=self._request)
        obj = event.get("object")
        if not isinstance(obj, dict):
            raise ServerError("A watch event has no object.", request=self._request)
        if event.get("type") == "ERROR":
            raise answers.error_of_status(obj, request=self._request)
        return WatchEvent(str(event.get("type")), obj)


def _lines(response: urllib3.HTTPResponse, *, request: str) -> Iterator[bytes]:
    """Whole lines of the body; what stands after the last newline was cut off and is dropped."""
    rest = b""
    while chunk := _read(response, request=request):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from filter(None, lines)


def _read(response: urllib3.HTTPResponse, *, request: str) -> bytes:
    try:
        return response.read1(_CHUNK_BYTES)
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise unreachable.error_of(error, request=request) from error
