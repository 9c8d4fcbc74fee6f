"""ResourceQuota: what a namespace uses, and the sentence that refuses more.

https://kubernetes.io/docs/concepts/policy/resource-quotas/. Unlike a real server, which lets a
controller count, used is what is there at the moment: no request can slip in between. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sandbox.api.limits.amounts import ZERO, Amount, Amounts, amounts, listed, masked, total
from sandbox.api.limits.usage import (
    COMPUTE,
    PODS,
    compute_names,
    is_charged,
    names_of,
    resources_of,
    usage,
)
from sandbox.client import Object

Objects = Callable[[str], Iterable[Object]]
"""The objects of a resource in the quota's namespace."""


def _is_best_effort(pod: Object) -> bool:
    containers = pod.get("spec", {}).get("containers") or []
    resources = [container.get("resources") or {} for container in containers]
    return not any(r.get("requests") or r.get("limits") for r in resources)


def _has_deadline(pod: Object) -> bool:
    return pod.get("spec", {}).get("activeDeadlineSeconds") is not None


SCOPES: Mapping[str, Callable[[Object], bool]] = {
    "BestEffort": _is_best_effort,
    "NotBestEffort": lambda pod: not _is_best_effort(pod),
    "NotTerminating": lambda pod: not _has_deadline(pod),
    "Terminating": _has_deadline,
}
"""The scopes that are offered, and which pods each takes; it takes nothing else."""


def refusal(
    quotas: Sequence[Object], resource: str, obj: Object, old: Object | None, objects: Objects
) -> str:
    """Why the quotas of a namespace refuse an object; "" if they don't.

    Args:
        quotas: those of the namespace.
        resource: what the object is one of.
        obj: what is to be stored.
        old: what it replaces; None for a create.
        objects: what the namespace holds.
    """
    if not is_charged(resource, is_update=old is not None):
        return ""
    concerned = [quota for quota in quotas if _concerns(quota, resource, obj)]
    for quota in concerned:
        if resource == PODS and (lacking := _lacking(names_of(PODS, _hard(quota)), obj)):
            return f"failed quota: {quota['metadata']['name']}: must specify {lacking}"
    asked = _asked(resource, obj, old)
    sentences = (_exceeded(quota, asked, objects) for quota in concerned)
    return next((sentence for sentence in sentences if sentence), "")


def status(quota: Object, objects: Objects) -> Object:
    """The status of a quota: what it allows and what is used of that."""
    used = _used(quota, objects)
    hard = quota.get("spec", {}).get("hard") or {}
    return {"hard": hard, "used": {name: used[name].text for name in sorted(used)}}


def _asked(resource: str, obj: Object, old: Object | None) -> dict[str, Amount]:
    """What an object adds to what is used."""
    before = usage(resource, old) if old else {}
    more = {n: v.minus(before.get(n, ZERO)) for n, v in usage(resource, obj).items()}
    return {name: value for name, value in more.items() if value.value}


def _exceeded(quota: Object, asked: Amounts, objects: Objects) -> str:
    hard = _hard(quota)
    wanted = masked(asked, hard)
    if not wanted:
        return ""
    used = _used(quota, objects)
    over = [name for name in wanted if used[name].plus(wanted[name]).value > hard[name].value]
    if not over:
        return ""
    return (
        f"exceeded quota: {quota['metadata']['name']}, requested: {listed(masked(wanted, over))}, "
        f"used: {listed(masked(used, over))}, limited: {listed(masked(hard, over))}"
    )


def _used(quota: Object, objects: Objects) -> dict[str, Amount]:
    hard = _hard(quota)
    used: dict[str, Amount] = {}
    for resource in resources_of(hard):
        parts = (usage(resource, o) for o in objects(resource) if _concerns(quota, resource, o))
        names = names_of(resource, hard)
        used |= dict.fromkeys(names, ZERO) | masked(total(parts), names)
    return used


def _concerns(quota: Object, resource: str, obj: Object) -> bool:
    scopes = quota.get("spec", {}).get("scopes") or []
    is_inside = all(resource == PODS and SCOPES[scope](obj) for scope in scopes)
    return is_inside and bool(names_of(resource, _hard(quota)))


def _hard(quota: Object) -> dict[str, Amount]:
    return amounts(quota.get("spec", {}).get("hard"))


def _lacking(names: Iterable[str], pod: Object) -> str:
    """What containers leave out though a quota needs it, for example ``limits.cpu for: a,b``."""
    lacking: dict[str, set[str]] = {}
    spec = pod.get("spec", {})
    for container in [*(spec.get("containers") or []), *(spec.get("initContainers") or [])]:
        resources = container.get("resources") or {}
        own = compute_names(amounts(resources.get("requests")), amounts(resources.get("limits")))
        for name in COMPUTE.intersection(names).difference(own):
            lacking.setdefault(name, set()).add(container["name"])
    return "; ".join(f"{name} for: {','.join(sorted(lacking[name]))}" for name in sorted(lacking))
