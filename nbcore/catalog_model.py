"""What a catalog may hold: one model, and the rules between its rows.

The types are those of nbcore.ides. What stands under any other key belongs to somebody else, so it
is kept and not judged; so is every key of a row that we don't know. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, field_validator

from nbcore.catalog_json import read_json
from nbcore.catalog_lines import has_lines, line_of, lines
from nbcore.errors import InvalidCatalogError, RowError
from nbcore.ides import IdeType
from nbcore.images import image_problem
from nbcore.names import JsonObject

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "it is missing",
        "string_type": "not a text",
        "bool_type": "neither true nor false",
        "list_type": "no list of images",
        "model_type": "not an object",
        "dict_type": "no JSON object of types",
    }
)


class Row(BaseModel):
    """One image, as the Setting's JSON has it."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    image: str = Field(alias="containerImage")
    description: str = ""
    default: bool = False
    display_name: str = Field("", alias="displayName")
    gpu: bool = False
    deprecated: bool = False
    replaced_by: str = Field("", alias="replacedBy")
    hidden: bool = False

    @field_validator("image")
    @classmethod
    def _is_reference(cls, image: str) -> str:
        problem = image_problem(image)
        if problem:
            raise ValueError(problem)
        return image


class Types(RootModel[dict[str, list[Row]]]):
    """The images of each type."""


def read_rows(text: object) -> tuple[Types, JsonObject]:
    """The rows of the types that we know, and what stands under other keys, as it is.

    Raises:
        InvalidCatalogError: with everything that is wrong: type, row, field, and the line.
    """
    document = read_json(text)
    known = {key: rows for key, rows in document.items() if key in set(IdeType)}
    try:
        types = Types.model_validate(known)
    except ValidationError as error:
        found = [*map(_row_error, error.errors(include_url=False, include_input=False))]
        raise InvalidCatalogError(_with_lines(found, str(text))) from error
    problems = [*_rule_errors(types.root)]
    if problems:
        raise InvalidCatalogError(_with_lines(problems, str(text)))
    return types, {key: value for key, value in document.items() if key not in known}


def problems_of(text: object) -> tuple[RowError, ...]:
    """Everything that is wrong with the JSON of a catalog; empty when it may be saved."""
    try:
        read_rows(text)
    except InvalidCatalogError as error:
        return error.problems
    return ()


def _row_error(details: Mapping[str, Any]) -> RowError:
    place = details["loc"]
    own_words = details.get("ctx", {}).get("error")
    return RowError(
        str(own_words) if own_words else _WORDS.get(details["type"], details["msg"]),
        type=str(place[0]) if place else "",
        row=int(place[1]) + 1 if len(place) > 1 else 0,
        field=str(place[2]) if len(place) > 2 else "",
    )


def _rule_errors(types: Mapping[str, Sequence[Row]]) -> Iterator[RowError]:
    if not any(types.values()):
        yield RowError("there is no image in it")
    for type_, rows in types.items():
        for error in (*_duplicates(rows), *_defaults(rows), *_replacements(rows)):
            yield replace(error, type=type_)


def _duplicates(rows: Sequence[Row]) -> Iterator[RowError]:
    first: dict[str, int] = {}
    for number, row in enumerate(rows, start=1):
        if row.image in first:
            message = f"{row.image} stands in row {first[row.image]} already. Remove one of them."
            yield RowError(message, row=number, field="containerImage")
        first.setdefault(row.image, number)


def _defaults(rows: Sequence[Row]) -> Iterator[RowError]:
    marked = [number for number, row in enumerate(rows, start=1) if row.default]
    if rows and not marked:
        yield RowError("no image is the default. Mark one.", field="default")
    for number in marked:
        if rows[number - 1].hidden:
            message = "a hidden image can't be the default. Show it, or mark another one."
            yield RowError(message, row=number, field="default")
    for number in marked[1:]:
        message = f"row {marked[0]} is the default already. One image can be."
        yield RowError(message, row=number, field="default")


def _replacements(rows: Sequence[Row]) -> Iterator[RowError]:
    following = {row.image: row.replaced_by for row in rows if row.replaced_by}
    images = {row.image for row in rows}
    looping = _looping(following)
    for number, row in enumerate(rows, start=1):
        if row.replaced_by and row.replaced_by not in images:
            absent = f"{row.replaced_by} is not among the images of this type. Choose one of them."
            # What is no reference may be of any length, and is not repeated.
            message = image_problem(row.replaced_by) or absent
            yield RowError(message, row=number, field="replacedBy")
        elif row.image in looping:
            message = f"the replacements lead from {row.image} back to itself. Choose another one."
            yield RowError(message, row=number, field="replacedBy")


def _looping(following: Mapping[str, str]) -> set[str]:
    """The images on a circle: what is left when ends are taken away, again and again."""
    left = dict(following)
    inward = Counter(left.values())
    # An image that no other one leads to is on no circle, and neither is one that leads nowhere.
    ends = [image for image in left if not inward[image]]
    while ends:
        target = left.pop(ends.pop())
        inward[target] -= 1
        if not inward[target] and target in left:
            ends.append(target)
    return set(left)


def _with_lines(errors: Sequence[RowError], text: str) -> list[RowError]:
    if not has_lines(text):
        return [*errors]
    found = lines(text)
    return [
        replace(error, line=line_of(found, (error.type, error.row, error.field)))
        for error in errors
    ]
