"""What a request asks for, read from its method, path and query. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from sandbox.api import statuses

_ONE_NAME = re.compile(r"[-a-z0-9.]+", re.ASCII)
NAMESPACE_SUBRESOURCES = frozenset({"finalize", "status"})


class Verb(StrEnum):
    """What Kubernetes calls the actions on resources."""

    GET = "get"
    LIST = "list"
    WATCH = "watch"
    CREATE = "create"
    UPDATE = "update"
    PATCH = "patch"
    DELETE = "delete"
    DELETE_COLLECTION = "deletecollection"
    IMPERSONATE = "impersonate"
    BIND = "bind"
    ESCALATE = "escalate"

    @property
    def is_write(self) -> bool:
        """Whether it may change something."""
        return self not in {Verb.GET, Verb.LIST, Verb.WATCH}


@dataclass(frozen=True, slots=True)
class User:
    """Who asks; ``groups`` decide what is allowed."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Verb and resource, as authorisation sees them. ``namespace`` "" means all or none."""

    verb: Verb
    group: str
    version: str
    plural: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request on resources, ready for the pipeline.

    ``query`` holds the last value of each parameter. ``body`` is JSON, or None when there was none.
    """

    target: Target
    user: User
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    content_type: str = "application/json"
    accept: str = "application/json"
    user_agent: str = ""

    def flag(self, name: str) -> bool:
        """A boolean parameter, read as Go reads it."""
        return self.query.get(name, "").lower() in {"1", "t", "true"}

    def number(self, name: str) -> int | None:
        """A whole number parameter; None when it is missing.

        Raises:
            ApiError: 400 when it is no number.
        """
        text = self.query.get(name, "")
        if not text:
            return None
        try:
            return int(text) if text.isascii() and len(text) < 20 else int("")
        except ValueError:
            raise statuses.bad_request(
                f'strconv.ParseInt: parsing "{text[:40]}": invalid syntax'
            ) from None


_VERBS = {"POST": Verb.CREATE, "PUT": Verb.UPDATE, "PATCH": Verb.PATCH}


def parse_target(method: str, path: str, query: Mapping[str, str]) -> Target | None:
    """What a request names; None when the path is not that of a resource.

    Example: ``GET /apis/apps/v1/namespaces/demo/statefulsets/x/scale``. The path is as it was sent,
    still quoted: ".." is a name that nothing has, not a way up. Pure.

    Raises:
        ApiError: 405 for a method that no resource knows.
    """
    match [unquote(part) for part in path.strip("/").split("/")]:
        case ["api", version, *rest] if rest:
            return _target(method, query, "", version, rest)
        case ["apis", group, version, *rest] if rest:
            return _target(method, query, group, version, rest)
    return None


def _target(
    method: str, query: Mapping[str, str], group: str, version: str, rest: list[str]
) -> Target | None:
    namespace, parts = _split_namespace(rest)
    if not all(parts) or len(parts) > 3:
        return None
    plural, name, subresource = (*parts, "", "")[:3]
    return Target(
        verb=_verb(method, name, query),
        group=group,
        version=version,
        plural=plural,
        namespace=namespace,
        name=name,
        subresource=subresource,
    )


def asked_target(target: Target, query: Mapping[str, str]) -> Target:
    """What somebody has to be allowed: a list of the one object of a name is about that object.

    Pure.
    """
    field, _, name = query.get("fieldSelector", "").partition("=")
    is_collection = target.verb in {Verb.LIST, Verb.WATCH, Verb.DELETE_COLLECTION}
    if not is_collection or field != "metadata.name" or not _ONE_NAME.fullmatch(name):
        return target
    return replace(target, name=name)


def _split_namespace(rest: list[str]) -> tuple[str, list[str]]:
    """The namespace of a path and what follows; a path of a namespace itself has none. Pure."""
    match rest:
        case ["namespaces", _]:
            return "", rest
        case ["namespaces", _, subresource] if subresource in NAMESPACE_SUBRESOURCES:
            return "", rest
        case ["namespaces", namespace, *parts] if parts:
            return namespace, parts
    return "", rest


def _verb(method: str, name: str, query: Mapping[str, str]) -> Verb:
    match method:
        case "GET" | "HEAD":
            is_watch = query.get("watch", "").lower() in {"1", "t", "true"}
            if is_watch and not name:
                return Verb.WATCH
            return Verb.GET if name else Verb.LIST
        case "DELETE":
            return Verb.DELETE if name else Verb.DELETE_COLLECTION
        case _:
            return _write_verb(method, name)


def _write_verb(method: str, name: str) -> Verb:
    """POST is for collections and subresources, PUT and PATCH are for objects."""
    verb = _VERBS.get(method)
    if verb is None or (verb is not Verb.CREATE and not name):
        raise statuses.method_not_allowed()
    return verb
