from __future__ import annotations

from typing import Any

import pytest
import yaml

from deploy.crds.generate import OUTPUT, TEMPLATE, generate, inline
from tests.cluster.api import Api
from tests.cluster.build import KUBERNETES
from tests.cluster.control_plane import ControlPlane

SCHEMAS: dict[str, Any] = {
    "Quantity": {"type": "string"},
    "io.k8s.apimachinery.pkg.api.resource.Quantity": {"oneOf": [{"type": "string"}]},
    "Port": {
        "type": "object",
        "description": "A port.",
        "properties": {
            "number": {"type": "integer", "format": "int32", "default": 0},
            "protocol": {"type": "string", "default": "TCP", "enum": ["TCP", "UDP"]},
        },
        "required": ["number"],
    },
    "Volume": {"type": "object", "properties": {"name": {"type": "string", "default": ""}}},
}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        pytest.param(
            {"allOf": [_ref("Port")], "default": {}, "description": "Wrapped."},
            {
                "type": "object",
                "required": ["number"],
                "properties": {
                    "number": {"type": "integer", "format": "int32"},
                    "protocol": {"type": "string", "enum": ["TCP", "UDP"], "default": "TCP"},
                },
            },
            id="a reference is put in, without descriptions and zero defaults",
        ),
        pytest.param(
            {
                "type": "array",
                "items": {"allOf": [_ref("Volume")], "default": {}},
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"],
                "x-kubernetes-patch-strategy": "merge",
                "x-kubernetes-patch-merge-key": "name",
            },
            {
                "type": "array",
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"],
                "items": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}},
                    "required": ["name"],
                },
            },
            id="the key of a map-like list becomes required",
        ),
        pytest.param(
            {
                "type": "array",
                "items": _ref("Port"),
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["number", "protocol"],
            },
            {
                "type": "array",
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["number", "protocol"],
                "items": {
                    "type": "object",
                    "required": ["number"],
                    "properties": {
                        "number": {"type": "integer", "format": "int32"},
                        "protocol": {"type": "string", "enum": ["TCP", "UDP"], "default": "TCP"},
                    },
                },
            },
            id="a key with a default stays optional",
        ),
    ],
)
def test_given_a_schema_when_inlined_then_it_is_structural(
    schema: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert inline(schema, SCHEMAS) == expected


def test_given_a_quantity_when_inlined_then_it_has_a_pattern_and_no_minus() -> None:
    quantity = inline(_ref("io.k8s.apimachinery.pkg.api.resource.Quantity"), SCHEMAS)

    assert quantity["x-kubernetes-int-or-string"] is True
    assert quantity["minimum"] == 0
    assert quantity["maxLength"] == 32


def test_given_a_marker_when_generated_then_what_stands_beside_it_is_laid_over() -> None:
    template = """
    ports:
      x-generate-from: Port
      properties:
        number: {maximum: 7}
    """

    text = generate(template, {"info": {"version": "1.0"}, "components": {"schemas": SCHEMAS}})

    properties = yaml.safe_load(text)["ports"]["properties"]
    assert properties["number"] == {"type": "integer", "format": "int32", "maximum": 7}
    assert "Kubernetes 1.0" in text


def test_given_an_unknown_schema_when_generated_then_it_says_which() -> None:
    document = {"info": {"version": "1.0"}, "components": {"schemas": {}}}

    with pytest.raises(KeyError, match="Port"):
        generate("x-generate-from: Port", document)


def test_given_the_pinned_kubernetes_when_generated_then_the_shipped_file_is_what_comes_out(
    control_plane: ControlPlane,
) -> None:
    api = Api(control_plane.kubeconfig)
    version, document = api.get("/version"), api.get("/openapi/v3/api/v1")
    api.close()
    if version["gitVersion"] != f"v{KUBERNETES}":
        pytest.skip(f"the file is of Kubernetes {KUBERNETES}; this is {version['gitVersion']}")

    assert generate(TEMPLATE.read_text(), document) == OUTPUT.read_text()
