"""OpenAPI v3: as much as kubectl needs to send an apply, not the schemas themselves. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.api.kinds import Kind
from sandbox.client import Object

_FIELD_VALIDATION = {"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}


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
    }


def _object_path(kind: Kind) -> str:
    scope = "/namespaces/{namespace}" if kind.is_namespaced else ""
    return f"{kind.root}{scope}/{kind.plural}/{{name}}"


def _patch_operation(kind: Kind) -> Object:
    gvk = {"group": kind.group, "version": kind.version, "kind": kind.kind}
    return {
        "parameters": [_FIELD_VALIDATION],
        "responses": {"200": {"description": "OK"}},
        "x-kubernetes-group-version-kind": gvk,
    }
