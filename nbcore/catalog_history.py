"""Who changed the catalog, when, and what it was: versions kept as ControllerRevisions. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nbcore.actions import read_time, write_time
from nbcore.names import (
    LAST_ACTION_ANNOTATION,
    PART_OF,
    PART_OF_LABEL,
    SETTING_LABEL,
    SYSTEM_NAMESPACE,
    JsonObject,
)
from nbcore.objects import object_at, objects_at, text_at, value_at

KEPT = 10
"""How many versions are kept."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who made a change: a person, or the program that wrote it; None: nobody knows when."""

    by: str
    when: datetime | None

    def to_annotation(self, text: str) -> JsonObject:
        """Key and value, to be merged into metadata.annotations together with this value.

        The digest ties both together: who writes another value without an annotation, as kubectl
        does, is not taken for the last author.
        """
        content = {"verb": "edit", "by": self.by, "digest": _digest(text)}
        when = {"when": write_time(self.when)} if self.when else {}
        return {LAST_ACTION_ANNOTATION: json.dumps(content | when, separators=(",", ":"))}


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the catalog; ``text`` is the Setting's value then, "" for none."""

    name: str
    number: int
    text: str
    author: Author

    @classmethod
    def from_object(cls, revision: JsonObject) -> Version:
        """Reads a ControllerRevision."""
        number = revision.get("revision")
        text = text_at(revision, "data", "value")
        return cls(
            name=text_at(revision, "metadata", "name"),
            number=number if isinstance(number, int) else 0,
            text=text,
            author=_annotated(revision, text) or Author("", None),
        )


def versions(revisions: Iterable[JsonObject]) -> list[Version]:
    """The versions, newest first."""
    return sorted(map(Version.from_object, revisions), key=lambda v: v.number, reverse=True)


def author_of(setting: JsonObject | None) -> Author:
    """Who wrote the value that the Setting has now.

    Whom the annotation names, if it was written with this very value; else the program that
    manages the field, which objects from a list or a watch of ours don't tell.
    """
    text = text_at(setting, "value")
    return _annotated(setting, text) or _manager(setting)


def next_version(setting: JsonObject, known: list[Version]) -> JsonObject | None:
    """The ControllerRevision to make, or None when the newest one has this value already.

    Args:
        setting: as stored.
        known: its versions, newest first.
    """
    text, name = text_at(setting, "value"), text_at(setting, "metadata", "name")
    if text == (known[0].text if known else ""):
        return None
    number = known[0].number + 1 if known else 1
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {
            "name": f"{name}-{number}",
            "namespace": SYSTEM_NAMESPACE,
            "labels": {PART_OF_LABEL: PART_OF, SETTING_LABEL: name},
            "annotations": author_of(setting).to_annotation(text),
        },
        "data": {"value": text},
        "revision": number,
    }


def text_before(known: Sequence[Version], text: str) -> str:
    """The value that undo brings back: the newest kept one that differs from what is stored.

    Args:
        known: the versions, newest first.
        text: the value as stored: it has no version yet when no controller has seen it.
    """
    older = known[1:] if known and known[0].text == text else known
    return older[0].text if older else ""


def surplus(known: list[Version]) -> list[str]:
    """Names of the versions that are too old to keep."""
    return [version.name for version in known[KEPT:]]


def selector(setting: str) -> str:
    """The label selector for the versions of a Setting."""
    return f"{SETTING_LABEL}={setting}"


def _annotated(obj: JsonObject | None, text: str) -> Author | None:
    said = text_at(obj, "metadata", "annotations", LAST_ACTION_ANNOTATION)
    try:
        found = json.loads(said) if said else None
    except (ValueError, RecursionError):
        return None
    if text_at(found, "digest") != _digest(text):
        return None
    return Author(text_at(found, "by"), read_time(text_at(found, "when")))


def _manager(setting: JsonObject | None) -> Author:
    writers = [
        Author(text_at(entry, "manager"), read_time(text_at(entry, "time")))
        for entry in objects_at(setting, "metadata", "managedFields")
        if value_at(object_at(entry, "fieldsV1"), "f:value") is not None
    ]
    return next(iter(writers), Author("", None))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
