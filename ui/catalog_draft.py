"""A catalog while somebody edits it: what was read, what it is by now, and what differs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nbcore.catalog import Catalog, shipped_catalog_json
from nbcore.catalog_changes import Change, changes, merge
from nbcore.catalog_document import document_to_edit, has_rows
from nbcore.catalog_json import pretty_json, read_json, write_json
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
        raw: JSON that was typed and can't be taken over yet; None when there is none.
        is_reset: saving takes the value away, so that the default serves.
        conflicts: what gave way when somebody else's change was merged.
    """

    setting: JsonObject | None
    base: JsonObject = field(init=False)
    drawn: JsonObject = field(init=False)
    current: JsonObject = field(init=False)
    generation: int = 0
    raw: str | None = None
    is_reset: bool = False
    conflicts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.base = self.drawn = self.current = document_to_edit(self.setting)

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
    def is_dirty(self) -> bool:
        """Whether there is something that a reload would lose."""
        return self.raw is not None or self.is_reset or self.current != self.base

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
        try:
            return Catalog.from_json(write_json(self.current))
        except InvalidCatalogError:
            return None

    def rows(self, ide: IdeType) -> list[JsonObject]:
        """The rows of one type, with all edits."""
        return objects_at(self.current, ide)

    def edit(self, ide: IdeType, rows: Sequence[JsonObject], *, redraw: bool = False) -> None:
        """Takes an edited type over."""
        if list(rows) != self.rows(ide):
            self.current = {**self.current, ide: list(rows)}
            self.is_reset = False
        if redraw:
            self.redraw()

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
        elif self.raw is not None or document != self.current:
            self.take(document)

    def reset(self) -> None:
        """Back to what is shipped."""
        shipped = text_at(self.setting, "default") or shipped_catalog_json()
        self.take(document_to_edit({"value": shipped}))
        self.is_reset = bool(text_at(self.setting, "value"))

    def deprecate(self, ide: IdeType, image: str) -> None:
        """Puts an image that was removed back, deprecated in favour of the default."""
        rows = self.rows(ide)
        row = next(row for row in objects_at(self.base, ide) if row.get("containerImage") == image)
        usual = next((text_at(each, "containerImage") for each in rows if each.get("default")), "")
        replacement = {"replacedBy": usual} if usual else {}
        kept = {key: value for key, value in row.items() if key != "default"}
        self.edit(ide, [*rows, {**kept, "deprecated": True, **replacement}], redraw=True)

    def meet(self, setting: JsonObject | None) -> None:
        """Goes on from somebody else's change: both in one, theirs where they contradict."""
        theirs = document_to_edit(setting)
        merged = merge(self.base, self.current, theirs)
        self.setting, self.base, self.conflicts = setting, theirs, merged.conflicts
        self.take(merged.document)
