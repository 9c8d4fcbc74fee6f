"""What can be done to a notebook, and to which one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nbcore.rows import NotebookRow


class Verb(StrEnum):
    """What can be done; the value is the label of menus and buttons."""

    START = "Start"
    STOP = "Stop"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True)
class Target:
    """A notebook as it was drawn: a click is about this one, wherever its row is by now."""

    namespace: str
    name: str
    uid: str
    volume: str
    owner: str

    @classmethod
    def of(cls, row: NotebookRow) -> Target:
        """The target that a row stands for."""
        return cls(row.namespace, row.name, row.uid, row.volume, row.owner)

    def called(self, *, with_namespace: bool) -> str:
        """How it is named to people; with the namespace where those of several are shown. Pure."""
        return f"{self.namespace}/{self.name}" if with_namespace else self.name


def verbs(row: NotebookRow) -> list[Verb]:
    """What the viewer can do to one notebook in its phase. Pure."""
    can = {
        Verb.START: row.can_start,
        Verb.STOP: row.can_stop,
        Verb.DELETE: row.can_delete,
    }
    return [verb for verb in Verb if can[verb]]
