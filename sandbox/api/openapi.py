"""OpenAPI v3: what kubectl needs to send an apply, and the schemas of custom kinds. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.api.kinds import Kind
from sandbox.client import Object

_FIELD_VALIDATION = {"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}
_GVK = "x-kubernetes-group-version-kind"


def document(path: str, kinds: Iterable[Kind]) -> Object | None:
    """The index, or the document of one group version; None for another path. Pure."""
    parts = path.strip("/").split("/")
    if parts[:2] != ["openapi", "v3"]:
        return None
    if len(parts) == 2:
        roots = dict.fromkeys(kind.root for kind in kinds)
        urls = {root[1:]: {"serverRelativeURL": f"/openapi/v3{root}"} for root in roots}
        return {"paths": urls}
    served = [kind for kind in kinds if kind.root == "/" + "/".join(parts[2:])]
    return _group_document(served) if served else None


def _group_document(kinds: list[Kind]) -> Object:
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": kinds[0].version},
        "paths": {_object_path(kind): {"patch": _patch_operation(kind)} for kind in kinds},
        "components": {"schemas": {_name(kind): _schema(kind) for kind in kinds if kind.is_custom}},
    }


def _name(kind: Kind) -> str:
    """As a real server names it: the group backwards, for example org.kubeflow.v1.Notebook."""
    return ".".join([*reversed(kind.group.split(".")), kind.version, kind.kind])


def _schema(kind: Kind) -> Object:
    return kind.schema | {_GVK: [_group_version_kind(kind)]}


def _group_version_kind(kind: Kind) -> Object:
    return {"group": kind.group, "version": kind.version, "kind": kind.kind}


def _object_path(kind: Kind) -> str:
    scope = "/namespaces/{namespace}" if kind.is_namespaced else ""
    return f"{kind.root}{scope}/{kind.plural}/{{name}}"


def _patch_operation(kind: Kind) -> Object:
    return {
        "parameters": [_FIELD_VALIDATION],
        "responses": {"200": {"description": "OK"}},
        _GVK: _group_version_kind(kind),
    }
