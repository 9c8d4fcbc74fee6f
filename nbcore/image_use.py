"""Which notebooks have which image, and which of them should move to another one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nbcore.catalog import Catalog
from nbcore.rows import NotebookRow


@dataclass(frozen=True, slots=True)
class ImageUse:
    """How many notebooks have an image, by namespace; stopped ones start with it again."""

    namespaces: Mapping[str, int]

    @property
    def count(self) -> int:
        """In all namespaces."""
        return sum(self.namespaces.values())

    @property
    def words(self) -> str:
        """For example "3 · data-science 2, teaching 1"; "" when there is none."""
        listed = sorted(self.namespaces.items(), key=lambda pair: (-pair[1], pair[0]))
        places = ", ".join(f"{name} {count}" for name, count in listed)
        return f"{self.count} · {places}" if listed else ""


UNUSED = ImageUse({})


@dataclass(frozen=True, slots=True)
class Move:
    """A notebook on a deprecated image, and what should take its place; "" when none is named."""

    row: NotebookRow
    image: str


def image_uses(rows: Iterable[NotebookRow]) -> dict[str, ImageUse]:
    """The use of each image that any notebook has."""
    counted: dict[str, Counter[str]] = {}
    for row in rows:
        if row.image:
            counted.setdefault(row.image, Counter())[row.namespace] += 1
    return {image: ImageUse(namespaces) for image, namespaces in counted.items()}


def moves(rows: Iterable[NotebookRow], catalog: Catalog, owner: str) -> list[Move]:
    """The owner's notebooks on deprecated images, by name."""
    mine = [row for row in rows if row.owner == owner and (row.can_start or row.can_stop)]
    old = [row for row in mine if catalog.is_deprecated(row.image)]
    wanted = [Move(row, catalog.replacement_of(row.image) or "") for row in old]
    return sorted(wanted, key=lambda move: (move.row.namespace, move.row.name))
