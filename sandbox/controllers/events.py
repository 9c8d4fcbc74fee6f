"""Events as Kubernetes' recorders write them: a repeated one counts up instead of piling up."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sandbox.client import ApiError, Client, Object
from sandbox.controllers.objects import timestamp, uid_of

_LOG = logging.getLogger(__name__)
_REMEMBERED = 4096
NORMAL = "Normal"
WARNING = "Warning"

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What an Event says; equal ones are counted."""

    involved_uid: str
    type: str
    reason: str
    message: str
    field_path: str = ""


def involved_object(obj: Object, field_path: str = "") -> Object:
    """The reference of an Event to its object. Pure."""
    metadata = obj["metadata"]
    reference = {
        "apiVersion": obj["apiVersion"],
        "kind": obj["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "resourceVersion": metadata.get("resourceVersion", ""),
    }
    if "namespace" in metadata:
        reference["namespace"] = metadata["namespace"]
    if field_path:
        reference["fieldPath"] = field_path
    return reference


def event(obj: Object, what: Occurrence, *, component: str, now: datetime, suffix: str) -> Object:
    """A first Event about an object. Pure."""
    metadata = obj["metadata"]
    namespace = metadata.get("namespace", "default")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{metadata['name']}.{suffix}", "namespace": namespace},
        "involvedObject": involved_object(obj, what.field_path),
        "type": what.type,
        "reason": what.reason,
        "message": what.message,
        "source": {"component": component},
        "firstTimestamp": timestamp(now),
        "lastTimestamp": timestamp(now),
        "count": 1,
        "reportingComponent": component,
        "reportingInstance": "",
    }


class Recorder:
    """Writes Events for one component.

    A lost Event never stops the work: a refusal of the API is logged and forgotten.
    """

    def __init__(self, client: Client, component: str, clock: Clock) -> None:
        self._client = client
        self._component = component
        self._clock = clock
        self._last = 0
        self._written: OrderedDict[Occurrence, tuple[str, int]] = OrderedDict()

    async def normal(self, obj: Object, reason: str, message: str, field_path: str = "") -> None:
        """Tell what happened, as it should."""
        await self._record(obj, Occurrence(uid_of(obj), NORMAL, reason, message, field_path))

    async def warning(self, obj: Object, reason: str, message: str, field_path: str = "") -> None:
        """Tell what went wrong."""
        await self._record(obj, Occurrence(uid_of(obj), WARNING, reason, message, field_path))

    async def reword(self, obj: Object, reason: str, first: str, words: str) -> None:
        """Change the message of a normal Event that began as ``first``: for progress."""
        key = (uid_of(obj), NORMAL, reason, first)
        for what, (path, _) in reversed(self._written.items()):
            if (what.involved_uid, what.type, what.reason, what.message) == key:
                change = {"message": words, "lastTimestamp": timestamp(self._clock())}
                with suppress(ApiError, OSError, TimeoutError):
                    await self._client.patch(path, change)
                return

    async def _record(self, obj: Object, what: Occurrence) -> None:
        try:
            if what in self._written and await self._count(what):
                return
            self._remember(what, await self._create(obj, what), 1)
        except (ApiError, OSError, TimeoutError) as error:
            _LOG.info("event %s of %s: %s", what.reason, obj["metadata"]["name"], error)

    async def _create(self, obj: Object, what: Occurrence) -> str:
        now = self._clock()
        made = event(
            obj,
            what,
            component=self._component,
            now=now,
            suffix=self._suffix(now),
        )
        path = f"/api/v1/namespaces/{made['metadata']['namespace']}/events"
        await self._client.create(path, made)
        return f"{path}/{made['metadata']['name']}"

    def _suffix(self, now: datetime) -> str:
        """Nanoseconds in hexadecimal, as real recorders name Events: lists are in order of time."""
        self._last = max(int(now.timestamp() * 1_000_000) * 1000, self._last + 1)
        return f"{self._last:x}"

    async def _count(self, what: Occurrence) -> bool:
        """Count up the Event that exists; False when it does not any more."""
        path, count = self._written[what]
        change = {"count": count + 1, "lastTimestamp": timestamp(self._clock())}
        try:
            await self._client.patch(path, change)
        except ApiError as error:
            if error.reason != "NotFound":
                raise
            del self._written[what]
            return False
        self._remember(what, path, count + 1)
        return True

    def _remember(self, what: Occurrence, path: str, count: int) -> None:
        self._written[what] = (path, count)
        self._written.move_to_end(what)
        if len(self._written) > _REMEMBERED:
            self._written.popitem(last=False)
