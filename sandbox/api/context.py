"""What every verb works with: the store, the kinds, and the chances of the world as arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.api import statuses
from sandbox.api.kinds import Kind
from sandbox.api.options import write_option
from sandbox.api.rbac.roles import Roles
from sandbox.api.registry import Registry
from sandbox.api.request import Request, User
from sandbox.api.store import Store, Stored
from sandbox.client import Object


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The state and the sources of time and chance. ``clock`` gives UTC.

    ``tokens`` tells users by the SHA-256 of their token; see sandbox.api.authentication.
    """

    store: Store
    registry: Registry
    roles: Roles
    tokens: Mapping[bytes, User]
    clock: Callable[[], datetime]
    new_uid: Callable[[], str]
    new_suffix: Callable[[], str]

    def objects(self, resource: str, namespace: str = "") -> Iterator[Object]:
        """All objects of a resource."""
        return (stored.object for stored in self.store.items(resource, namespace))

    def find(self, resource: str, namespace: str, name: str) -> Object | None:
        """One object, or None."""
        stored = self.store.get(resource, namespace, name)
        return stored.object if stored else None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: an object, or the bytes of one that is in the store already."""

    code: int
    body: Object
    raw: bytes = b""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request on one kind."""

    world: World
    kind: Kind
    request: Request
    warnings: list[str] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        """The namespace in the path."""
        return self.request.target.namespace

    @property
    def name(self) -> str:
        """The name in the path."""
        return self.request.target.name

    @property
    def subresource(self) -> str:
        """The part of the object in the path; "" for the object itself."""
        return self.request.target.subresource

    @property
    def is_dry_run(self) -> bool:
        """Whether nothing may be stored."""
        return write_option(self.request, "dryRun") in ("All", ["All"])

    def exists(self) -> bool:
        """Whether the object that the path names is there."""
        return self.world.store.get(self.kind.resource, self.namespace, self.name) is not None

    def stored(self) -> Stored:
        """The object that the path names.

        Raises:
            ApiError: 404 when there is none.
        """
        found = self.world.store.get(self.kind.resource, self.namespace, self.name)
        if found is None:
            raise statuses.not_found(self.kind, self.name)
        return found

    def reply(self, stored: Stored, code: int = 200) -> Reply:
        """The answer that shows a stored object."""
        return Reply(code, stored.object, stored.raw, tuple(self.warnings))

    def reply_with(self, obj: Object, code: int = 200) -> Reply:
        """The answer that shows an object which was not stored."""
        return Reply(code, obj, warnings=tuple(self.warnings))

    def siblings(self) -> Iterable[Stored]:
        """The collection that the path names."""
        return self.world.store.items(self.kind.resource, self.namespace)
