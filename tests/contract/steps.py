"""Random requests: what each is, and how it becomes the words of one server.

A step says what it means ("the version that this server last showed"), so that one step suits both
servers, and a sequence can be made shorter without losing its sense.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.cluster.api import (
    APPLY_PATCH,
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_MERGE_PATCH,
    JsonObject,
)
from tests.contract.edits import ABSENT, Edit, edited
from tests.contract.subjects import SUBJECTS, Subject

UNUSED_UID = "00000000-0000-0000-0000-000000000000"
Query = tuple[tuple[str, str], ...]


class Action(StrEnum):
    """What a step asks for."""

    GET = "get"
    LIST = "list"
    CREATE = "create"
    PUT = "put"
    PUT_SEEN = "put what was seen"
    JSON_PATCH = JSON_PATCH
    MERGE_PATCH = MERGE_PATCH
    STRATEGIC_MERGE_PATCH = STRATEGIC_MERGE_PATCH
    APPLY = APPLY_PATCH
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Step:
    """One request on objects of the sequence's kind. Texts may hold the words of ``Memory``."""

    action: Action
    name: str
    query: Query = ()
    edits: tuple[Edit, ...] = ()
    subresource: str = ""
    body: Any = None

    @property
    def is_dry_run(self) -> bool:
        """Whether it should change nothing; a delete that has a body has its options there."""
        if self.action is Action.DELETE and self.body is not None:
            return "dryRun" in self.body
        return "dryRun" in dict(self.query)


@dataclass(frozen=True, slots=True)
class Sequence:
    """Requests on objects of one kind, one after the other."""

    kind: str
    steps: tuple[Step, ...]

    @property
    def subject(self) -> Subject:
        """What the requests are about."""
        return SUBJECTS[self.kind]


@dataclass(slots=True)
class Memory:
    """What one server has shown so far: what the words in a step stand for there.

    ``{current}`` and ``{stale}`` are versions, ``{uid}`` is the identity of the step's object, and
    ``{continue}`` is the token of the last list.
    """

    objects: dict[str, JsonObject] = field(default_factory=dict)
    versions: dict[str, list[str]] = field(default_factory=dict)
    token: str = ""
    count: int = 0

    def see(self, obj: JsonObject) -> None:
        """Remember a stored object."""
        metadata = obj["metadata"]
        self.objects[metadata["name"]] = obj
        versions = self.versions.setdefault(metadata["uid"], [])
        if metadata["resourceVersion"] not in versions:
            versions.append(metadata["resourceVersion"])

    def numbers(self) -> dict[str, int]:
        """Each version with its place among those of its object."""
        return {v: number for seen in self.versions.values() for number, v in enumerate(seen)}

    def words(self, value: Any, name: str) -> Any:
        """A value with its words replaced."""
        match value:
            case str() if "{" in value:
                return _WORD.sub(lambda word: self._words(name)[word[1]], value)
            case dict():
                return {key: self.words(item, name) for key, item in value.items()}
            case list() | tuple():
                return [self.words(item, name) for item in value]
            case _:
                return value

    def _words(self, name: str) -> dict[str, str]:
        metadata = self.objects.get(name, {}).get("metadata", {})
        versions = self.versions.get(metadata.get("uid", ""), ["1"])
        return {
            "current": versions[-1],
            "stale": versions[0],
            "uid": metadata.get("uid", UNUSED_UID),
            "continue": self.token,
            "count": str(self.count),
        }


_WORD = re.compile(r"\{(current|stale|uid|continue|count)\}")


def body_of(step: Step, subject: Subject, memory: Memory) -> Any:
    """What a step sends to the server of this memory; None for no body."""
    return memory.words(_BODIES[step.action](step, subject, memory), step.name)


def _as_drawn(step: Step, _: Subject, __: Memory) -> Any:
    return step.body


def _new(step: Step, subject: Subject, _: Memory) -> Any:
    return edited(subject.named(step.name), step.edits)


def _seen(step: Step, subject: Subject, memory: Memory) -> Any:
    return edited(memory.objects.get(step.name) or subject.named(step.name), step.edits)


def _merge(step: Step, _: Subject, __: Memory) -> Any:
    nulls = tuple(Edit(e.path, None if e.value == ABSENT else e.value) for e in step.edits)
    return edited({}, nulls)


_BODIES: dict[Action, Callable[[Step, Subject, Memory], Any]] = {
    Action.GET: _as_drawn,
    Action.LIST: _as_drawn,
    Action.CREATE: _new,
    Action.PUT: _new,
    Action.PUT_SEEN: _seen,
    Action.JSON_PATCH: _as_drawn,
    Action.MERGE_PATCH: _merge,
    Action.STRATEGIC_MERGE_PATCH: _merge,
    Action.APPLY: _new,
    Action.DELETE: _as_drawn,
}
