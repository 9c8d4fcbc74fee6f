"""The images that people choose from, as the Setting notebook-default-images holds them. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from nbcore.errors import InvalidCatalogError
from nbcore.ides import IdeType
from nbcore.images import image_problem
from nbcore.names import CATALOG_SETTING, JsonObject

_KNOWN_KEYS = frozenset({"containerImage", "description", "default"})


class CatalogSource(StrEnum):
    """Where the catalog that is served comes from."""

    VALUE = "value"
    DEFAULT = "default"
    SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One image; ``extra`` keeps the keys that we don't know."""

    image: str
    description: str = ""
    is_default: bool = False
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    @classmethod
    def from_object(cls, row: object, *, where: str) -> CatalogEntry:
        """Reads one row.

        Raises:
            InvalidCatalogError: with ``where`` (type and row) and the field in its message.
        """
        if not isinstance(row, dict):
            raise InvalidCatalogError(f"{where}: not an object")
        image = row.get("containerImage")
        if not isinstance(image, str):
            raise InvalidCatalogError(f"{where}, containerImage: not a text")
        problem = image_problem(image)
        if problem:
            raise InvalidCatalogError(f"{where}, containerImage: {problem}")
        description = row.get("description", "")
        if not isinstance(description, str):
            raise InvalidCatalogError(f"{where}, description: not a text")
        is_default = row.get("default", False)
        if not isinstance(is_default, bool):
            raise InvalidCatalogError(f"{where}, default: neither true nor false")
        extra = {key: value for key, value in row.items() if key not in _KNOWN_KEYS}
        return cls(image, description, is_default, MappingProxyType(extra))

    def to_object(self) -> JsonObject:
        """The row as JSON; ``default`` only where it is true, as in the shipped catalog."""
        row: JsonObject = {"containerImage": self.image, "description": self.description}
        return row | ({"default": True} if self.is_default else {}) | dict(self.extra)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Entries by type, in the admin's order. Types that we don't know are kept."""

    groups: Mapping[str, tuple[CatalogEntry, ...]]
    _types: Mapping[str, IdeType] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        types = {
            entry.image: ide for ide in reversed(IdeType) for entry in self.groups.get(ide, ())
        }
        object.__setattr__(self, "_types", types)

    @classmethod
    def from_json(cls, text: object) -> Catalog:
        """Reads the JSON of a Setting.

        Raises:
            InvalidCatalogError: no JSON or no catalog; the message names the row and the field.
        """
        if not isinstance(text, str):
            raise InvalidCatalogError("not a text")
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidCatalogError(f"no JSON: {error}") from error
        if not isinstance(document, dict):
            raise InvalidCatalogError("no JSON object of types")
        groups = {str(key): _entries(key, rows) for key, rows in document.items()}
        if not any(groups.values()):
            raise InvalidCatalogError("there is no image in it")
        return cls(MappingProxyType(groups))

    @staticmethod
    def from_setting(setting: JsonObject | None) -> CatalogReading:
        """The catalog in force: ``value`` if set and valid, else ``default``, else the shipped one.

        A broken ``value`` never takes the images away: what is shipped serves, and ``problem`` says
        where it is broken. Pure.
        """
        problems: list[str] = []
        for source in (CatalogSource.VALUE, CatalogSource.DEFAULT):
            text = (setting or {}).get(source)
            if text in (None, ""):
                continue
            try:
                return CatalogReading(Catalog.from_json(text), source, "; ".join(problems))
            except InvalidCatalogError as error:
                problems.append(f"Setting {CATALOG_SETTING}, {source}: {error}")
        return CatalogReading(shipped_catalog(), CatalogSource.SHIPPED, "; ".join(problems))

    def to_json(self) -> str:
        """The JSON of a Setting, without spaces, as the shipped one is written."""
        document = {key: [entry.to_object() for entry in rows] for key, rows in self.groups.items()}
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False)

    def entries(self, ide: IdeType) -> tuple[CatalogEntry, ...]:
        """The images offered for an IDE, in the admin's order."""
        return self.groups.get(ide, ())

    def default_image(self, ide: IdeType) -> str | None:
        """The image marked as default, else the first; None when the catalog has none."""
        entries = self.entries(ide)
        marked = (entry.image for entry in entries if entry.is_default)
        return next(marked, entries[0].image if entries else None)

    def type_of_image(self, image: str) -> IdeType | None:
        """The IDE under which the catalog lists an image; None when it does not."""
        return self._types.get(image)

    def description_of(self, image: str) -> str:
        """What the admin wrote about an image; "" when it is not in the catalog."""
        rows = (entry for entries in self.groups.values() for entry in entries)
        return next((entry.description for entry in rows if entry.image == image), "")


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


def _entries(key: str, rows: object) -> tuple[CatalogEntry, ...]:
    if not isinstance(rows, list):
        raise InvalidCatalogError(f"{key}: no list of images")
    return tuple(
        CatalogEntry.from_object(row, where=f"{key}, row {number}")
        for number, row in enumerate(rows, start=1)
    )
