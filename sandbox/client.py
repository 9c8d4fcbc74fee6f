"""The seam between the API server and what runs on it: controllers and the node use only this."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

Object = dict[str, Any]
"""A Kubernetes object as JSON. Answers are shared with the server's memory: never change one."""

MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


class ApiError(Exception):
    """An answer of the API server that is no success.

    Attributes:
        code: the HTTP status.
        reason: the Status object's machine-readable word, for example AlreadyExists.
        message: the server's own sentence.
        body: the whole Status object.
        warnings: what the server had to say before it came to this.
    """

    def __init__(self, code: int, reason: str, message: str, body: Object) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.body = body
        self.warnings: tuple[str, ...] = ()


class EventType(StrEnum):
    """What a watch can say."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    BOOKMARK = "BOOKMARK"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One line of a watch: an object as it is after the change (DELETED: as it was last)."""

    type: EventType
    object: Object


class Client(Protocol):
    """The verbs of the API, on API paths such as /api/v1/namespaces/demo/pods/x-0/status.

    Every method raises ApiError for an answer that is no success.
    """

    async def get(self, path: str) -> Object:
        """The object at this path."""
        ...

    async def list(
        self, path: str, *, label_selector: str = "", field_selector: str = ""
    ) -> tuple[list[Object], str]:
        """The objects of a collection, and the resourceVersion at which a watch may begin."""
        ...

    async def create(self, path: str, obj: Object) -> Object:
        """Make an object in the collection at this path."""
        ...

    async def update(self, path: str, obj: Object) -> Object:
        """Replace the object at this path, guarded by obj's resourceVersion if it has one."""
        ...

    async def patch(
        self, path: str, patch: Object | Sequence[Object], *, content_type: str = MERGE_PATCH
    ) -> Object:
        """Change the object at this path."""
        ...

    async def delete(
        self, path: str, *, uid: str = "", grace_period_seconds: int | None = None
    ) -> Object:
        """Delete the object at this path; ``uid`` is a precondition when it is not empty."""
        ...

    def watch(self, path: str, *, resource_version: str) -> AsyncIterator[WatchEvent]:
        """Follow the changes of a collection after a resourceVersion.

        Ends with an ERROR event when the resourceVersion is too old (410): list again.
        """
        ...
