"""Reading and wording Kubernetes objects as JSON. Pure."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from typing import NamedTuple

from sandbox.client import Object


class Key(NamedTuple):
    """Where an object stands within its collection; namespace is "" for cluster-scoped ones."""

    namespace: str
    name: str


def key_of(obj: Object) -> Key:
    """The key of an object."""
    metadata = obj["metadata"]
    return Key(metadata.get("namespace", ""), metadata["name"])


def uid_of(obj: Object) -> str:
    """The uid of an object: what tells it from another one of the same name."""
    return str(obj["metadata"]["uid"])


def labels_of(obj: Object) -> dict[str, str]:
    """The labels of an object, possibly none."""
    return obj["metadata"].get("labels") or {}


def is_terminating(obj: Object) -> bool:
    """Whether the deletion of this object has been asked for."""
    return "deletionTimestamp" in obj["metadata"]


def owner_reference(owner: Object) -> Object:
    """The reference by which a controller's child names its owner."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": uid_of(owner),
        "controller": True,
        "blockOwnerDeletion": True,
    }


def controller_of(obj: Object) -> Object | None:
    """The owner reference that says controller, if there is one."""
    references = obj["metadata"].get("ownerReferences") or []
    return next((reference for reference in references if reference.get("controller")), None)


def is_controlled_by(obj: Object, owner: Object) -> bool:
    """Whether this very owner (by uid) controls the object."""
    reference = controller_of(obj)
    return reference is not None and reference["uid"] == uid_of(owner)


def condition(obj: Object, kind: str) -> Object | None:
    """The condition of this type in the object's status."""
    conditions = obj.get("status", {}).get("conditions") or []
    return next((entry for entry in conditions if entry["type"] == kind), None)


def is_ready(pod: Object) -> bool:
    """Whether the pod's Ready condition is True."""
    ready = condition(pod, "Ready")
    return ready is not None and ready["status"] == "True"


def phase_of(pod: Object) -> str:
    """The pod's phase; "" before anybody wrote one."""
    return str(pod.get("status", {}).get("phase", ""))


def is_finished(pod: Object) -> bool:
    """Whether the pod ran to its end and will never run again."""
    return phase_of(pod) in {"Succeeded", "Failed"}


def claim_names(pod: Object) -> list[str]:
    """The PersistentVolumeClaims that a pod mounts."""
    volumes = pod["spec"].get("volumes") or []
    sources = [volume.get("persistentVolumeClaim") for volume in volumes]
    return [source["claimName"] for source in sources if source]


def is_label(name: str) -> bool:
    """Whether a name is a DNS label (RFC 1123), and so may be part of a path."""
    return re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", name, re.ASCII) is not None


def timestamp(now: datetime) -> str:
    """A time as metav1.Time: UTC, whole seconds, for example 2026-01-02T03:04:05Z."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def short_hash(value: object) -> str:
    """Ten letters and digits that follow from a JSON value; the order of keys does not matter."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).digest()
    return base64.b32encode(digest).decode().lower()[:10]
