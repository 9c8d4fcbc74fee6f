"""Objects for the controller's tests; each builder says only what matters to the test."""

from __future__ import annotations

from typing import Any

from controller.children import Children
from controller.drift import stamped
from nbcore.children import build_service, build_statefulset
from nbcore.ides import IDES, IdeType
from nbcore.names import JsonObject

IMAGE = "kubeflownotebookswg/jupyter-scipy:v1.8.0"
SIZES = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "4Gi"}}


def notebook(
    *,
    label: str = "jupyter",
    image: str = IMAGE,
    annotations: dict[str, str] | None = None,
    metadata: JsonObject | None = None,
    status: JsonObject | None = None,
    **spec: Any,
) -> JsonObject:
    """The notebook lab in demo; keyword arguments are further fields of its spec."""
    container = {"name": "lab", "image": image, "resources": SIZES}
    return {
        "apiVersion": "ml.oneblock.ai/v1",
        "kind": "Notebook",
        "metadata": {
            "name": "lab",
            "namespace": "demo",
            "uid": "uid-nb",
            "generation": 3,
            "labels": {"ml.oneblock.ai/notebook-type": label} if label else {},
            "annotations": annotations or {},
            **(metadata or {}),
        },
        "spec": {"template": {"spec": {"containers": [container]}}, **spec},
        **({"status": status} if status else {}),
    }


def statefulset(parent: JsonObject, **status: Any) -> JsonObject:
    """The StatefulSet of a notebook as the server would store it."""
    built = stamped(build_statefulset(parent, IDES[IdeType.JUPYTER]))
    metadata = {**built["metadata"], "uid": "uid-sts", "generation": 1, "resourceVersion": "7"}
    spec = {
        **built["spec"],
        "revisionHistoryLimit": 10,
        "updateStrategy": {"type": "RollingUpdate"},
    }
    seen = {"observedGeneration": 1, "replicas": 1, **status}
    return {**built, "metadata": metadata, "spec": spec, "status": seen}


def service(parent: JsonObject) -> JsonObject:
    """The Service of a notebook as the server would store it."""
    built = stamped(build_service(parent, IDES[IdeType.JUPYTER]))
    metadata = {**built["metadata"], "uid": "uid-svc", "resourceVersion": "8"}
    spec = {**built["spec"], "clusterIP": "10.96.0.7", "sessionAffinity": "None"}
    return {**built, "metadata": metadata, "spec": spec}


def foreign(obj: JsonObject, **owner: Any) -> JsonObject:
    """The same object in somebody else's hands."""
    references = [{"controller": True, "uid": "uid-other", **owner}] if owner else []
    return {**obj, "metadata": {**obj["metadata"], "ownerReferences": references}}


def pod(
    state: JsonObject | None = None,
    *,
    node: str = "node1",
    metadata: JsonObject | None = None,
    conditions: list[JsonObject] | None = None,
    phase: str = "Pending",
    pod_status: JsonObject | None = None,
    **container: Any,
) -> JsonObject:
    """The pod lab-0; ``state`` and keyword arguments belong to its container's status."""
    owner = {"kind": "StatefulSet", "uid": "uid-sts", "controller": True}
    statuses = [{"name": "lab", "state": state, **container}] if state is not None else []
    return {
        "metadata": {
            "name": "lab-0",
            "namespace": "demo",
            "uid": "uid-pod",
            "ownerReferences": [owner],
            **(metadata or {}),
        },
        "spec": {
            **({"nodeName": node} if node else {}),
            "containers": [{"name": "lab", "resources": SIZES}],
        },
        "status": {
            "phase": phase,
            "conditions": conditions or [],
            "containerStatuses": statuses,
            **(pod_status or {}),
        },
    }


def condition(kind: str, status: str, **more: str) -> JsonObject:
    """One condition of a pod."""
    return {"type": kind, "status": status, **more}


def event(reason: str, message: str = "", at: str = "2026-11-23T10:00:00Z") -> JsonObject:
    """One Event about the pod."""
    return {
        "metadata": {"name": f"lab.{reason}.{at}", "namespace": "demo"},
        "involvedObject": {"kind": "Pod", "name": "lab-0", "namespace": "demo", "uid": "uid-pod"},
        "reason": reason,
        "message": message,
        "lastTimestamp": at,
    }


def converged(
    parent: JsonObject, own_pod: JsonObject | None = None, *events: JsonObject
) -> Children:
    """All children of a notebook as they should be, with this pod and these Events."""
    replicas = 1 if own_pod and is_ready(own_pod) else 0
    return Children(
        statefulset=statefulset(parent, readyReplicas=replicas),
        service=service(parent),
        pod=own_pod,
        events=events,
    )


def is_ready(own_pod: JsonObject) -> bool:
    """Whether the pod's condition Ready is True."""
    return condition("Ready", "True") in own_pod["status"]["conditions"]
