"""Objects as kubectl's tables. Pure.

https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.api.ages import age
from sandbox.api.cells import CELLS, OTHERS, Cell
from sandbox.api.context import Reply, World
from sandbox.api.jsonpath import PathError, find
from sandbox.api.kinds import Column, Kind
from sandbox.api.request import Request, Verb
from sandbox.api.store import encode
from sandbox.client import EventType, Object

Writer = Callable[[EventType, Object, bytes], bytes]
_TABLE = {"kind": "Table", "apiVersion": "meta.k8s.io/v1"}
_FIRST = Cell("Name", lambda obj, _: obj["metadata"]["name"], format="name")


def wants_table(request: Request) -> bool:
    """Whether the first form that a request accepts is a table. Pure."""
    first = request.accept.partition(",")[0].replace(" ", "")
    return "as=Table" in first.split(";") and not request.target.subresource


def shown(reply: Reply, request: Request, world: World) -> Reply:
    """The answer in the form that the request prefers. Pure."""
    is_read = request.target.verb in {Verb.GET, Verb.LIST}
    if not (is_read and wants_table(request)):
        return reply
    kind = world.registry.find(request.target)
    is_list = request.target.verb is Verb.LIST
    objects = reply.body["items"] if is_list else [reply.body]
    version = {"resourceVersion": reply.body["metadata"]["resourceVersion"]}
    metadata = reply.body["metadata"] if is_list else version
    body = table(objects, kind, metadata, _includes_objects(request), world.clock())
    return Reply(reply.code, body, warnings=reply.warnings)


def event_writer(request: Request, kind: Kind, clock: Callable[[], datetime]) -> Writer:
    """How to write the events of a watch. Pure but for the clock."""
    if not wants_table(request):
        return _plain_event
    include = _includes_objects(request)

    def write(event: EventType, obj: Object, _: bytes) -> bytes:
        if event is EventType.ERROR:
            return _plain_event(event, obj, b"")
        version = {"resourceVersion": obj["metadata"]["resourceVersion"]}
        objects = [] if event is EventType.BOOKMARK else [obj]
        return _plain_event(event, table(objects, kind, version, include, clock()), b"")

    return write


def _plain_event(event: EventType, obj: Object, raw: bytes) -> bytes:
    body = raw or encode(obj)
    return b'{"type":"' + event.encode() + b'","object":' + body + b"}\n"


def _includes_objects(request: Request) -> str:
    return request.query.get("includeObject") or "Metadata"


def table(
    objects: list[Object], kind: Kind, metadata: Object, include: str, now: datetime
) -> Object:
    """A table of objects. ``include``: None, Metadata or Object, for each row. Pure."""
    cells = _cells(kind)
    columns = [_definition(cell) for cell in cells]
    rows = [
        {"cells": [cell.value(obj, now) for cell in cells]} | _row_object(obj, include)
        for obj in objects
    ]
    return _TABLE | {"metadata": metadata, "columnDefinitions": columns, "rows": rows}


def _cells(kind: Kind) -> tuple[Cell, ...]:
    if not kind.is_custom:
        return CELLS.get(kind.resource, OTHERS)
    return (_FIRST, *(_custom_cell(column) for column in kind.columns))


def _custom_cell(column: Column) -> Cell:
    def value(obj: Object, now: datetime) -> Any:
        return _custom_value(obj, column, now)

    is_wide = column.priority > 0
    return Cell(column.name, value, is_wide, column.type, column.format, column.description)


def _custom_value(obj: Object, column: Column, now: datetime) -> Any:
    try:
        found = find(obj, column.json_path)
    except PathError:
        return None
    if not found or found[0] is None:
        return None
    value = found[0]
    match column.type:
        case "date":
            return age(value, now)
        case "string":
            return value if isinstance(value, str) else encode(value).decode()
        case _:
            return value


def _definition(cell: Cell) -> Object:
    return {
        "name": cell.name,
        "type": cell.type,
        "format": cell.format,
        "description": cell.description,
        "priority": 1 if cell.is_wide else 0,
    }


def _row_object(obj: Object, include: str) -> Object:
    match include:
        case "None":
            return {}
        case "Object":
            return {"object": obj}
        case _:
            head = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
            return {"object": head | {"metadata": obj["metadata"]}}
