"""Pod logs as kubectl asks for them, from the files that the node keeps."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

from sandbox.client import ApiError, Client, Object
from sandbox.controllers.objects import is_label, uid_of
from sandbox.logs import LogQuery
from sandbox.node import logfile

_POLL = 0.2
_BAD_REQUEST = 400


class DirectoryLogs:
    """Reads logs below the folder of the node's pods."""

    def __init__(self, client: Client, pods_root: Path) -> None:
        self._client = client
        self._root = pods_root

    async def read(self, namespace: str, pod: str, query: LogQuery) -> AsyncIterator[bytes]:
        """The log: what is there at once, then (follow) what comes.

        Raises:
            ApiError: 400 for a container that is not there, has not begun or had no previous run.
        """
        found = await self._client.get(f"/api/v1/namespaces/{namespace}/pods/{pod}")
        container = container_name(found, query.container)
        folder = self._root / uid_of(found)
        path = _path(found, container, folder, previous=query.previous)
        left = query.limit_bytes
        async for whole in self._pieces(found, container, path, query):
            piece = whole if left is None else whole[:left]
            yield piece
            if left is not None:
                left -= len(piece)
                if left <= 0:
                    return

    async def _pieces(
        self, pod: Object, container: str, path: Path, query: LogQuery
    ) -> AsyncIterator[bytes]:
        with logfile.Tail(path) as tail:
            there = [*logfile.lines(logfile.older(path)), *tail.new_lines()]
            yield b"".join(select(there, query))
            is_over = not query.follow or query.previous
            while not is_over:
                is_over = not await self._runs(pod, container, path)
                if new := tail.new_lines():
                    yield b"".join(worded(line, query) for line in new)
                await asyncio.sleep(0 if is_over else _POLL)

    async def _runs(self, pod: Object, container: str, path: Path) -> bool:
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        try:
            now = await self._client.get(f"/api/v1/namespaces/{namespace}/pods/{name}")
        except ApiError:
            return False
        entry = _status(now, container)
        is_same = uid_of(now) == uid_of(pod) and f"{entry.get('restartCount')}" == path.stem
        return is_same and "running" in entry.get("state", {})


def container_name(pod: Object, asked: str) -> str:
    """The container that a log is asked of. Pure.

    Raises:
        ApiError: 400 when there is no such container, or several and none is named.
    """
    names = [container["name"] for container in pod["spec"]["containers"]]
    name = pod["metadata"]["name"]
    if asked in names and is_label(asked):
        return asked
    if asked:
        raise bad_request(f"container {asked} is not valid for pod {name}")
    if len(names) > 1:
        choice = f"choose one of: [{' '.join(names)}]"
        raise bad_request(f"a container name must be specified for pod {name}, {choice}")
    if not is_label(names[0]):
        raise bad_request(f"container {names[0]} is not valid for pod {name}")
    return str(names[0])


def bad_request(message: str) -> ApiError:
    """The API's answer to a question that can't be answered. Pure."""
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": "BadRequest",
        "code": _BAD_REQUEST,
    }
    return ApiError(_BAD_REQUEST, "BadRequest", message, body)


def _path(pod: Object, container: str, folder: Path, *, previous: bool) -> Path:
    """The file of the run that is asked for: the last one, or the one before."""
    runs = sorted(int(path.stem) for path in (folder / "logs" / container).glob("*.log"))
    name = pod["metadata"]["name"]
    if previous:
        if len(runs) < 2:
            raise bad_request(
                f'previous terminated container "{container}" in pod "{name}" not found'
            )
        return logfile.run_path(folder, container, runs[-2])
    if not runs:
        reason = _status(pod, container).get("state", {}).get("waiting", {}).get("reason")
        why = reason or "ContainerCreating"
        raise bad_request(f'container "{container}" in pod "{name}" is waiting to start: {why}')
    return logfile.run_path(folder, container, runs[-1])


def _status(pod: Object, container: str) -> Object:
    statuses = pod.get("status", {}).get("containerStatuses") or []
    return next((entry for entry in statuses if entry["name"] == container), {})


def select(lines: Iterable[bytes], query: LogQuery) -> Iterator[bytes]:
    """The lines that a query asks for, worded as it asks. Pure."""
    chosen: Iterable[bytes] = lines
    if query.since is not None:
        since = query.since
        chosen = (line for line in chosen if logfile.parse(line)[0] >= since)
    if query.tail_lines is not None:
        chosen = deque(chosen, maxlen=query.tail_lines)
    return (worded(line, query) for line in chosen)


def worded(line: bytes, query: LogQuery) -> bytes:
    """A line with its time if that is asked for. Pure."""
    return line if query.timestamps else logfile.parse(line)[1]
