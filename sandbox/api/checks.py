"""Everything that can be wrong with an object, in one list. Pure."""

from __future__ import annotations

from sandbox.api import builtin_rules, cel, validation
from sandbox.api.crds import crd_causes
from sandbox.api.kinds import Kind
from sandbox.api.meta import metadata_causes
from sandbox.api.statuses import Cause
from sandbox.api.strategies import CRDS
from sandbox.client import Object


def object_causes(obj: Object, old: Object | None, kind: Kind, subresource: str) -> list[Cause]:
    """What is wrong with an object that is to be stored in the place of ``old``. Pure."""
    causes = list(metadata_causes(obj, kind, old))
    if kind.is_custom:
        causes += _custom_causes(obj, old, kind, is_shape_known=not causes)
    elif not subresource:
        causes += builtin_rules.causes(obj, old, kind.resource)
    if kind.resource == CRDS and not subresource:
        causes += crd_causes(obj)
    return causes


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
