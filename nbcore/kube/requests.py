"""Which request is this: verb, resource and name become a value that a thin shell sends. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode

from nbcore.errors import InvalidObjectError
from nbcore.kube.resources import Resource
from nbcore.names import JsonObject

PAGE_SIZE = 500
"""Objects in one answer to a list; a bigger page stalls every thread while it is parsed."""

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}

Operations = list[JsonObject]
"""A JSON Patch (RFC 6902)."""

JSON = "application/json"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request to the API server, without host and credentials."""

    verb: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: JsonObject | Operations | None = None
    content_type: str = JSON

    @property
    def target(self) -> str:
        """Path and query as they stand in the request line."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    @property
    def title(self) -> str:
        """What errors and logs call it, for example "GET /api/v1/nodes"."""
        return f"{self.verb} {self.path}"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects of a resource are meant; an empty namespace means all of them."""

    namespace: str = ""
    label_selector: str = ""
    field_selector: str = ""

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The selectors as they stand in the URL."""
        return _present(labelSelector=self.label_selector, fieldSelector=self.field_selector)


@dataclass(frozen=True, slots=True)
class Target:
    """What a request is about, in the words of RBAC; a subresource stands behind a slash."""

    verb: str
    resource: str
    namespace: str
    name: str


EVERYTHING = Selection()

VERSION = Request("GET", "/version")
"""Which Kubernetes this is; every identity that signed in may ask."""


def get(resource: Resource, name: str, namespace: str = "") -> Request:
    """Reads one object. Pure."""
    return Request("GET", object_path(resource, name, namespace))


def list_page(resource: Resource, selection: Selection, continue_token: str = "") -> Request:
    """Reads one page of a list. Pure."""
    paging = _present(limit=str(PAGE_SIZE), **{"continue": continue_token})
    path = _collection_path(resource, selection.namespace)
    return Request("GET", path, (*selection.query, *paging))


def watch(
    resource: Resource, selection: Selection, *, resource_version: str, timeout_seconds: int
) -> Request:
    """Follows the changes after a resourceVersion; the server ends it in time. Pure."""
    following = _present(
        watch="true",
        allowWatchBookmarks="true",
        resourceVersion=resource_version,
        timeoutSeconds=str(timeout_seconds),
    )
    path = _collection_path(resource, selection.namespace)
    return Request("GET", path, (*selection.query, *following))


def create(resource: Resource, obj: JsonObject, *, manager: str, dry_run: bool = False) -> Request:
    """Makes a new object in the namespace that its metadata names. Pure."""
    path = _collection_path(resource, _namespace_of(obj))
    return Request("POST", path, _writing(manager, dry_run=dry_run), obj)


def apply(resource: Resource, obj: JsonObject, *, manager: str, dry_run: bool = False) -> Request:
    """Server-side apply: makes our fields of the object what they are here, by force. Pure."""
    query = (("force", "true"), *_writing(manager, dry_run=dry_run))
    return Request("PATCH", _path_of(resource, obj), query, obj, APPLY_PATCH)


def replace(resource: Resource, obj: JsonObject, *, manager: str) -> Request:
    """Writes the whole object, if its resourceVersion is still the current one. Pure."""
    return Request("PUT", _path_of(resource, obj), _writing(manager), obj)


def json_patch(path: str, operations: Operations, *, manager: str) -> Request:
    """JSON Patch (RFC 6902) of the object or subresource at this path. Pure."""
    return Request("PATCH", path, _writing(manager), operations, JSON_PATCH)


def merge_patch(path: str, patch: JsonObject, *, manager: str) -> Request:
    """JSON merge patch (RFC 7396) of the object at this path. Pure."""
    return Request("PATCH", path, _writing(manager), patch, MERGE_PATCH)


def delete(resource: Resource, name: str, namespace: str = "", *, uid: str = "") -> Request:
    """Deletes one object; with a uid only if it still is that very object. Pure."""
    options: JsonObject = {
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "propagationPolicy": "Background",
    }
    if uid:
        options["preconditions"] = {"uid": uid}
    return Request("DELETE", object_path(resource, name, namespace), (), options)


def is_change(request: Request) -> bool:
    """Whether it would change what is stored, other than a dry run. Pure."""
    return request.verb != "GET" and ("dryRun", "All") not in request.query


def target_of(request: Request) -> Target:
    """Reads a request that changes something; its path is one that Resource.path made. Pure."""
    parts = [unquote(part) for part in request.path.split("/")[1:]]
    rest = parts[3:] if parts[0] == "apis" else parts[2:]
    namespace = ""
    # A namespace is an object, too: then nothing follows its name.
    if rest[0] == "namespaces" and len(rest) > 2:
        namespace, rest = rest[1], rest[2:]
    plural, name, subresource = (*rest, "", "")[:3]
    resource = f"{plural}/{subresource}" if subresource else plural
    if request.verb == "POST" and isinstance(request.body, dict):
        name = str(request.body["metadata"].get("name") or "")
    return Target(_VERBS[request.verb], resource, namespace, name)


def object_path(resource: Resource, name: str, namespace: str = "", subresource: str = "") -> str:
    """The URL path of one object.

    Raises:
        InvalidObjectError: a name that would make another path of it. The names that Kubernetes
            itself refuses as path segments; an empty one would mean the whole collection. Pure.
    """
    return resource.path(_segment(namespace) if namespace else "", _segment(name), subresource)


def _collection_path(resource: Resource, namespace: str) -> str:
    return resource.path(_segment(namespace) if namespace else "")


def _path_of(resource: Resource, obj: JsonObject) -> str:
    return object_path(resource, str(obj["metadata"]["name"]), _namespace_of(obj))


def _namespace_of(obj: JsonObject) -> str:
    return str(obj["metadata"].get("namespace") or "")


def _segment(name: str) -> str:
    if name in {"", ".", ".."} or "/" in name or "%" in name:
        raise InvalidObjectError(f"{name!r} can't be the name of an object.")
    return quote(name, safe="")


def _writing(manager: str, *, dry_run: bool = False) -> tuple[tuple[str, str], ...]:
    return _present(fieldManager=manager, dryRun="All" if dry_run else "")


def _present(**query: str) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in query.items() if value)


def impersonation(user: str, groups: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The headers that make a request somebody else's; one line a group. Pure.

    https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
    """
    return (("Impersonate-User", user), *(("Impersonate-Group", group) for group in groups))


def with_kind(resource: Resource, item: Mapping[str, object]) -> JsonObject:
    """The item of a list with its kind, which lists of built-in resources leave out. Pure."""
    return {"apiVersion": resource.api_version, "kind": resource.kind, **item}
