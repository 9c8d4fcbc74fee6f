"""A catalog while somebody edits it: what was read, what it is by now, and what differs. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field

from nbcore.catalog import Catalog, shipped_catalog_json
from nbcore.catalog_changes import Change, Conflict, Merge, changes, merge
from nbcore.catalog_document import document_to_edit, has_rows, unreadable
from nbcore.catalog_json import is_same, pretty_json, read_json, write_json
from nbcore.catalog_model import problems_of
from nbcore.errors import InvalidCatalogError, RowError
from nbcore.ides import IdeType
from nbcore.names import CATALOG_SETTING, JsonObject
from nbcore.objects import objects_at, text_at


@dataclass(slots=True)
class Draft:
    """What one visitor has changed and not saved yet.

    Attributes:
        setting: as it was read; None when there was none.
        base: the catalog that was read.
        drawn: the catalog that the table was drawn from; edits are counted from it.
        current: the catalog with all edits.
        generation: grows when ``drawn`` changes, so that the table begins anew.
        raw: JSON, stored or typed, that no table can show; None when there is none. It has to be
            mended as text, and until then nothing else can be edited or merged.
        is_reset: saving takes the value away, so that the default serves.
        conflicts: what gave way when somebody else's change was merged, and what is to be decided.
    """

    setting: JsonObject | None
    base: JsonObject = field(init=False)
    drawn: JsonObject = field(init=False)
    current: JsonObject = field(init=False)
    generation: int = 0
    raw: str | None = None
    is_reset: bool = False
    conflicts: tuple[Conflict, ...] = ()

    def __post_init__(self) -> None:
        self.base = self.drawn = self.current = document_to_edit(self.setting)
        self.raw = unreadable(self.setting)

    @property
    def name(self) -> str:
        """The Setting's name."""
        return text_at(self.setting, "metadata", "name") or CATALOG_SETTING

    @property
    def text(self) -> str:
        """The value to save; "" when the default shall serve."""
        return "" if self.is_reset else write_json(self.current)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What saving would change."""
        return changes(self.base, self.current)

    @property
    def replaces_text(self) -> bool:
        """Whether what is stored is a text that no table can show: saving replaces all of it."""
        return unreadable(self.setting) is not None

    @property
    def diff(self) -> str:
        """The same for people: against the very text that is stored when no table can show it."""
        stored = unreadable(self.setting)
        if stored is None:
            return "\n".join(change.diff for change in self.changes)
        new = "" if self.is_reset else pretty_json(self.current)
        lines = difflib.unified_diff(stored.splitlines(), new.splitlines(), lineterm="", n=1)
        return "\n".join([*lines][2:]) if self.raw is None else ""

    @property
    def is_dirty(self) -> bool:
        """Whether there is something that a reload would lose."""
        is_edited = self.raw != unreadable(self.setting) or not is_same(self.current, self.base)
        return is_edited or self.is_reset or self.has_to_decide

    @property
    def has_to_decide(self) -> bool:
        """Whether a person has to say what becomes of an edited row that somebody removed."""
        return any(conflict.row is not None for conflict in self.conflicts)

    @property
    def can_mend(self) -> bool:
        """Whether saving helps even without a change: the stored value is broken."""
        stored = text_at(self.setting, "value")
        return bool(stored) and bool(problems_of(stored))

    @property
    def problems(self) -> tuple[RowError, ...]:
        """Why it can't be saved, with the line of the JSON; empty when it can."""
        return problems_of(self.raw if self.raw is not None else pretty_json(self.current))

    @property
    def catalog(self) -> Catalog | None:
        """The catalog that people would see; None while there are problems."""
        if self.raw is not None:
            return None
        try:
            return Catalog.from_json(write_json(self.current))
        except InvalidCatalogError:
            return None

    def rows(self, ide: IdeType) -> list[JsonObject]:
        """The rows of one type, with all edits."""
        return objects_at(self.current, ide)

    def edit(self, ide: IdeType, rows: Sequence[JsonObject], *, redraw: bool = False) -> None:
        """Takes an edited type over."""
        if not is_same(list(rows), self.rows(ide)):
            self.current = {**self.current, ide: list(rows)}
            self.is_reset = False
        if redraw:
            self.redraw()

    def add(self, ide: IdeType) -> None:
        """Puts an empty row first, where it is seen however long the table is."""
        self.edit(ide, [{"containerImage": "", "description": ""}, *self.rows(ide)], redraw=True)

    def redraw(self) -> None:
        """Lets the table begin anew from what there is."""
        self.drawn = self.current
        self.generation += 1

    def take(self, document: JsonObject) -> None:
        """Replaces everything, by an import or a version."""
        self.current, self.raw, self.is_reset = document, None, False
        self.redraw()

    def take_text(self, text: str) -> None:
        """Takes JSON over as far as a table can show it; else it waits in ``raw``."""
        try:
            document = read_json(text)
        except InvalidCatalogError:
            self.raw = text
            return
        if not has_rows(document):
            self.raw = text
        elif self.raw is not None or not is_same(document, self.current):
            self.take(document)

    def reset(self) -> None:
        """Back to what is shipped."""
        shipped = text_at(self.setting, "default") or shipped_catalog_json()
        self.take(document_to_edit({"value": shipped}))
        self.is_reset = bool(text_at(self.setting, "value"))

    def deprecate(self, ide: IdeType, image: str) -> None:
        """Puts an image that was removed back, deprecated in favour of the default.

        Was it the default itself, the first image that is offered becomes it.
        """
        before = objects_at(self.base, ide)
        at = next(at for at, row in enumerate(before) if text_at(row, "containerImage") == image)
        rows = _with_usual(self.rows(ide))
        usual = next((text_at(row, "containerImage") for row in rows if _is_usual(row)), "")
        kept = {key: value for key, value in before[at].items() if key != "default"}
        kept |= {"deprecated": True} | ({"replacedBy": usual} if usual else {})
        self.edit(ide, [*rows[:at], kept, *rows[at:]], redraw=True)

    def meet(self, setting: JsonObject | None) -> None:
        """Goes on from somebody else's change: both in one, theirs where they contradict.

        Text that no table can show is left alone: it can't be merged before it is mended. Nor can
        theirs, so that mine stays, and the difference to their text is shown.
        """
        if self.raw is not None and self.raw != unreadable(self.setting):
            return
        undecided = [conflict for conflict in self.conflicts if conflict.row is not None]
        theirs, is_edited = document_to_edit(setting), self.is_dirty
        broken = unreadable(setting)
        self.setting = setting
        if broken is not None and is_edited:
            words = "What they saved is no catalog. Saving puts yours in its place."
            self.conflicts = (*undecided, Conflict(words))
            return
        merged = merge(self.base, self.current, theirs) if is_edited else Merge(theirs, ())
        self.base, self.conflicts = theirs, (*undecided, *merged.conflicts)
        self.take(merged.document)
        self.raw = broken

    def diff_to(self, setting: JsonObject | None) -> str:
        """What somebody else has changed since this draft was begun, for people."""
        if unreadable(setting) is not None:
            return ""
        return "\n".join(change.diff for change in changes(self.base, document_to_edit(setting)))

    def decide(self, conflict: Conflict, *, keep: bool) -> None:
        """Ends a conflict about an edited row that somebody removed: it comes back, or not."""
        self.conflicts = tuple(each for each in self.conflicts if each is not conflict)
        if keep and conflict.row is not None:
            ide = IdeType(conflict.type)
            self.edit(ide, [*self.rows(ide), dict(conflict.row)], redraw=True)


def _is_usual(row: JsonObject) -> bool:
    return row.get("default") is True


def _with_usual(rows: list[JsonObject]) -> list[JsonObject]:
    if any(map(_is_usual, rows)):
        return rows
    fit = (row for row in rows if not (row.get("deprecated") or row.get("hidden")))
    chosen = next(fit, None)
    return [row | {"default": True} if row is chosen else row for row in rows]
