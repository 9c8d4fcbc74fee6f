"""What differs between two catalogs, and how two changes of one catalog become one.

All of it works on the JSON as it stands, valid or not, so that nothing is lost on the way. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from nbcore.catalog_json import is_same
from nbcore.ides import IdeType
from nbcore.names import JsonObject
from nbcore.objects import objects_at, text_at

_MISSING = object()
# Row keys that say the same when they are absent.
_OPTIONAL = frozenset(
    {"description", "default", "displayName", "gpu", "deprecated", "replacedBy", "hidden"}
)

RowKey = tuple[str, int]
"""An image, and the how-manieth row it is that names it, from 0: a draft may name it twice."""


class ChangeKind(StrEnum):
    """What happened to a row, or to a whole type."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    ORDER = "order"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        image: the row's; "" for the order of a type and for keys that are no type.
        fields: what was and what is, by key of the row; None where it is absent.
    """

    kind: ChangeKind
    type: str
    image: str = ""
    fields: tuple[tuple[str, Any, Any], ...] = ()

    @property
    def diff(self) -> str:
        """Lines that begin with "-", "+" or a space."""
        match self.kind:
            case ChangeKind.ORDER:
                return f"  {self.type}\n+   another order"
            case ChangeKind.OTHER:
                return f"  {_said(self.type)}\n+   changed"
            case ChangeKind.ADDED:
                return "\n".join([f"+ {self._place}", *self._lines()])
            case ChangeKind.REMOVED:
                return f"- {self._place}"
            case ChangeKind.CHANGED:
                return "\n".join([f"  {self._place}", *self._lines()])

    @property
    def _place(self) -> str:
        return f"{self.type} · {_said(self.image)}"

    def _lines(self) -> Iterator[str]:
        for key, old, new in self.fields:
            if old is not None:
                yield f"-   {_said(key)}: {_said(old)}"
            if new is not None:
                yield f"+   {_said(key)}: {_said(new)}"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Where both changed the same thing.

    Attributes:
        words: for people: what of mine gave way.
        type: what ``row`` stands under; "" when there is none.
        row: my row, when they removed what I edited: a person has to decide whether it comes back.
    """

    words: str
    type: str = ""
    row: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """Both changes in one catalog; where they contradict each other, theirs stands."""

    document: JsonObject
    conflicts: tuple[Conflict, ...]


def changes(before: JsonObject, after: JsonObject) -> tuple[Change, ...]:
    """Everything that differs, type by type, in the order of the new rows."""
    found = [change for ide in IdeType for change in _type_changes(ide, before, after)]
    others = dict.fromkeys([*before, *after])
    changed = [key for key in others if key not in set(IdeType) and _differs(key, before, after)]
    return (*found, *(Change(ChangeKind.OTHER, key) for key in changed))


def merge(base: JsonObject, mine: JsonObject, theirs: JsonObject) -> Merge:
    """Puts my change of ``base`` on top of theirs."""
    conflicts: list[Conflict] = []
    keys = dict.fromkeys([*theirs, *mine])
    merged: JsonObject = {}
    for key in keys:
        if key in set(IdeType):
            merged[key] = _merged_rows(key, base, mine, theirs, conflicts)
            continue
        kept = _merged_value(*(each.get(key, _MISSING) for each in (base, mine, theirs)))
        if kept is None:
            conflicts.append(Conflict(f"{key}: both changed it"))
        value = theirs.get(key, _MISSING) if kept is None else kept[0]
        if value is not _MISSING:
            merged[key] = value
    return Merge(merged, tuple(conflicts))


def by_key(rows: Sequence[JsonObject]) -> dict[RowKey, JsonObject]:
    """The rows by what identifies them, in their order."""
    seen: Counter[str] = Counter()
    found: dict[RowKey, JsonObject] = {}
    for row in rows:
        image = text_at(row, "containerImage")
        found[image, seen[image]] = row
        seen[image] += 1
    return found


def _type_changes(ide: str, before: JsonObject, after: JsonObject) -> Iterator[Change]:
    old, new = by_key(objects_at(before, ide)), by_key(objects_at(after, ide))
    for key in old:
        if key not in new:
            yield Change(ChangeKind.REMOVED, ide, key[0])
    for key, row in new.items():
        fields = _field_changes(old.get(key, {}), row)
        if key not in old:
            yield Change(ChangeKind.ADDED, ide, key[0], fields)
        elif fields:
            yield Change(ChangeKind.CHANGED, ide, key[0], fields)
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield Change(ChangeKind.ORDER, ide)


