"""The images that people choose from, as the Setting notebook-default-images holds them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from nbcore.catalog_model import Row, read_rows
from nbcore.errors import InvalidCatalogError
from nbcore.ides import IdeType
from nbcore.images import parse_image
from nbcore.names import CATALOG_SETTING, JsonObject
from nbcore.objects import text_at


class CatalogSource(StrEnum):
    """Where the catalog that is served comes from."""

    VALUE = "value"
    DEFAULT = "default"
    SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One image.

    Attributes:
        display_name: what people read; "" means the description, or the reference.
        is_gpu: made for accelerators.
        is_deprecated: it still works and is offered last; ``replaced_by`` is what to use instead.
        is_hidden: not offered for new notebooks; those that have it keep it.
        extra: the keys that we don't know.
    """

    image: str
    description: str = ""
    is_default: bool = False
    display_name: str = ""
    is_gpu: bool = False
    is_deprecated: bool = False
    replaced_by: str = ""
    is_hidden: bool = False
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    @classmethod
    def from_row(cls, row: Row) -> CatalogEntry:
        """Takes a checked row over."""
        return cls(
            image=row.image,
            description=row.description,
            is_default=row.default,
            display_name=row.display_name,
            is_gpu=row.gpu,
            is_deprecated=row.deprecated,
            replaced_by=row.replaced_by,
            is_hidden=row.hidden,
            extra=MappingProxyType(row.model_extra or {}),
        )

    def to_object(self) -> JsonObject:
        """The row as JSON; what is optional only where it says something, as shipped."""
        optional: JsonObject = {
            "default": self.is_default,
            "displayName": self.display_name,
            "gpu": self.is_gpu,
            "deprecated": self.is_deprecated,
            "replacedBy": self.replaced_by,
            "hidden": self.is_hidden,
        }
        row: JsonObject = {"containerImage": self.image, "description": self.description}
        return row | {key: said for key, said in optional.items() if said} | dict(self.extra)

    @property
    def title(self) -> str:
        """What a person reads in a selection: name, version, and whether it is deprecated."""
        parsed = parse_image(self.image)
        name, leaf = self.display_name or self.description, parsed.leaf if parsed else self.image
        title = f"{name}  ·  {leaf}" if name else self.image
        return f"{title}  ·  deprecated" if self.is_deprecated else title


@dataclass(frozen=True, slots=True)
class Catalog:
    """Entries by type, in the admin's order; ``others`` is what stands under keys not ours."""

    groups: Mapping[str, tuple[CatalogEntry, ...]]
    others: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    _types: Mapping[str, IdeType] = field(init=False, repr=False, compare=False)
    _entries: Mapping[str, CatalogEntry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        listed = [(ide, entry) for ide in reversed(IdeType) for entry in self.groups.get(ide, ())]
        object.__setattr__(self, "_types", {entry.image: ide for ide, entry in listed})
        object.__setattr__(self, "_entries", {entry.image: entry for _, entry in listed})

    @classmethod
    def from_json(cls, text: object) -> Catalog:
        """Reads the JSON of a Setting.

        Raises:
            InvalidCatalogError: no JSON or no catalog; names type, row and field.
        """
        types, others = read_rows(text)
        groups = {
            key: tuple(CatalogEntry.from_row(row) for row in rows)
            for key, rows in types.root.items()
        }
        return cls(MappingProxyType(groups), MappingProxyType(others))

    @staticmethod
    def from_setting(setting: JsonObject | None) -> CatalogReading:
        """The catalog in force: ``value`` if set and valid, else ``default``, else the shipped one.

        A broken ``value`` never takes the images away: what is shipped serves, and ``problem`` says
        where it is broken. Pure.
        """
        problems: list[str] = []
        name = text_at(setting, "metadata", "name") or CATALOG_SETTING
        for source in (CatalogSource.VALUE, CatalogSource.DEFAULT):
            text = (setting or {}).get(source)
            if text in (None, ""):
                continue
            try:
                return CatalogReading(Catalog.from_json(text), source, "; ".join(problems))
            except InvalidCatalogError as error:
                problems.append(f"Setting {name}, {source}: {error}")
        return CatalogReading(shipped_catalog(), CatalogSource.SHIPPED, "; ".join(problems))

    def to_document(self) -> JsonObject:
        """The JSON of a Setting, read."""
        groups = {key: [entry.to_object() for entry in rows] for key, rows in self.groups.items()}
        return groups | dict(self.others)

    def titles(self, ide: IdeType) -> dict[str, str]:
        """Each image that is offered, and what a person reads of it: no two read alike."""
        offered = self.offered(ide)
        alike = Counter(entry.title for entry in offered)
        return {
            entry.image: entry.title
            if alike[entry.title] == 1
            else f"{entry.title}  ·  {entry.image}"
            for entry in offered
        }

    def entries(self, ide: IdeType) -> tuple[CatalogEntry, ...]:
        """Every image of an IDE, in the admin's order."""
        return self.groups.get(ide, ())

    def offered(self, ide: IdeType) -> tuple[CatalogEntry, ...]:
        """What new notebooks can choose from: nothing hidden, and what is deprecated last."""
        shown = (entry for entry in self.entries(ide) if not entry.is_hidden)
        return tuple(sorted(shown, key=lambda entry: entry.is_deprecated))

    def default_image(self, ide: IdeType) -> str | None:
        """The image marked as default, which is never hidden; None when there is no image."""
        marked = (entry.image for entry in self.entries(ide) if entry.is_default)
        return next(marked, None)

    def type_of_image(self, image: str) -> IdeType | None:
        """The IDE under which the catalog lists an image; None when it does not."""
        return self._types.get(image)

    def is_deprecated(self, image: str) -> bool:
        """Whether its owners should move to another one."""
        entry = self._entries.get(image)
        return entry is not None and entry.is_deprecated

    def replacement_of(self, image: str) -> str | None:
        """What to use instead of a deprecated image; None when it isn't, or nothing is named.

        A replacement that is deprecated itself leads on to its own.
        """
        found = None
        entry = self._entries.get(image)
        # The model refuses loops within a type; an image under two types could still make one.
        for _ in self._entries:
            if entry is None or not (entry.is_deprecated and entry.replaced_by):
                break
            found = entry.replaced_by
            entry = self._entries.get(found)
        return found


@dataclass(frozen=True, slots=True)
class CatalogReading:
    """A catalog that always serves, where it comes from, and what an admin has to mend ("")."""

    catalog: Catalog
    source: CatalogSource
    problem: str = ""


@cache
def shipped_catalog_json() -> str:
    """The catalog that comes with this release, byte for byte as the Setting's ``default``."""
    return (
        resources.files("nbcore").joinpath("shipped/catalog.json").read_text("utf-8").rstrip("\n")
    )


@cache
def shipped_catalog() -> Catalog:
    """The catalog that comes with this release."""
    return Catalog.from_json(shipped_catalog_json())
