"""Objects that tests of the API server make."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

NOW = (2026, 11, 23, 12, 0, 0)
CONFIG_MAPS = "/api/v1/namespaces/demo/configmaps"
PODS = "/api/v1/namespaces/demo/pods"
SERVICES = "/api/v1/namespaces/demo/services"
CLAIMS = "/api/v1/namespaces/demo/persistentvolumeclaims"
WIDGETS = "/apis/example.com/v1/namespaces/demo/widgets"


def config_map(name: str, data: dict[str, str] | None = None, **metadata: object) -> Object:
    """A ConfigMap."""
    head = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}}
    return head | ({"data": data} if data else {})


def pod(name: str, **spec: object) -> Object:
    """A Pod of one container c."""
    containers = [{"name": "c", "image": "busybox:1"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": containers, **spec},
    }


def service(name: str, **spec: object) -> Object:
    """A Service on port 80."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"ports": [{"port": 80}], **spec},
    }


def widget(name: str, **spec: object) -> Object:
    """A Widget."""
    return {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": name},
        "spec": {"size": "S", **spec},
    }


def widget_definition(**schema: object) -> Object:
    """The definition of Widgets; ``schema`` replaces parts of that of spec."""
    spec = {
        "type": "object",
        "required": ["size"],
        "properties": {
            "size": {"type": "string", "enum": ["S", "M"]},
            "replicas": {"type": "integer", "default": 1, "minimum": 0},
            "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        },
        "x-kubernetes-validations": [
            {"rule": "self.size == oldSelf.size", "message": "size is immutable"}
        ],
    }
    status = {"type": "object", "properties": {"phase": {"type": "string"}}}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {
            "status": {},
            "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.n"},
        },
        "additionalPrinterColumns": [{"name": "Size", "type": "string", "jsonPath": ".spec.size"}],
        "schema": {
            "openAPIV3Schema": {
                "type": "object",
                "properties": {"spec": spec | schema, "status": status},
            }
        },
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "widgets", "kind": "Widget", "singular": "widget"},
            "versions": [version],
        },
    }
