"""Every object in memory and in SQLite, under one resourceVersion, with a history for watches."""

from __future__ import annotations

import json
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.client import EventType, Object

HISTORY_LENGTH = 5_000
"""How many changes a watch may be behind; older ones are answered with 410.

Each may hold an object of its own: this bounds the memory at some 100 MB.
"""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, json BLOB NOT NULL,
    PRIMARY KEY (resource, namespace, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS revision (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL);
INSERT OR IGNORE INTO revision VALUES (1, 1);
"""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """An object as it stands: parsed, and as the bytes that answers are made of.

    The parsed form is shared by everybody who reads it and is never changed.
    """

    object: Object
    raw: bytes
    revision: int

    @property
    def key(self) -> Key:
        """Namespace and name."""
        metadata = self.object["metadata"]
        return metadata.get("namespace", ""), metadata["name"]


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """One step of history. DELETED carries the last state, with the revision of the deletion."""

    type: EventType
    resource: str
    revision: int
    old: Stored | None
    new: Stored


class CompactedError(Exception):
    """History no longer reaches back to the revision that was asked for."""


class Store:
    """The storage; one writer, the event loop's thread.

    Each write is committed before it is seen: SQLite's write-ahead log survives the end of the
    process without an fsync (a power cut may lose the last writes).
    """

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(_SCHEMA)
        row = self._database.execute("SELECT value FROM revision").fetchone()
        self._revision = int(row[0])
        self.compacted = self._revision
        """The oldest revision after which every change is still known."""
        self._objects: dict[str, dict[Key, Stored]] = {}
        self._history: deque[Change] = deque(maxlen=HISTORY_LENGTH)
        self._subscribers: set[Callable[[Change], None]] = set()
        self._load()

    def _load(self) -> None:
        rows = self._database.execute("SELECT resource, namespace, name, json FROM objects")
        for resource, namespace, name, raw in rows:
            obj = json.loads(raw)
            stored = Stored(obj, raw, int(obj["metadata"]["resourceVersion"]))
            self._objects.setdefault(resource, {})[namespace, name] = stored

    @property
    def revision(self) -> int:
        """The resourceVersion of the newest change."""
        return self._revision

    def close(self) -> None:
        """Give the files back."""
        self._database.close()

    def get(self, resource: str, namespace: str, name: str) -> Stored | None:
        """One object, or None."""
        return self._objects.get(resource, {}).get((namespace, name))

    def items(self, resource: str, namespace: str = "") -> list[Stored]:
        """All objects of a resource, by namespace and name; "" means every namespace."""
        return _in_order(self._objects.get(resource, {}), namespace)

    def items_at(self, resource: str, namespace: str, revision: int) -> list[Stored]:
        """The same as it was at an earlier revision.

        Raises:
            CompactedError: when history does not reach back so far.
        """
        objects = dict(self._objects.get(resource, {}))
        for change in reversed(list(self.since(revision))):
            if change.resource == resource:
                if change.old:
                    objects[change.old.key] = change.old
                else:
                    del objects[change.new.key]
        return _in_order(objects, namespace)

    def resources(self) -> list[str]:
        """The resources of which there is an object."""
        return [resource for resource, objects in self._objects.items() if objects]

    def put(self, resource: str, obj: Object) -> Stored:
        """Store an object under the next resourceVersion. ``obj`` is not kept."""
        revision = self._revision + 1
        new = self._stored(obj, revision)
        statement = "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?)"
        self._commit(revision, statement, (resource, *new.key, new.raw))
        objects = self._objects.setdefault(resource, {})
        old = objects.get(new.key)
        objects[new.key] = new
        self._publish(
            Change(EventType.MODIFIED if old else EventType.ADDED, resource, revision, old, new)
        )
        return new

    def remove(self, resource: str, old: Stored, *, last: Object | None = None) -> Stored:
        """Forget an object; what is returned is its last state with the deletion's revision.

        Args:
            resource: where it is.
            old: the object as it stands.
            last: what the request that ends it makes of it; None when that changes nothing.
        """
        revision = self._revision + 1
        gone = self._stored(last or old.object, revision)
        statement = "DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?"
        self._commit(revision, statement, (resource, *old.key))
        del self._objects[resource][old.key]
        self._publish(Change(EventType.DELETED, resource, revision, old, gone))
        return gone

    @staticmethod
    def _stored(obj: Object, revision: int) -> Stored:
        """An object under a revision, its head first: lists of built-in kinds cut it off."""
        head = {"kind": obj["kind"], "apiVersion": obj["apiVersion"]}
        metadata = obj["metadata"] | {"resourceVersion": str(revision)}
        rest = {k: v for k, v in obj.items() if k not in {"kind", "apiVersion", "metadata"}}
        raw = encode(head | {"metadata": metadata} | rest)
        return Stored(json.loads(raw), raw, revision)

    def _commit(self, revision: int, statement: str, values: tuple[object, ...]) -> None:
        self._database.execute("BEGIN")
        try:
            self._database.execute(statement, values)
            self._database.execute("UPDATE revision SET value = ?", (revision,))
            self._database.execute("COMMIT")
        except (
            BaseException
        ):  # Whatever it was: an open transaction would refuse every later write.
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    def _publish(self, change: Change) -> None:
        self._revision = change.revision
        if len(self._history) == self._history.maxlen:
            self.compacted = self._history[0].revision
        self._history.append(change)
        for subscriber in tuple(self._subscribers):
            subscriber(change)

    def subscribe(self, subscriber: Callable[[Change], None]) -> Callable[[], None]:
        """Call ``subscriber`` with each change, until the function that this returns is called."""
        self._subscribers.add(subscriber)
        return lambda: self._subscribers.discard(subscriber)

    def since(self, revision: int) -> Iterator[Change]:
        """The changes after a revision, oldest first.

        Raises:
            CompactedError: when some of them are forgotten.
        """
        if revision < self.compacted:
            raise CompactedError
        behind = self._revision - revision
        newest = list(self._history)[-behind:] if behind > 0 else []
        return iter(newest)


def encode(obj: object) -> bytes:
    """JSON as it is stored and sent. Lone surrogates survive because all is escaped. Pure."""
    return json.dumps(obj, separators=(",", ":")).encode("ascii")


def order(key: Key) -> str:
    """By this objects are listed: as etcd's keys, where "a-b/" comes before "a/". Pure."""
    return f"{key[0]}/{key[1]}"


def _in_order(objects: dict[Key, Stored], namespace: str) -> list[Stored]:
    keys = sorted(objects, key=order)
    return [objects[key] for key in keys if not namespace or key[0] == namespace]
