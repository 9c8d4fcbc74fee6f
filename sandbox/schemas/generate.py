"""Writes definitions.json from the OpenAPI documents of a real API server; run once per release.

    python -m sandbox.schemas.generate KUBECONFIG

Only kinds that the sandbox serves are kept, without descriptions and without the zero-value
defaults of the documents (the API server does not apply those; its Go code has its own).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from sandbox.api.kinds import BUILT_IN_KINDS

Schema = dict[str, Any]

OUTPUT = Path(__file__).with_name("definitions.json")
KEPT = frozenset({
    "additionalProperties", "enum", "format", "items", "oneOf", "properties", "required", "type",
    "x-kubernetes-list-map-keys", "x-kubernetes-list-type", "x-kubernetes-map-type",
    "x-kubernetes-patch-merge-key", "x-kubernetes-patch-strategy",
    "x-kubernetes-preserve-unknown-fields",
})  # fmt: skip
REFERENCE = re.compile(r"#/components/schemas/(.+)")
INT_OR_STRING = frozenset({
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
    "io.k8s.apimachinery.pkg.api.resource.Quantity",
})  # fmt: skip


def compact(schema: Schema) -> Schema:
    """A schema without words, with its references shortened to names. Pure."""
    for part in schema.get("allOf", [schema]):
        if match := REFERENCE.fullmatch(part.get("$ref", "")):
            own = {key: schema[key] for key in KEPT & schema.keys()}
            return own | {"$ref": match.group(1)}
    kept: Schema = {key: schema[key] for key in sorted(KEPT & schema.keys())}
    if isinstance(schema.get("default"), str) and schema["default"]:
        # Keys of lists may be left out when they have a default, such as protocol: TCP.
        kept["default"] = schema["default"]
    if "properties" in kept:
        kept["properties"] = {k: compact(v) for k, v in sorted(kept["properties"].items())}
    for key in ("items", "additionalProperties"):
        if isinstance(kept.get(key), dict):
            kept[key] = compact(kept[key])
    return kept


def compact_definition(name: str, schema: Schema) -> Schema:
    """A definition as we keep it; quantities and ports become integer or string. Pure."""
    if name in INT_OR_STRING:
        return {"x-kubernetes-int-or-string": True, "x-quantity": name.endswith("Quantity")}
    if (
        schema.get("type") == "object"
        and not {"properties", "additionalProperties"} & schema.keys()
    ):
        return {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return compact(schema)


def references(schema: Any) -> set[str]:
    """The names of the definitions that a schema mentions. Pure."""
    match schema:
        case dict():
            own = {schema["$ref"]} if isinstance(schema.get("$ref"), str) else set()
            return own.union(*(references(value) for value in schema.values()))
        case list():
            return set().union(*(references(item) for item in schema))
        case _:
            return set()


def reachable(definitions: dict[str, Schema], roots: set[str]) -> dict[str, Schema]:
    """The definitions that the roots need, by name. Pure."""
    found: dict[str, Schema] = {}
    todo = set(roots)
    while todo:
        name = todo.pop()
        found[name] = definitions[name]
        todo |= references(found[name]) - found.keys()
    return dict(sorted(found.items()))


def kinds_of(components: dict[str, Schema]) -> dict[str, str]:
    """Which definition describes which kind: "apps/v1/StatefulSet" -> its name. Pure."""
    named = {}
    for name, schema in components.items():
        for gvk in schema.get("x-kubernetes-group-version-kind", []):
            named["/".join(filter(None, (gvk["group"], gvk["version"], gvk["kind"])))] = name
    return named


def fetch(kubeconfig: str, path: str) -> dict[str, Schema]:
    """The component schemas of one group's OpenAPI document."""
    command = ["kubectl", "--kubeconfig", kubeconfig, "get", "--raw", f"/openapi/v3/{path}"]
    document = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    components: dict[str, Schema] = document["components"]["schemas"]
    return components


def main(kubeconfig: str) -> None:
    """Ask the server for every group that the sandbox serves, and write the file."""
    components: dict[str, Schema] = {}
    for root in sorted({kind.root for kind in BUILT_IN_KINDS}):
        components |= fetch(kubeconfig, root.strip("/"))
    wanted = {f"{kind.api_version}/{kind.kind}" for kind in BUILT_IN_KINDS}
    wanted |= {"autoscaling/v1/Scale"}
    kinds = {gvk: name for gvk, name in sorted(kinds_of(components).items()) if gvk in wanted}
    definitions = {name: compact_definition(name, schema) for name, schema in components.items()}
    kept = reachable(definitions, set(kinds.values()))
    text = json.dumps({"kinds": kinds, "definitions": kept}, separators=(",", ":"))
    OUTPUT.write_text(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
