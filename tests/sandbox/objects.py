"""Kubernetes objects for tests of controllers and node; a test says only what matters to it."""

from __future__ import annotations

from typing import Any

from sandbox.client import Object

JUPYTER_IMAGE = "kubeflownotebookswg/jupyter-scipy:v1.8.0"
NAMESPACE = "demo"


def metadata(name: str, **more: Any) -> Object:
    return {"name": name, "namespace": NAMESPACE, "uid": f"uid-of-{name}", **more}


def container(name: str = "lab", **more: Any) -> Object:
    return {"name": name, "image": JUPYTER_IMAGE, **more}


def pod(name: str = "lab-0", *, meta: Object | None = None, **spec: Any) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(name, **(meta or {})),
        "spec": {"containers": [container()], **spec},
        "status": {},
    }


def ready(obj: Object, *, is_ready: bool = True) -> Object:
    conditions = [{"type": "Ready", "status": "True" if is_ready else "False"}]
    status = {"phase": "Running", "podIP": "127.70.0.1", "conditions": conditions}
    return {**obj, "spec": {**obj["spec"], "nodeName": "sandbox"}, "status": status}


def terminating(obj: Object) -> Object:
    marked = {**obj["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}
    return {**obj, "metadata": marked}


def claim_volume(name: str) -> Object:
    return {"name": "home", "persistentVolumeClaim": {"claimName": name}}


def claim(name: str = "lab", *, status: Object | None = None, **spec: Any) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata(name),
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
            **spec,
        },
        "status": status or {},
    }


def service(name: str = "lab", *, selector: Object | None = None, **spec: Any) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(name),
        "spec": {
            "selector": {"app": name} if selector is None else selector,
            "ports": [{"name": "http", "port": 80, "targetPort": 8888}],
            **spec,
        },
    }


def statefulset(
    name: str = "lab",
    *,
    template_spec: Object | None = None,
    status: Object | None = None,
    **spec: Any,
) -> Object:
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": metadata(name, generation=1),
        "spec": {
            "replicas": 1,
            "serviceName": name,
            "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": template_spec or {"containers": [container(name)]},
            },
            **spec,
        },
        "status": status or {},
    }


def node(**allocatable: str) -> Object:
    amounts = {"cpu": "2", "memory": "4Gi", "pods": "3", **allocatable}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "sandbox", "uid": "uid-of-node", "labels": {"zone": "here"}},
        "spec": {},
        "status": {"allocatable": amounts},
    }
