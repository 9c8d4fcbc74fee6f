"""The client for what runs in the same process: straight into the pipeline, as an administrator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sandbox.api import pipeline, statuses
from sandbox.api.context import World
from sandbox.api.rbac.roles import ADMINISTRATORS
from sandbox.api.request import Request, User, parse_target
from sandbox.client import MERGE_PATCH, Object, WatchEvent


class LocalClient:
    """A Client without HTTP. ``name`` is who manages the fields that it writes."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._user = User(f"system:{name}", (ADMINISTRATORS,))
        self._name = name

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Any = None,
        content_type: str = "application/json",
    ) -> Request:
        """A request of this client's.

        Raises:
            ApiError: 404 for a path that is no resource.
        """
        target = parse_target(method, path, query)
        if target is None:
            raise statuses.no_such_resource()
        return Request(
            target=target,
            user=self._user,
            query=query,
            body=body,
            content_type=content_type,
            user_agent=self._name,
        )

    def ask(self, request: Request) -> Object:
        """The object in the answer to a request.

        Raises:
            ApiError: for every answer that is no success.
        """
        return pipeline.handle(self._world, request).body

    async def get(self, path: str) -> Object:
        """The object at this path."""
        return self.ask(self.request("GET", path, {}))

    async def list(
        self, path: str, *, label_selector: str = "", field_selector: str = ""
    ) -> tuple[list[Object], str]:
        """The objects of a collection and its resourceVersion."""
        query = {"labelSelector": label_selector, "fieldSelector": field_selector}
        body = self.ask(self.request("GET", path, query))
        return body["items"], body["metadata"]["resourceVersion"]

    async def create(self, path: str, obj: Object) -> Object:
        """Make an object."""
        return self.ask(self.request("POST", path, {}, obj))

    async def update(self, path: str, obj: Object) -> Object:
        """Replace an object."""
        return self.ask(self.request("PUT", path, {}, obj))

    async def patch(
        self, path: str, patch: Object | Sequence[Object], *, content_type: str = MERGE_PATCH
    ) -> Object:
        """Change an object."""
        return self.ask(self.request("PATCH", path, {}, patch, content_type))

    async def delete(
        self, path: str, *, uid: str = "", grace_period_seconds: int | None = None
    ) -> Object:
        """Delete an object."""
        options: Object = {"preconditions": {"uid": uid}} if uid else {}
        if grace_period_seconds is not None:
            options["gracePeriodSeconds"] = grace_period_seconds
        return self.ask(self.request("DELETE", path, {}, options))

    async def watch(self, path: str, *, resource_version: str) -> AsyncIterator[WatchEvent]:
        """Follow a collection; ends with an ERROR event when the version is too old."""
        query = {"watch": "true", "resourceVersion": resource_version}
        watch = pipeline.watch(self._world, self.request("GET", path, query))
        async for kind, obj, _ in watch.events():
            yield WatchEvent(kind, obj)
