"""StatefulSet: which pods to make and delete, and what its status says.

The order of decisions is that of the real controller
(https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/). Not done: claims from
volumeClaimTemplates, and old templates below a partition (their pods are left alone instead). Pure.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from sandbox.client import Object
from sandbox.controllers.objects import (
    is_controlled_by,
    is_finished,
    is_ready,
    is_terminating,
    labels_of,
    owner_reference,
    short_hash,
)

REVISION_LABEL = "controller-revision-hash"
POD_NAME_LABEL = "statefulset.kubernetes.io/pod-name"
POD_INDEX_LABEL = "apps.kubernetes.io/pod-index"
_PODS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do next; after that, look again."""

    create: tuple[Object, ...] = ()
    delete: tuple[Object, ...] = ()


def revision(statefulset: Object) -> str:
    """The name of the template's revision: equal templates have equal ones."""
    return f"{statefulset['metadata']['name']}-{short_hash(statefulset['spec']['template'])}"


def pod_of(statefulset: Object, ordinal: int) -> Object:
    """The pod of one ordinal, whole."""
    metadata, spec = statefulset["metadata"], statefulset["spec"]
    template = copy.deepcopy(spec["template"])
    name = f"{metadata['name']}-{ordinal}"
    labels = template.get("metadata", {}).get("labels") or {}
    annotations = template.get("metadata", {}).get("annotations")
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "generateName": f"{metadata['name']}-",
            "namespace": metadata["namespace"],
            "labels": {
                **labels,
                POD_INDEX_LABEL: str(ordinal),
                REVISION_LABEL: revision(statefulset),
                POD_NAME_LABEL: name,
            },
            **({"annotations": annotations} if annotations else {}),
            "ownerReferences": [owner_reference(statefulset)],
        },
        "spec": {
            **template["spec"],
            "hostname": name,
            **({"subdomain": spec["serviceName"]} if spec.get("serviceName") else {}),
        },
    }


def ordinal_of(statefulset: Object, pod: Object) -> int | None:
    """The ordinal of one of the set's pods; None for a pod of another name or owner."""
    prefix = re.escape(statefulset["metadata"]["name"])
    match = re.fullmatch(rf"{prefix}-(0|[1-9]\d{{0,8}})", pod["metadata"]["name"], re.ASCII)
    if match is None or not is_controlled_by(pod, statefulset):
        return None
    return int(match.group(1))


def plan(statefulset: Object, pods: Sequence[Object]) -> Plan:
    """The next step for a set, given the pods of its namespace."""
    if is_terminating(statefulset):
        return Plan()
    by_ordinal = _by_ordinal(statefulset, pods)
    in_turn = statefulset["spec"].get("podManagementPolicy", "OrderedReady") == "OrderedReady"
    return _replicas(statefulset, by_ordinal, in_turn=in_turn)


def _replicas(statefulset: Object, pods: dict[int, Object], *, in_turn: bool) -> Plan:
    wanted = range(statefulset["spec"].get("replicas", 1))
    surplus = sorted((ordinal for ordinal in pods if ordinal not in wanted), reverse=True)
    finished = [pods[n] for n in sorted(pods) if n in wanted and _is_to_clear(pods[n])]
    # A number of replicas may be any integer of 32 bits: the rest is made when these are seen.
    absent = islice((n for n in wanted if n not in pods), _PODS_AT_ONCE)
    missing = [pod_of(statefulset, n) for n in absent]
    if in_turn:
        return _first_step(statefulset, pods, surplus)
    too_many = [pods[n] for n in surplus if not is_terminating(pods[n])]
    if finished or missing or too_many:
        return Plan(tuple(missing), tuple(finished + too_many))
    return Plan(delete=_outdated(statefulset, pods))


def _first_step(statefulset: Object, pods: dict[int, Object], surplus: list[int]) -> Plan:
    """OrderedReady: one pod at a time, and none while another is not ready."""
    for ordinal in range(statefulset["spec"].get("replicas", 1)):
        pod = pods.get(ordinal)
        if pod is None:
            return Plan(create=(pod_of(statefulset, ordinal),))
        if _is_to_clear(pod):
            return Plan(delete=(pod,))
        if is_terminating(pod) or not is_ready(pod):
            return Plan()
    if surplus:
        last = pods[surplus[0]]
        return Plan() if is_terminating(last) else Plan(delete=(last,))
    return Plan(delete=_outdated(statefulset, pods))


def _outdated(statefulset: Object, pods: dict[int, Object]) -> tuple[Object, ...]:
    """The next pod of an old template to replace: from the last one down, one at a time."""
    strategy = statefulset["spec"].get("updateStrategy") or {}
    if strategy.get("type", "RollingUpdate") != "RollingUpdate":
        return ()
    first = (strategy.get("rollingUpdate") or {}).get("partition", 0)
    current = revision(statefulset)
    for ordinal in sorted(pods, reverse=True):
        pod = pods[ordinal]
        if ordinal < first or is_terminating(pod):
            return ()
        if labels_of(pod).get(REVISION_LABEL) != current:
            return (pod,)
        if not is_ready(pod):
            return ()
    return ()


def _is_to_clear(pod: Object) -> bool:
    return is_finished(pod) and not is_terminating(pod)


def _by_ordinal(statefulset: Object, pods: Sequence[Object]) -> dict[int, Object]:
    numbered = ((ordinal_of(statefulset, pod), pod) for pod in pods)
    return {ordinal: pod for ordinal, pod in numbered if ordinal is not None}


def status(statefulset: Object, pods: Sequence[Object]) -> Object:
    """The set's status; fields that the real one omits at zero are None here (a merge patch)."""
    mine = list(_by_ordinal(statefulset, pods).values())
    ready = sum(is_ready(pod) for pod in mine)
    update = revision(statefulset)
    updated = _count_revision(mine, update)
    before = statefulset.get("status", {}).get("currentRevision") or update
    wanted = statefulset["spec"].get("replicas", 1)
    is_complete = updated == len(mine) == wanted and ready == wanted
    current = update if is_complete else before
    return {
        "observedGeneration": statefulset["metadata"].get("generation", 1),
        "replicas": len(mine),
        "readyReplicas": ready or None,
        "availableReplicas": ready,
        "currentReplicas": _count_revision(mine, current) or None,
        "updatedReplicas": updated or None,
        "currentRevision": current,
        "updateRevision": update,
        "collisionCount": 0,
    }


def _count_revision(pods: Sequence[Object], name: str) -> int:
    return sum(
        labels_of(pod).get(REVISION_LABEL) == name and not is_terminating(pod) for pod in pods
    )