def _field_changes(old: JsonObject, new: JsonObject) -> tuple[tuple[str, Any, Any], ...]:
    keys = [key for key in dict.fromkeys([*old, *new]) if key != "containerImage"]
    told = ((key, _meant(old, key), _meant(new, key)) for key in keys)
    return tuple((key, was, now) for key, was, now in told if not is_same(was, now))


def _meant(row: JsonObject, key: str) -> Any:
    value = row.get(key)
    says_nothing = value is None or value is False or value == ""
    return None if key in _OPTIONAL and says_nothing else value


def _differs(key: str, before: JsonObject, after: JsonObject) -> bool:
    return not is_same(before.get(key, _MISSING), after.get(key, _MISSING))


def _merged_rows(
    ide: str, base: JsonObject, mine: JsonObject, theirs: JsonObject, conflicts: list[Conflict]
) -> list[JsonObject]:
    old, ours, other = (by_key(objects_at(each, ide)) for each in (base, mine, theirs))
    merged: dict[RowKey, JsonObject] = {}
    found: list[Conflict] = []
    for key in _merged_order(list(old), list(ours), list(other)):
        row = _merged_row(key[0], (old.get(key), ours.get(key), other.get(key)), found)
        if row is not None:
            merged[key] = row
    conflicts += [replace(each, type=ide) if each.row is not None else each for each in found]
    return _with_one_default(merged, other, conflicts)


def _merged_order(old: list[RowKey], mine: list[RowKey], theirs: list[RowKey]) -> list[RowKey]:
    """Mine when I moved rows, else theirs; what only the other side has follows its neighbour."""
    has_moved = [key for key in old if key in mine] != [key for key in mine if key in old]
    first, second = (mine, theirs) if has_moved else (theirs, mine)
    order = list(first)
    for position, key in enumerate(second):
        if key not in order:
            before = second[position - 1] if position else None
            order.insert(order.index(before) + 1 if before is not None else 0, key)
    return order


def _merged_row(
    image: str,
    versions: tuple[JsonObject | None, JsonObject | None, JsonObject | None],
    conflicts: list[Conflict],
) -> JsonObject | None:
    base, mine, theirs = versions
    whole = _merged_value(base, mine, theirs)
    if whole is not None:
        row: JsonObject | None = whole[0]
        return row
    if mine is None:
        conflicts.append(Conflict(f"{image}: you removed it, they changed it; it stays"))
        return theirs
    if theirs is None:
        edits = ", ".join(key for key, *_ in _field_changes(base or {}, mine))
        conflicts.append(Conflict(f"{image}: they removed it, you changed {edits}", row=mine))
        return None
    merged: JsonObject = {}
    for name in dict.fromkeys([*theirs, *mine]):
        kept = _merged_value(*(each.get(name, _MISSING) for each in (base or {}, mine, theirs)))
        if kept is None:
            words = f"{image}, {name}: yours was {_said(mine.get(name))}"
            conflicts.append(Conflict(f"{words}, theirs stands"))
        value = theirs.get(name, _MISSING) if kept is None else kept[0]
        if value is not _MISSING:
            merged[name] = value
    return merged


def _merged_value(base: Any, mine: Any, theirs: Any) -> tuple[Any] | None:
    """The value that both agree on, or that one of them changed; None: both did, differently."""
    if is_same(mine, base) or is_same(mine, theirs):
        return (theirs,)
    return (mine,) if is_same(theirs, base) else None


def _with_one_default(
    rows: Mapping[RowKey, JsonObject],
    theirs: Mapping[RowKey, JsonObject],
    conflicts: list[Conflict],
) -> list[JsonObject]:
    marked = [key for key, row in rows.items() if row.get("default")]
    mine_alone = [key for key in marked if not theirs.get(key, {}).get("default")]
    if len(mine_alone) == len(marked):
        return list(rows.values())
    conflicts += [Conflict(f"{image}: they chose another default") for image, _ in mine_alone]
    return [
        {name: value for name, value in row.items() if key not in mine_alone or name != "default"}
        for key, row in rows.items()
    ]


def _said(value: Any) -> str:
    """One line, in which nothing is hidden and nothing can pass for another line of the diff."""
    if isinstance(value, bool):
        return str(value).lower()
    text = "nothing" if value is None else str(value)
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
