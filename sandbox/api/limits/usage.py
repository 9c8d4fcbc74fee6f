"""What one object counts for in a ResourceQuota.

https://kubernetes.io/docs/concepts/policy/resource-quotas/. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sandbox.api.limits.amounts import ONE, ZERO, Amount, Amounts, amounts, largest, total
from sandbox.client import Object

PODS = "pods"
CLAIMS = "persistentvolumeclaims"
COUNT = "count/"
COMPUTE = frozenset(
    f"{side}{name}" for side in ("", "requests.", "limits.") for name in ("cpu", "memory")
)
"""What each container must name if a quota speaks of it."""
_REQUESTS = "requests."
_STORAGE = f"{_REQUESTS}storage"
_EPHEMERAL = "ephemeral-storage"
_OF_CLASS = ".storageclass.storage.k8s.io/"
# Counted under a plain name, too: what quotas could count before count/ was there.
_PLAIN = frozenset({"configmaps", "resourcequotas", "secrets"})
# https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/quota/v1/install/registry.go
_UNCOUNTED = frozenset({"events", "events.events.k8s.io"})


def pod_total(pod: Object, side: str) -> dict[str, Amount]:
    """What a pod's containers ask for together.

    Init containers run one after the other and before the rest, so only the largest counts; one
    that restarts always runs on beside them.

    Args:
        pod: a pod.
        side: requests or limits.
    """
    spec = pod.get("spec", {})
    sums = total(_of_container(c, side) for c in spec.get("containers") or [])
    staying: dict[str, Amount] = {}
    peak: dict[str, Amount] = {}
    for container in spec.get("initContainers") or []:
        own = _of_container(container, side)
        if container.get("restartPolicy") == "Always":
            sums, staying = total((sums, own)), total((staying, own))
            peak = largest(peak, staying)
        else:
            peak = largest(peak, total((own, staying)))
    return largest(sums, peak)


def _of_container(container: Object, side: str) -> dict[str, Amount]:
    return amounts((container.get("resources") or {}).get(side))


def compute_names(requests: Amounts, limits: Amounts) -> dict[str, Amount]:
    """Requests and limits under the names that quotas have for them."""
    used: dict[str, Amount] = {}
    for name in ("cpu", "memory", _EPHEMERAL):
        if name in requests:
            used |= {name: requests[name], _REQUESTS + name: requests[name]}
        if name in limits:
            used[f"limits.{name}"] = limits[name]
    return used | {_REQUESTS + name: value for name, value in requests.items() if "/" in name}


def _pod(pod: Object) -> dict[str, Amount]:
    if pod.get("status", {}).get("phase") in {"Succeeded", "Failed"}:
        return {}
    return {PODS: ONE} | compute_names(pod_total(pod, "requests"), pod_total(pod, "limits"))


def _is_of_pods(name: str) -> bool:
    plain = name.removeprefix(_REQUESTS).removeprefix("limits.")
    is_extended = name.startswith(_REQUESTS) and "/" in name and "kubernetes.io/" not in name
    return name == PODS or plain in {"cpu", "memory", _EPHEMERAL} or is_extended


def _claim(claim: Object) -> dict[str, Amount]:
    spec = claim.get("spec", {})
    used = {CLAIMS: ONE}
    asked = amounts((spec.get("resources") or {}).get("requests"))
    if "storage" in asked:
        used[_STORAGE] = asked["storage"].rounded_up()
    name = spec.get("storageClassName")
    return used | (
        {f"{name}{_OF_CLASS}{what}": value for what, value in used.items()} if name else {}
    )


def _is_of_claims(name: str) -> bool:
    return name.rpartition(_OF_CLASS)[2] in {CLAIMS, _STORAGE}


def _service(service: Object) -> dict[str, Amount]:
    spec = service.get("spec", {})
    is_balanced = spec.get("type") == "LoadBalancer"
    has_ports = is_balanced or spec.get("type") == "NodePort"
    ports = total({"": ONE} for _ in spec.get("ports") or [])
    return {
        "services": ONE,
        "services.loadbalancers": ONE if is_balanced else ZERO,
        "services.nodeports": ports.get("", ZERO) if has_ports else ZERO,
    }


def _is_of_services(name: str) -> bool:
    return name in {"services", "services.loadbalancers", "services.nodeports"}


@dataclass(frozen=True, slots=True)
class _Measure:
    """How a kind that counts for more than its number is measured."""

    usage: Callable[[Object], dict[str, Amount]]
    is_its: Callable[[str], bool]
    is_changeable: bool
    """Whether an update can change what it counts for."""


_MEASURES = {
    PODS: _Measure(_pod, _is_of_pods, is_changeable=False),
    CLAIMS: _Measure(_claim, _is_of_claims, is_changeable=True),
    "services": _Measure(_service, _is_of_services, is_changeable=True),
}


def is_charged(resource: str, *, is_update: bool) -> bool:
    """Whether a request on this resource is measured at all."""
    measure = _MEASURES.get(resource)
    return resource not in _UNCOUNTED and (not is_update or bool(measure and measure.is_changeable))


def usage(resource: str, obj: Object) -> dict[str, Amount]:
    """What an object counts for, by the names of quotas."""
    measure = _MEASURES.get(resource)
    own = measure.usage(obj) if measure else {resource: ONE} if resource in _PLAIN else {}
    return {COUNT + resource: ONE} | own


def names_of(resource: str, names: Iterable[str]) -> list[str]:
    """Those names of a quota that speak of a resource."""
    measure = _MEASURES.get(resource)

    def is_its(name: str) -> bool:
        if name == COUNT + resource or (resource in _PLAIN and name == resource):
            return True
        return bool(measure and measure.is_its(name))

    return sorted(name for name in names if is_its(name))


def resources_of(names: Iterable[str]) -> list[str]:
    """The resources that a quota of these names speaks of."""
    names = list(names)
    counted = {name.removeprefix(COUNT) for name in names if name.startswith(COUNT)}
    return sorted(r for r in {*_MEASURES, *_PLAIN, *counted} if names_of(r, names))
