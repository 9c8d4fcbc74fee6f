"""Objects for the contract: each builder says only what its test is about."""

from __future__ import annotations

from typing import Any

from nbcore.kube.resources import Resource
from tests.cluster.api import JsonObject

CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap")

# No server here can run it: contract tests are about objects, not about what runs in them.
IMAGE = "registry.example.com/editor:1.0"


def namespace(name: str) -> JsonObject:
    """A Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def config_map(name: str, **data: str) -> JsonObject:
    """A ConfigMap: the simplest object that there is."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "data": dict(data),
    }


def labelled(obj: JsonObject, **labels: str) -> JsonObject:
    """The object with these labels."""
    return {**obj, "metadata": {**obj["metadata"], "labels": labels}}


def owned_by(obj: JsonObject, owner: JsonObject, *, blocks: bool = False) -> JsonObject:
    """The object with one owner reference; ``blocks``: foreground deletion waits for it."""
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "blockOwnerDeletion": blocks,
    }
    return {**obj, "metadata": {**obj["metadata"], "ownerReferences": [reference]}}


def container(name: str, **resources: Any) -> JsonObject:
    """A container with cpu and memory, or with the given ``requests`` and ``limits``."""
    return {
        "name": name,
        "image": IMAGE,
        "resources": resources or {"requests": {"cpu": "100m", "memory": "64Mi"}},
    }


def notebook(name: str, **spec: Any) -> JsonObject:
    """A Notebook; keyword arguments are further fields of its spec."""
    return {
        "apiVersion": "ml.oneblock.ai/v1",
        "kind": "Notebook",
        "metadata": {"name": name},
        "spec": {"template": {"spec": {"containers": [container(name)]}}, **spec},
    }


def pod(name: str, **resources: Any) -> JsonObject:
    """A pod with one container."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {"containers": [container("main", **resources)]},
    }


def stateful_set(name: str, *, replicas: int = 1) -> JsonObject:
    """A StatefulSet whose pods carry the label app=<name>."""
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "serviceName": name,
            "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [container("main")]},
            },
        },
    }


def service(name: str, **spec: Any) -> JsonObject:
    """A Service in front of the pods with the label app=<name>."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {
            "selector": {"app": name},
            "ports": [{"name": "http", "port": 80, "targetPort": 8888}],
            **spec,
        },
    }


def claim(name: str, **spec: Any) -> JsonObject:
    """A PersistentVolumeClaim of 1 Gi."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
            **spec,
        },
    }
