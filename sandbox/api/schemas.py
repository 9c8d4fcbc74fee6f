"""The schemas of the built-in kinds, read once and linked: references become the thing itself."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from sandbox.api.kinds import EMPTY_SCHEMA
from sandbox.client import Object

_FILE = Path(__file__).parent.parent / "schemas" / "definitions.json"
STRUCT = "x-struct"
"""Under this word a schema holds the name of its Go type, which some messages show."""
OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


@cache
def _document() -> tuple[dict[str, str], dict[str, Object]]:
    document = json.loads(_FILE.read_bytes())
    definitions: dict[str, Object] = document["definitions"]
    for name, schema in definitions.items():
        _link(schema, definitions)
        schema[STRUCT] = name.rpartition(".")[2]
    kinds: dict[str, str] = document["kinds"]
    return kinds, definitions


def _link(schema: Object, definitions: dict[str, Object]) -> None:
    properties = schema.get("properties", {})
    for name, nested in properties.items():
        properties[name] = _linked(nested, definitions)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            schema[key] = _linked(schema[key], definitions)


def _linked(schema: Object, definitions: dict[str, Object]) -> Object:
    if "$ref" not in schema:
        _link(schema, definitions)
        return schema
    # What a field says beside its reference (a map type) wins over what is referred to.
    own = {key: value for key, value in schema.items() if key != "$ref"}
    target = definitions[schema["$ref"]]
    return target | own if own else target


def built_in_schema(api_version: str, kind: str) -> Object:
    """The schema of a built-in kind; one that lets everything through if there is none."""
    kinds, definitions = _document()
    name = kinds.get(f"{api_version}/{kind}", "")
    return definitions.get(name, EMPTY_SCHEMA)


def object_meta_schema() -> Object:
    """The schema of metadata, which custom kinds share with the built-in ones."""
    return _document()[1][OBJECT_META]
