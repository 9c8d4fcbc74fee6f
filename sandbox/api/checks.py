"""Everything that can be wrong with an object, in one list. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sandbox.api import builtin_rules, cel, validation
from sandbox.api.crds import crd_causes
from sandbox.api.kinds import Kind
from sandbox.api.meta import STANDARD_FINALIZERS, metadata_causes
from sandbox.api.statuses import Cause, invalid
from sandbox.api.strategies import CRDS
from sandbox.client import Object


def object_causes(obj: Object, old: Object | None, kind: Kind, subresource: str) -> list[Cause]:
    """What is wrong with an object that is to be stored in the place of ``old``. Pure."""
    causes = list(metadata_causes(obj, kind, old))
    if kind.is_custom:
        causes += _custom_causes(obj, old, kind, is_shape_known=not causes)
        causes += _type_causes(obj, kind)
    elif not subresource:
        causes += builtin_rules.causes(obj, old, kind.resource)
    if kind.resource == CRDS and not subresource:
        causes += crd_causes(obj)
    return causes


def object_warnings(obj: Object, old: Object | None, kind: Kind) -> list[str]:
    """What is said about a valid object: new finalizers that others may use too. Pure."""
    if not kind.is_custom:
        return []
    known = (old or {"metadata": {}})["metadata"].get("finalizers") or []
    new = sorted(set(obj["metadata"].get("finalizers") or []) - {*known, *STANDARD_FINALIZERS})
    return [_finalizer_warning(name) for name in new if "/" not in name]


def _finalizer_warning(name: str) -> str:
    path = " including a path (/)" if "." in name else ""
    return (
        f'metadata.finalizers: "{name}": prefer a domain-qualified finalizer name{path} to avoid '
        "accidental conflicts with other finalizer writers"
    )


def claimed(kind: Kind, obj: Object) -> Kind:
    """The kind that an object says it is: a refusal of one of a custom kind names that. Pure."""
    if not kind.is_custom:
        return kind
    group = obj["apiVersion"].rpartition("/")[0]
    return replace(kind, group=group, kind=obj["kind"])


def _type_causes(obj: Object, kind: Kind) -> Iterator[Cause]:
    for field, wanted in (("kind", kind.kind), ("apiVersion", kind.api_version)):
        if obj[field] != wanted:
            yield invalid(field, obj[field], f"must be {wanted}")


def _custom_causes(
    obj: Object, old: Object | None, kind: Kind, *, is_shape_known: bool
) -> list[Cause]:
    shape = {k: v for k, v in obj.items() if k not in {"apiVersion", "kind", "metadata"}}
    causes = validation.validate(shape, _without_metadata(kind.schema))
    if not kind.has_rules:
        return causes
    if validation.blocks_rules(causes) or not (is_shape_known or obj["metadata"].get("name")):
        return [*causes, validation.RULES_NOT_CHECKED]
    return causes + cel.check_rules(obj, old, kind.schema)


def _without_metadata(schema: Object) -> Object:
    """The metadata was checked by its own rules; the schema may require it all the same. Pure."""
    needed = [name for name in schema.get("required", ()) if name != "metadata"]
    return schema | {"required": needed}
