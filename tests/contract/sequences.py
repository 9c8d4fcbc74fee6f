"""Random requests: what each is, how it is drawn, and how it becomes the words of one server.

A step says what it means ("the version that this server last showed"), so that one step suits both
servers, and a sequence can be made shorter without losing its sense.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hypothesis import strategies as st

from tests.cluster.api import (
    APPLY_PATCH,
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_MERGE_PATCH,
    JsonObject,
)
from tests.contract.edits import ABSENT, SUBJECTS, Edit, Subject, edited

NAMES = ("a", "b")
_UNUSED_UID = "00000000-0000-0000-0000-000000000000"
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
            "uid": metadata.get("uid", _UNUSED_UID),
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


def sequences() -> st.SearchStrategy[Sequence]:
    """Sequences of up to twelve steps."""
    return st.sampled_from(sorted(SUBJECTS)).flatmap(
        lambda kind: st.builds(
            Sequence,
            st.just(kind),
            st.lists(_steps(SUBJECTS[kind]), min_size=2, max_size=12).map(tuple),
        )
    )


def _steps(subject: Subject) -> st.SearchStrategy[Step]:
    weights = {_creates: 3, _reads: 1, _lists: 2, _puts: 3, _patches: 3, _applies: 3, _deletes: 2}
    return st.one_of([draw(subject) for draw, weight in weights.items() for _ in range(weight)])


def _creates(subject: Subject) -> st.SearchStrategy[Step]:
    generated = (Edit("metadata/name", ABSENT), Edit("metadata/generateName", "g{count}-"))
    named = st.builds(
        Step,
        st.just(Action.CREATE),
        st.sampled_from([*NAMES, *NAMES, "Not_valid", "x" * 64]),
        _query(_WRITE),
        _edits(subject.edits),
    )
    unnamed = st.builds(
        Step,
        st.just(Action.CREATE),
        st.just("a"),
        _query(_WRITE),
        _edits(subject.edits).map(lambda edits: edits + generated),
    )
    return st.one_of(named, named, named, unnamed)


def _reads(_: Subject) -> st.SearchStrategy[Step]:
    return st.builds(Step, st.just(Action.GET), _NAME)


def _lists(_: Subject) -> st.SearchStrategy[Step]:
    return st.builds(Step, st.just(Action.LIST), st.just(""), _query(_LIST))


def _puts(subject: Subject) -> st.SearchStrategy[Step]:
    action = st.sampled_from([Action.PUT, Action.PUT_SEEN, Action.PUT_SEEN])
    whole = st.builds(Step, action, _NAME, _query(_WRITE), _edits(subject.edits))
    return _with_status(subject, whole, action)


def _patches(subject: Subject) -> st.SearchStrategy[Step]:
    action = st.sampled_from([Action.MERGE_PATCH, Action.STRATEGIC_MERGE_PATCH])
    merges = st.builds(Step, action, _NAME, _query(_WRITE), _edits(subject.edits))
    operations = st.builds(
        Step,
        st.just(Action.JSON_PATCH),
        _NAME,
        _query(_WRITE),
        body=st.lists(_operations(subject.edits), min_size=1, max_size=3),
    )
    both = [merges, operations]
    if subject.directives:
        both.append(
            st.builds(
                Step,
                st.just(Action.STRATEGIC_MERGE_PATCH),
                _NAME,
                _query(_WRITE),
                st.sampled_from(subject.directives).map(lambda edit: (edit,)),
            )
        )
    return _with_status(subject, st.one_of(both), action)


def _operations(edits: tuple[Edit, ...]) -> st.SearchStrategy[JsonObject]:
    # What a move takes along fits where it goes: odder ones no client sends.
    texts = [edit for edit in edits if edit.path.startswith(_TEXTS)]
    values = [edit for edit in edits if edit.value not in (ABSENT, None)]
    plain = st.builds(
        _operation, st.sampled_from(["add", "replace", "test"]), st.sampled_from(values)
    )
    removal = st.builds(_operation, st.just("remove"), st.sampled_from(edits))
    return st.one_of(
        plain, plain, removal, st.builds(_move, st.sampled_from(texts), st.sampled_from(texts))
    )


_TEXTS = ("metadata/labels/", "metadata/annotations/", "data/")


def _move(source: Edit, target: Edit) -> JsonObject:
    return {"op": "move", "from": f"/{source.path}", "path": f"/{target.path}"}


def _operation(op: str, edit: Edit) -> JsonObject:
    value = {} if op == "remove" else {"value": edit.value}
    return {"op": op, "path": f"/{edit.path}", **value}


def _applies(subject: Subject) -> st.SearchStrategy[Step]:
    # What can't be converted is found before or after a conflict, as it happens; who owns an
    # empty list is told differently.
    table = tuple(edit for edit in subject.edits if edit.value not in ("%%%", "much", []))
    whole = st.builds(Step, st.just(Action.APPLY), _NAME, _query(_APPLY), _edits(table))
    return _with_status(subject, whole, st.just(Action.APPLY), _APPLY)


def _deletes(_: Subject) -> st.SearchStrategy[Step]:
    return st.builds(Step, st.just(Action.DELETE), _NAME, _query(_DELETE), body=_DELETE_BODY)


def _with_status(
    subject: Subject,
    whole: st.SearchStrategy[Step],
    action: st.SearchStrategy[Action],
    query: dict[str, list[str]] | None = None,
) -> st.SearchStrategy[Step]:
    if not subject.status_edits:
        return whole
    part = st.builds(
        Step,
        action,
        _NAME,
        _query(query or _WRITE),
        _edits(subject.status_edits),
        st.just("status"),
    )
    return st.one_of(whole, whole, part)


def _edits(table: tuple[Edit, ...]) -> st.SearchStrategy[tuple[Edit, ...]]:
    return st.lists(st.sampled_from(table), max_size=3).map(tuple)


def _query(options: dict[str, list[str]]) -> st.SearchStrategy[Query]:
    """Mostly nothing, else one or two options; what stands under "" is always there."""
    pairs = [(name, value) for name, values in options.items() for value in values]
    few = st.lists(st.sampled_from(pairs), max_size=2, unique_by=lambda pair: pair[0])
    return few.map(lambda drawn: tuple(sorted(drawn)))


_NAME = st.sampled_from(NAMES)
_WRITE = {
    "dryRun": ["All", "Some"],
    "fieldValidation": ["Strict", "Ignore", "Warn", "Other"],
    "fieldManager": ["first", "second"],
}
_APPLY = {
    "fieldManager": ["first", "second", "third", "first", "second"],
    "force": ["true", "false"],
    "dryRun": ["All"],
    "fieldValidation": ["Strict"],
}
_LIST = {
    "labelSelector": [
        "app=x",
        "app in (x,y)",
        "app notin (x)",
        "!app",
        "app!=x",
        "app,tier=a",
        "app in (",
        "app=not valid!",
        "tier=",
        "app==y",
    ],
    "fieldSelector": ["metadata.name=a", "metadata.name!=a", "spec.unknown=1"],
    "limit": ["1", "2", "x"],
    "continue": ["{continue}", "{continue}", "x"],
}
_DELETE = {
    "propagationPolicy": ["Foreground", "Background", "Orphan", "Other"],
    "dryRun": ["All"],
    "gracePeriodSeconds": ["0", "5"],
}
_DELETE_BODY = st.sampled_from([
    None, None, None, {}, {"preconditions": {"uid": "{uid}"}},
    {"preconditions": {"resourceVersion": "{current}"}},
    {"preconditions": {"resourceVersion": "{stale}"}},
    {"preconditions": {"uid": _UNUSED_UID}},
    {"propagationPolicy": "Foreground"}, {"propagationPolicy": "Orphan"},
    {"dryRun": ["All"]}, {"dryRun": ["Some"]}, {"kind": "DeleteOptions", "apiVersion": "v1"},
])  # fmt: skip
