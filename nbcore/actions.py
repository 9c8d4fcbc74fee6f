"""The annotation last-action: who did what to a notebook, and when. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from nbcore.names import LAST_ACTION_ANNOTATION, JsonObject
from nbcore.objects import text_at


class Verb(StrEnum):
    """What was done."""

    CREATE = "create"
    START = "start"
    STOP = "stop"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class LastAction:
    """One action; ``when`` has a time zone."""

    verb: Verb
    by: str
    when: datetime

    @classmethod
    def from_object(cls, notebook: JsonObject) -> LastAction | None:
        """Reads the annotation; None when it is missing or holds something else."""
        text = text_at(notebook, "metadata", "annotations", LAST_ACTION_ANNOTATION)
        if not text:
            return None
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        verb, when = text_at(found, "verb"), read_time(text_at(found, "when"))
        if verb not in set(Verb) or when is None:
            return None
        return cls(Verb(verb), text_at(found, "by"), when)

    def to_annotation(self) -> JsonObject:
        """Key and value, to be merged into metadata.annotations."""
        content = {"verb": self.verb, "by": self.by, "when": write_time(self.when)}
        return {LAST_ACTION_ANNOTATION: json.dumps(content, separators=(",", ":"))}


def read_time(text: str) -> datetime | None:
    """A Kubernetes timestamp (RFC 3339); None when it is none. Always with a time zone. Pure."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def write_time(when: datetime) -> str:
    """A time as Kubernetes writes it: 2026-11-23T16:00:00Z. Pure."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
