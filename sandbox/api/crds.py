"""CustomResourceDefinitions: what makes one valid, its status, and the row that it adds. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.api import cel
from sandbox.api.kinds import EMPTY_SCHEMA, Column, Kind, ScalePaths
from sandbox.api.meta import timestamp
from sandbox.api.schemas import built_in_schema, object_meta_schema
from sandbox.api.statuses import Cause, CauseType, invalid, required
from sandbox.api.structure import INT_OR_STRING, PRESERVE
from sandbox.api.validation import validate
from sandbox.client import Object

_AGE = Column(name="Age", type="date", json_path=".metadata.creationTimestamp")


def storage_version(crd: Object) -> Object | None:
    """The version that objects are stored and served in; None in a broken definition. Pure."""
    versions = crd.get("spec", {}).get("versions") or []
    return next((version for version in versions if version.get("storage")), None)


def crd_causes(crd: Object) -> Iterator[Cause]:
    """What is wrong with a definition. Pure."""
    broken = validate(crd, built_in_schema(crd["apiVersion"], crd["kind"]))
    if broken:
        yield from broken
        return
    spec = crd["spec"]
    names = spec["names"]
    wanted = f"{names.get('plural')}.{spec.get('group')}"
    if crd["metadata"].get("name") != wanted:
        detail = 'must be spec.names.plural+"."+spec.group'
        yield invalid("metadata.name", crd["metadata"].get("name"), detail)
    if spec.get("scope") not in {"Namespaced", "Cluster"}:
        yield required("spec.scope")
    version = storage_version(crd)
    if version is None:
        detail = "must have exactly one version marked as storage version"
        yield invalid("spec.versions", spec.get("versions") or [], detail)
        return
    schema = version.get("schema", {}).get("openAPIV3Schema")
    path = "spec.versions[0].schema.openAPIV3Schema"
    if schema is None:
        yield required(path, "schemas are required")
        return
    for field in untyped(schema, path):
        yield required(f"{field}.type", "must not be empty for specified object fields")
    for problem in cel.compile_problems(schema):
        yield Cause(CauseType.INVALID, path, f"Invalid value: {problem}")


def untyped(schema: Object, path: str) -> Iterator[str]:
    """Where a schema is not structural because it does not say the type of a field. Pure."""
    if not (schema.get("type") or schema.get(INT_OR_STRING) or schema.get(PRESERVE)):
        yield path
    for name, nested in (schema.get("properties") or {}).items():
        yield from untyped(nested, f"{path}.properties[{name}]")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from untyped(schema[key], f"{path}.{key}")


def with_status(crd: Object, now: datetime) -> Object:
    """A definition that is served: accepted names and the condition Established. Pure."""
    spec = crd.get("spec", {})
    given = spec.get("names") or {}
    kind = given.get("kind", "")
    names = {"singular": kind.lower(), "listKind": f"{kind}List"} | given
    version = storage_version(crd) or {}
    old = crd.get("status", {}).get("conditions") or []
    status = {
        "acceptedNames": names,
        "conditions": old or _conditions(timestamp(now)),
        "storedVersions": [version.get("name", "")],
    }
    filled = spec | {"names": names}
    filled.setdefault("conversion", {"strategy": "None"})
    return crd | {"spec": filled, "status": status}


def _conditions(since: str) -> list[Object]:
    return [
        {
            "type": "NamesAccepted",
            "status": "True",
            "lastTransitionTime": since,
            "reason": "NoConflicts",
            "message": "no conflicts found",
        },
        {
            "type": "Established",
            "status": "True",
            "lastTransitionTime": since,
            "reason": "InitialNamesAccepted",
            "message": "the initial names have been accepted",
        },
    ]


def custom_kind(crd: Object) -> Kind | None:
    """The row that a definition adds; None when its version is not served. Pure."""
    version = storage_version(crd)
    if version is None or not version.get("served"):
        return None
    spec = crd["spec"]
    names = spec["names"]
    subresources = version.get("subresources") or {}
    schema = version.get("schema", {}).get("openAPIV3Schema") or EMPTY_SCHEMA
    return Kind(
        group=spec["group"],
        version=version["name"],
        plural=names["plural"],
        kind=names["kind"],
        singular=names.get("singular") or names["kind"].lower(),
        short_names=tuple(names.get("shortNames") or ()),
        categories=tuple(names.get("categories") or ()),
        is_namespaced=spec["scope"] == "Namespaced",
        subresources=tuple(sorted(subresources)),
        has_generation=True,
        needs_resource_version=True,
        is_custom=True,
        schema=_whole_schema(schema),
        has_rules=cel.has_rules(schema),
        selectable=tuple(
            field["jsonPath"].lstrip(".") for field in version.get("selectableFields") or ()
        ),
        columns=_columns(version.get("additionalPrinterColumns")),
        scale=_scale(subresources.get("scale")),
    )


def _whole_schema(schema: Object) -> Object:
    """The definition's schema with the fields that every object has. Pure."""
    own = schema.get("properties", {})
    metadata = object_meta_schema()
    # A definition may restrict metadata.name and metadata.generateName, nothing else of it.
    restricted = own.get("metadata", {}).get("properties", {})
    metadata = metadata | {"properties": metadata["properties"] | restricted}
    head = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": metadata}
    return schema | {"properties": own | head}


def _columns(columns: list[Any] | None) -> tuple[Column, ...]:
    if not columns:
        return (_AGE,)
    return tuple(
        Column(
            name=column["name"],
            type=column["type"],
            format=column.get("format", ""),
            description=column.get("description", ""),
            priority=column.get("priority", 0),
            json_path=column["jsonPath"],
        )
        for column in columns
    )


def _scale(scale: Object | None) -> ScalePaths | None:
    if not scale:
        return None
    return ScalePaths(
        spec=scale["specReplicasPath"],
        status=scale["statusReplicasPath"],
        selector=scale.get("labelSelectorPath", ""),
    )
