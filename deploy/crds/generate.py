"""Writes the Notebook CRD: the hand-written template, with Kubernetes' own schemas put in.

Run once per release against a server of the newest Kubernetes that we support::

    kubectl get --raw /openapi/v3/api/v1 > openapi.json
    python deploy/crds/generate.py openapi.json

In the template ``x-generate-from: <schema name>`` stands for that schema of the document; what
stands beside it is laid over it. Descriptions are left out: with them the CRD is 333 KB and no
longer fits the annotation of a client-side apply (262,144 bytes). So are defaults, all but the
protocol of a port: kept, they would be written into people's objects.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

Schema = dict[str, Any]

HERE = Path(__file__).parent
TEMPLATE = HERE / "templates" / "notebooks.yaml"
OUTPUT = HERE / "ml.oneblock.ai_notebooks.yaml"
MARKER = "x-generate-from"

HEADER = """\
# Written by deploy/crds/generate.py from templates/notebooks.yaml and Kubernetes {version};
# change the template and run it again.
"""

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
# without the minus sign: no quantity of a pod may be negative, and "minimum" says it for integers.
# The length bounds what the CEL rules may cost.
QUANTITY: Schema = {
    "x-kubernetes-int-or-string": True,
    "pattern": r"^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)"
    r"([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
    "minimum": 0,
    "maxLength": 32,
}
INT_OR_STRING: Schema = {"x-kubernetes-int-or-string": True}
_SPECIAL = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": QUANTITY,
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": INT_OR_STRING,
}
_KEPT = (
    "type",
    "format",
    "enum",
    "required",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
)
# Ports are told apart by number and protocol, so the protocol has to be there.
_KEPT_DEFAULTS = {"protocol": "TCP"}


def generate(template: str, document: dict[str, Any]) -> str:
    """The CRD as YAML text. Pure.

    Args:
        template: the YAML of TEMPLATE.
        document: a parsed OpenAPI v3 document of the core group, /openapi/v3/api/v1.

    Raises:
        KeyError: the template names a schema that the document does not have.
    """
    crd = _fill(yaml.safe_load(template), document["components"]["schemas"])
    header = HEADER.format(version=document["info"]["version"])
    # PyYAML writes an object that it meets twice as an anchor, which nobody wants to read.
    no_object_twice = json.loads(json.dumps(crd))
    text: str = yaml.safe_dump(no_object_twice, sort_keys=False, default_flow_style=None, width=100)
    return header + text


def _fill(node: Any, schemas: dict[str, Schema]) -> Any:
    if isinstance(node, list):
        return [_fill(item, schemas) for item in node]
    if not isinstance(node, dict):
        return node
    rest = {key: _fill(value, schemas) for key, value in node.items() if key != MARKER}
    if MARKER not in node:
        return rest
    return _overlay(inline({"$ref": node[MARKER]}, schemas), rest)


def _overlay(base: Schema, over: Schema) -> Schema:
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = _overlay(base[key], value) if both else value
    return merged


def inline(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    """The schema with every reference replaced, in the structural form that CRDs ask for. Pure."""
    name = _reference(schema)
    if name in _SPECIAL:
        return dict(_SPECIAL[name])
    if name:
        return inline(schemas[name], schemas)
    result: Schema = {key: schema[key] for key in _KEPT if key in schema}
    if "properties" in schema:
        result["properties"] = {
            key: _property(key, value, schemas) for key, value in schema["properties"].items()
        }
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            result[key] = inline(schema[key], schemas)
    _require_list_map_keys(result)
    return result


def _property(name: str, schema: Schema, schemas: dict[str, Schema]) -> Schema:
    result = inline(schema, schemas)
    default = schema.get("default")
    if default is not None and _KEPT_DEFAULTS.get(name) == default:
        result["default"] = default
    return result


def _require_list_map_keys(schema: Schema) -> None:
    """The keys of a map-like list must be required or have a default, else the CRD is refused."""
    items = schema.get("items", {})
    required = list(items.get("required", []))
    for key in schema.get("x-kubernetes-list-map-keys", []):
        if key not in required and "default" not in items["properties"][key]:
            required.append(key)
    if required:
        items["required"] = required


def _reference(schema: Schema) -> str:
    """The name of the schema that this one only refers to, or "".

    The document wraps a reference that has a default or a description in an allOf of one.
    """
    references = [s["$ref"] for s in (schema, *schema.get("allOf", [])) if "$ref" in s]
    return references[0].rsplit("/", 1)[-1] if references else ""


def main(arguments: list[str]) -> int:
    """Writes OUTPUT from TEMPLATE and the document named on the command line."""
    if len(arguments) != 1:
        sys.stderr.write(__doc__ or "")
        return 2
    document = json.loads(Path(arguments[0]).read_text())
    OUTPUT.write_text(generate(TEMPLATE.read_text(), document))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
