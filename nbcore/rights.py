"""What a viewer may do with the notebooks of a list, namespace by namespace. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nbcore.rows import NotebookRow


@dataclass(frozen=True, slots=True)
class Rights:
    """Namespaces in which the viewer may open, change and delete notebooks."""

    open: frozenset[str]
    change: frozenset[str]
    delete: frozenset[str]


def narrowed(rows: Iterable[NotebookRow], rights: Rights) -> list[NotebookRow]:
    """The rows, each offering no more than the viewer may do. Pure."""
    return [_narrowed(row, rights) for row in rows]


def _narrowed(row: NotebookRow, rights: Rights) -> NotebookRow:
    may_open, may_change = row.namespace in rights.open, row.namespace in rights.change
    may_delete = row.namespace in rights.delete
    if may_open and may_change and may_delete:
        return row
    return replace(
        row,
        can_open=row.can_open and may_open,
        can_start=row.can_start and may_change,
        can_stop=row.can_stop and may_change,
        can_delete=row.can_delete and may_delete,
    )
