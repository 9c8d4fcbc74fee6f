"""What the server says about itself: groups, resources, version, health. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.api.kinds import ALL_VERBS, Kind
from sandbox.client import Object

VERSION: Object = {
    "major": "1",
    "minor": "36",
    "gitVersion": "v1.36.2+oneblock-sandbox",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "none",
    "compiler": "none",
    "platform": "linux/amd64",
}
_SUBRESOURCE_VERBS = {
    "status": ("get", "patch", "update"),
    "scale": ("get", "patch", "update"),
    "finalize": ("update",),
    "log": ("get",),
    "binding": ("create",),
}
_SUBRESOURCE_KINDS = {"scale": ("autoscaling", "v1", "Scale"), "binding": ("", "v1", "Binding")}


def document(path: str, kinds: Iterable[Kind]) -> Object | None:  # noqa: PLR0911 one per path
    """The discovery document at a path; None when there is none. Pure."""
    known = list(kinds)
    match path.strip("/").split("/"):
        case ["version"]:
            return VERSION
        case ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        case ["apis"]:
            return _group_list(known)
        case ["apis", group] if group:
            return next((g for g in _groups(known) if g["name"] == group), None)
        case ["api", "v1"]:
            return _resource_list("v1", [kind for kind in known if not kind.group])
        case ["apis", group, version]:
            served = [k for k in known if k.group == group and k.version == version]
            return _resource_list(f"{group}/{version}", served) if served else None
        case _:
            return None


def _group_list(kinds: list[Kind]) -> Object:
    groups = [
        {k: v for k, v in g.items() if k not in {"kind", "apiVersion"}} for g in _groups(kinds)
    ]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def _groups(kinds: list[Kind]) -> list[Object]:
    names = dict.fromkeys(kind.group for kind in kinds if kind.group)
    return [_group(name, [kind for kind in kinds if kind.group == name]) for name in names]


def _group(name: str, kinds: list[Kind]) -> Object:
    versions = dict.fromkeys(kind.version for kind in kinds)
    rows = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {
        "kind": "APIGroup",
        "apiVersion": "v1",
        "name": name,
        "versions": rows,
        "preferredVersion": rows[0],
    }


def _resource_list(group_version: str, kinds: list[Kind]) -> Object:
    resources = [row for kind in kinds for row in _rows(kind)]
    head = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version}
    return head | {"resources": resources}


def _rows(kind: Kind) -> list[Object]:
    row: Object = {
        "name": kind.plural,
        "singularName": kind.singular,
        "namespaced": kind.is_namespaced,
        "kind": kind.kind,
        "verbs": ["create"] if kind.is_review else list(ALL_VERBS),
    }
    if kind.short_names:
        row["shortNames"] = list(kind.short_names)
    if kind.categories:
        row["categories"] = list(kind.categories)
    return [row, *(_subresource_row(kind, part) for part in kind.subresources)]


def _subresource_row(kind: Kind, part: str) -> Object:
    row: Object = {
        "name": f"{kind.plural}/{part}",
        "singularName": "",
        "namespaced": kind.is_namespaced,
        "kind": kind.kind,
        "verbs": list(_SUBRESOURCE_VERBS.get(part, ())),
    }
    if part in _SUBRESOURCE_KINDS:
        group, version, name = _SUBRESOURCE_KINDS[part]
        row |= {"kind": name, "group": group, "version": version} if group else {"kind": name}
    return row
