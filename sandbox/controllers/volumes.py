"""PersistentVolumeClaims: what to do with a claim, and what its volume looks like.

The class is of mode Immediate: with a single node there is nothing to wait for, and a claim says at
once whether it can be had. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sandbox.client import Object
from sandbox.controllers.objects import claim_names, is_finished, is_terminating, key_of, uid_of

PROVISIONER = "sandbox.local/directory"
CLASS_NAME = "local"
DEFAULT_CLASS_ANNOTATION = "storageclass.kubernetes.io/is-default-class"
PROVISIONED_BY_ANNOTATION = "pv.kubernetes.io/provisioned-by"
PROTECTION = "kubernetes.io/pvc-protection"


class Step(StrEnum):
    """What a claim needs next."""

    NOTHING = "nothing"
    BIND = "bind"
    RELEASE = "release"
    SET_CLASS = "set-class"
    NO_CLASS = "no-class"
    UNKNOWN_CLASS = "unknown-class"


@dataclass(frozen=True, slots=True)
class Plan:
    """The next step of a claim; ``class_name`` is the class that it is about."""

    step: Step
    class_name: str = ""


def storage_class() -> Object:
    """The class that every sandbox has."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": CLASS_NAME, "annotations": {DEFAULT_CLASS_ANNOTATION: "true"}},
        "provisioner": PROVISIONER,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
        "allowVolumeExpansion": True,
    }


def plan(claim: Object, classes: Mapping[str, Object], pods: Sequence[Object]) -> Plan:
    """The next step of a claim, given the classes by name and the pods of its namespace."""
    if is_terminating(claim):
        return Plan(Step.RELEASE if _is_protected(claim) and not is_used(claim, pods) else _NONE)
    class_name = claim["spec"].get("storageClassName")
    if is_bound(claim):
        is_fine = has_capacity(claim) and _is_protected(claim)
        return Plan(_NONE if is_fine or not _is_ours(claim) else Step.BIND)
    if class_name is None:
        default = default_class(classes)
        return Plan(Step.SET_CLASS, default) if default else Plan(Step.NO_CLASS)
    if class_name == "":
        return Plan(Step.NO_CLASS)
    return _of_class(class_name, classes)


_NONE = Step.NOTHING


def _of_class(class_name: str, classes: Mapping[str, Object]) -> Plan:
    found = classes.get(class_name)
    if found is None:
        return Plan(Step.UNKNOWN_CLASS, class_name)
    # Another provisioner's class is that provisioner's business, as in any cluster.
    return Plan(Step.BIND if found["provisioner"] == PROVISIONER else _NONE, class_name)


def default_class(classes: Mapping[str, Object]) -> str:
    """The name of the default class, the first by name; "" when there is none."""
    return next((name for name in sorted(classes) if _is_default(classes[name])), "")


def _is_default(found: Object) -> bool:
    annotations = found["metadata"].get("annotations") or {}
    return bool(annotations.get(DEFAULT_CLASS_ANNOTATION) == "true")


def is_bound(claim: Object) -> bool:
    """Whether the claim has its volume."""
    return bool(claim.get("status", {}).get("phase") == "Bound")


def _is_ours(claim: Object) -> bool:
    return bool(claim["spec"].get("volumeName") == volume_name(claim))


def has_capacity(claim: Object) -> bool:
    """Whether the claim's volume says the size that is asked for (it can be raised later)."""
    return bool(claim["status"].get("capacity") == {"storage": _size(claim)})


def is_used(claim: Object, pods: Sequence[Object]) -> bool:
    """Whether a pod of the namespace still holds the claim."""
    name = claim["metadata"]["name"]
    return any(name in claim_names(pod) and not is_finished(pod) for pod in pods)


def _is_protected(claim: Object) -> bool:
    return PROTECTION in (claim["metadata"].get("finalizers") or [])


def _size(claim: Object) -> str:
    return str(claim["spec"]["resources"]["requests"]["storage"])


def volume_name(claim: Object) -> str:
    """The name of the claim's volume, which is also its directory."""
    return f"pvc-{uid_of(claim)}"


def is_volume_name(name: str) -> bool:
    """Whether a directory of this name can be one of ours: nothing that climbs out."""
    return re.fullmatch(r"pvc-[0-9a-z][-0-9a-z]{0,62}", name, re.ASCII) is not None


def volume_of(
    claim: Object, directory: str, node_name: str, reclaim_policy: str = "Delete"
) -> Object:
    """The PersistentVolume of a claim, on one node; the policy is that of its class."""
    namespace, name = key_of(claim)
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node_name]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": volume_name(claim),
            "annotations": {PROVISIONED_BY_ANNOTATION: PROVISIONER},
        },
        "spec": {
            "capacity": {"storage": _size(claim)},
            "accessModes": claim["spec"]["accessModes"],
            "persistentVolumeReclaimPolicy": reclaim_policy,
            "storageClassName": claim["spec"]["storageClassName"],
            "volumeMode": "Filesystem",
            "local": {"path": directory},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
            "claimRef": {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "namespace": namespace,
                "name": name,
                "uid": uid_of(claim),
            },
        },
    }


def bound_status(claim: Object) -> Object:
    """The status of a claim that has its volume."""
    return {
        "phase": "Bound",
        "accessModes": claim["spec"]["accessModes"],
        "capacity": {"storage": _size(claim)},
    }


def is_abandoned(volume: Object, claims: Mapping[tuple[str, str], Object]) -> bool:
    """Whether a volume of ours that may be removed has lost its claim, perhaps to a namesake."""
    annotations = volume["metadata"].get("annotations") or {}
    is_ours = annotations.get(PROVISIONED_BY_ANNOTATION) == PROVISIONER
    if not is_ours or volume["spec"].get("persistentVolumeReclaimPolicy") != "Delete":
        return False
    reference = volume["spec"].get("claimRef") or {}
    claim = claims.get((reference.get("namespace", ""), reference.get("name", "")))
    return claim is None or uid_of(claim) != reference.get("uid")
