"""Objects as kubectl's tables. Pure."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.api.context import Reply, World
from sandbox.api.kinds import Kind
from sandbox.api.request import Request
from sandbox.api.store import encode
from sandbox.client import EventType, Object

Writer = Callable[[EventType, Object, bytes], bytes]


def shown(reply: Reply, request: Request, world: World) -> Reply:
    """The answer in the form that the request prefers. Pure."""
    return reply


def event_writer(request: Request, kind: Kind) -> Writer:
    """How to write the events of a watch. Pure."""
    return _plain_event


def _plain_event(event: EventType, obj: Object, raw: bytes) -> bytes:
    body = raw or encode(obj)
    return b'{"type":"' + event.encode() + b'","object":' + body + b"}\n"
