"""Objects for tests; each test says only what matters to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbcore.form import NewVolume, NotebookForm, VolumeChoice
from nbcore.ides import IdeType
from nbcore.names import NOTEBOOK_API_VERSION, TYPE_LABEL, JsonObject

IMAGE = "kubeflownotebookswg/jupyter-scipy:v1.8.0"


def notebook(
    name: str = "nb",
    *,
    namespace: str = "demo",
    label: str | None = "jupyter",
    **parts: Mapping[str, Any],
) -> JsonObject:
    """A plain notebook; metadata, spec, pod, container and status replace keys of these parts."""
    container = {
        "name": name,
        "image": IMAGE,
        "resources": {"requests": {"cpu": "1", "memory": "2Gi"}},
        **parts.get("container", {}),
    }
    pod = {"containers": [container], **parts.get("pod", {})}
    metadata = {
        "name": name,
        "namespace": namespace,
        "uid": f"uid-of-{name}",
        "labels": {} if label is None else {TYPE_LABEL: label},
        **parts.get("metadata", {}),
    }
    return {
        "apiVersion": NOTEBOOK_API_VERSION,
        "kind": "Notebook",
        "metadata": metadata,
        "spec": {"template": {"spec": pod}, **parts.get("spec", {})},
        **({"status": dict(parts["status"])} if "status" in parts else {}),
    }


def with_home(claim: str) -> dict[str, Any]:
    """Arguments of ``notebook`` for one that mounts a claim at its home directory."""
    return {
        "pod": {"volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": claim}}]},
        "container": {"volumeMounts": [{"name": "home", "mountPath": "/home/jovyan"}]},
    }


def claim(
    name: str = "nb",
    *,
    namespace: str = "demo",
    spec: Mapping[str, Any] | None = None,
    status: Mapping[str, Any] | None = None,
) -> JsonObject:
    """A PersistentVolumeClaim of 10 GiB."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": namespace, "uid": f"uid-of-{name}"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "10Gi"}},
            **(spec or {}),
        },
        "status": dict(status or {}),
    }


def form(
    name: str = "nb",
    *,
    namespace: str = "demo",
    image: str = IMAGE,
    volume: VolumeChoice | None = None,
    **changes: Any,
) -> NotebookForm:
    """A form without mistakes."""
    return NotebookForm(
        name,
        namespace,
        changes.pop("type", IdeType.JUPYTER),
        image,
        NewVolume(name) if volume is None else volume,
        **changes,
    )
