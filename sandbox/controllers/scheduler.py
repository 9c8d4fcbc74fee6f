"""The scheduler's decision for one pod on the one node, in the words of version 1.36.

https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/

Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sandbox.client import Object
from sandbox.controllers.objects import (
    claim_names,
    is_finished,
    is_terminating,
    key_of,
    labels_of,
)
from sandbox.controllers.quantities import milli, whole

_CPU = "cpu"
_PODS = "pods"
_UNBOUND = "pod has unbound immediate PersistentVolumeClaims"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the node can't take a pod.

    ``is_final`` says that no amount of waiting for other pods would help; ``may_pass``, that
    another controller is likely to put it right within a moment.
    """

    reasons: tuple[str, ...]
    is_final: bool
    is_about_pod: bool = False
    may_pass: bool = False

    @property
    def message(self) -> str:
        """The sentence of condition PodScheduled and of the Event FailedScheduling."""
        if self.is_about_pod:
            return f"0/1 nodes are available: {', '.join(self.reasons)}. not found"
        counted = sorted(f"1 {reason}" for reason in self.reasons)
        why = (
            "Preemption is not helpful for scheduling"
            if self.is_final
            else "No preemption victims found for incoming pod"
        )
        return (
            f"0/1 nodes are available: {', '.join(counted)}. no new claims to deallocate, "
            f"preemption: 0/1 nodes are available: 1 {why}."
        )


def amounts(resources: Mapping[str, object]) -> dict[str, int]:
    """A resource list as integers."""
    return {
        name: milli(str(value)) if name == _CPU else whole(str(value))
        for name, value in resources.items()
    }


def requests(pod: Object) -> dict[str, int]:
    """What a pod asks for: the sum of its containers, or its greediest init container if more."""
    spec = pod["spec"]
    total: Counter[str] = Counter()
    for container in spec["containers"]:
        total.update(_requests_of(container))
    for container in spec.get("initContainers") or []:
        for name, amount in _requests_of(container).items():
            total[name] = max(total[name], amount)
    return dict(total)


def _requests_of(container: Object) -> dict[str, int]:
    resources = container.get("resources") or {}
    # A limit without a request is the request too: the API server defaults it so.
    return amounts({**(resources.get("limits") or {}), **(resources.get("requests") or {})})


def used(pods: Sequence[Object], node_name: str) -> Counter[str]:
    """What the pods that are bound to the node hold."""
    total: Counter[str] = Counter()
    for pod in pods:
        if pod["spec"].get("nodeName") == node_name and not is_finished(pod):
            total.update(requests(pod))
            total[_PODS] += 1
    return total


def is_waiting(pod: Object) -> bool:
    """Whether the scheduler still has to find a node for this pod."""
    is_bound = bool(pod["spec"].get("nodeName"))
    return not (is_bound or is_terminating(pod) or is_finished(pod))


def refusal(
    pod: Object,
    node: Object,
    pods: Sequence[Object],
    claim_of: Callable[[str, str], Object | None],
) -> Refusal | None:
    """Why the node can't take the pod now; None when it can.

    ``claim_of`` finds a PersistentVolumeClaim by namespace and name.
    """
    return _claims_refusal(pod, claim_of) or _node_refusal(pod, node) or _fit(pod, node, pods)


def _claims_refusal(pod: Object, claim_of: Callable[[str, str], Object | None]) -> Refusal | None:
    namespace = key_of(pod).namespace
    for name in claim_names(pod):
        claim = claim_of(namespace, name)
        if claim is None:
            return _about_pod(f'persistentvolumeclaim "{name}" not found')
        if is_terminating(claim):
            return _about_pod(f'persistentvolumeclaim "{name}" is being deleted')
        if claim.get("status", {}).get("phase") != "Bound":
            return replace(_about_pod(_UNBOUND), may_pass=True)
    return None


def _about_pod(reason: str) -> Refusal:
    return Refusal((reason,), is_final=True, is_about_pod=True)


def _node_refusal(pod: Object, node: Object) -> Refusal | None:
    if node["spec"].get("unschedulable"):
        return Refusal(("node(s) were unschedulable",), is_final=True)
    selector = pod["spec"].get("nodeSelector") or {}
    labels = labels_of(node)
    if any(labels.get(key) != value for key, value in selector.items()):
        return Refusal(("node(s) didn't match Pod's node affinity/selector",), is_final=True)
    return None


def _fit(pod: Object, node: Object, pods: Sequence[Object]) -> Refusal | None:
    allocatable = amounts(node["status"]["allocatable"])
    held = used(pods, node["metadata"]["name"])
    wanted = requests(pod)
    short = [
        name
        for name, amount in wanted.items()
        if amount and amount > allocatable.get(name, 0) - held[name]
    ]
    is_final = any(wanted[name] > allocatable.get(name, 0) for name in short)
    reasons = [f"Insufficient {name}" for name in short]
    if held[_PODS] >= allocatable.get(_PODS, 0):
        reasons.append("Too many pods")
    return Refusal(tuple(reasons), is_final=is_final) if reasons else None
