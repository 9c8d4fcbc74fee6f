"""LimitRange: what containers get that say nothing, and the bounds of each object.

https://kubernetes.io/docs/concepts/policy/limit-range/. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sandbox.api.limits.amounts import Amount, Amounts, amounts
from sandbox.api.limits.usage import pod_total
from sandbox.client import Object

_ANNOTATION = "kubernetes.io/limit-ranger"
_GROUPS = {"containers": "container", "initContainers": "init container"}


def completed(limit_range: Object) -> Object:
    """A LimitRange whose defaults follow from its bounds where they are left out."""
    spec = limit_range.get("spec", {})
    limits = [_completed_item(item) for item in spec.get("limits") or []]
    return limit_range | {"spec": spec | {"limits": limits}}


def _completed_item(item: Object) -> Object:
    if item.get("type") != "Container":
        return item
    limits = (item.get("max") or {}) | (item.get("default") or {})
    requests = (item.get("min") or {}) | limits | (item.get("defaultRequest") or {})
    named = {"default": limits, "defaultRequest": requests}
    return item | {name: values for name, values in named.items() if values}


def with_defaults(pod: Object, limit_ranges: Sequence[Object]) -> Object:
    """A pod whose containers ask for what they left out, and an annotation that says so."""
    for limit_range in limit_ranges:
        pod = _with_defaults_of(pod, limit_range)
    return pod


def _with_defaults_of(pod: Object, limit_range: Object) -> Object:
    spec, words = pod.get("spec", {}), []
    for group, title in _GROUPS.items():
        filled = []
        for container in spec.get(group) or []:
            resources, set_here = _filled(container.get("resources") or {}, limit_range)
            filled.append(container | {"resources": resources} if set_here else container)
            words += [f"{what} for {title} {container['name']}" for what in set_here]
        spec = spec | ({group: filled} if filled else {})
    if not words:
        return pod
    metadata = pod["metadata"]
    said = {_ANNOTATION: f"LimitRanger plugin set: {'; '.join(words)}"}
    annotations = (metadata.get("annotations") or {}) | said
    return pod | {"spec": spec, "metadata": metadata | {"annotations": annotations}}


def _filled(resources: Object, limit_range: Object) -> tuple[Object, list[str]]:
    """A container's resources with the defaults, and what these are, in words."""
    words = []
    for side, source in (("requests", "defaultRequest"), ("limits", "default")):
        own = resources.get(side) or {}
        defaults = _of_type(limit_range, "Container", source)
        if added := sorted(defaults.keys() - own.keys()):
            resources = resources | {side: defaults | own}
            words.append(f"{', '.join(added)} {side.removesuffix('s')}")
    return resources, words


def _of_type(limit_range: Object, kind: str, field: str) -> Object:
    found: Object = {}
    for item in limit_range.get("spec", {}).get("limits") or []:
        found = found | ((item.get(field) or {}) if item.get("type") == kind else {})
    return found


def refusal(resource: str, obj: Object, limit_ranges: Sequence[Object]) -> str:
    """Why a LimitRange refuses a pod or a claim; "" if none does."""
    for limit_range in limit_ranges:
        items = limit_range.get("spec", {}).get("limits") or []
        # One sentence for containers that err in the same way.
        found = list(dict.fromkeys(s for item in items for s in _breaches(resource, obj, item)))
        if found:
            return found[0] if len(found) == 1 else f"[{', '.join(found)}]"
    return ""


def _breaches(resource: str, obj: Object, item: Object) -> Iterator[str]:
    kind = item.get("type", "")
    match resource, kind:
        case "pods", "Container":
            spec = obj.get("spec", {})
            for container in (c for group in _GROUPS for c in spec.get(group) or []):
                resources = container.get("resources") or {}
                requests, limits = (amounts(resources.get(s)) for s in ("requests", "limits"))
                yield from _beyond(item, _CHECKS, requests, limits)
        case "pods", "Pod":
            requests, limits = (pod_total(obj, side) for side in ("requests", "limits"))
            yield from _beyond(item, _CHECKS, requests, limits)
        case "persistentvolumeclaims", "PersistentVolumeClaim":
            asked = amounts((obj.get("spec", {}).get("resources") or {}).get("requests"))
            yield from _beyond(item, _CLAIM_CHECKS, asked, {})
        case _:
            return


@dataclass(frozen=True, slots=True)
class _Case:
    """One bound of a resource, and what an object asks for."""

    name: str
    kind: str
    bound: Amount
    request: Amount | None
    limit: Amount | None

    def words(self, bound: str) -> str:
        """How a sentence begins, for example ``minimum cpu usage per Pod is 2``."""
        return f"{bound} per {self.kind} is {self.bound.text}"


_Check = Callable[[_Case], str]
"""Words one breach; "" for none."""


def _beyond(
    item: Object, checks: Mapping[str, _Check], requests: Amounts, limits: Amounts
) -> Iterator[str]:
    for field, check in checks.items():
        for name, bound in sorted(amounts(item.get(field)).items()):
            case = _Case(name, item["type"], bound, requests.get(name), limits.get(name))
            if sentence := check(case):
                yield sentence


def _minimum(case: _Case) -> str:
    words = case.words(f"minimum {case.name} usage")
    if case.request is None:
        return f"{words}.  No request is specified"
    if case.request.value < case.bound.value:
        return f"{words}, but request is {case.request.text}"
    if case.limit is not None and case.limit.value < case.bound.value:
        return f"{words}, but limit is {case.limit.text}"
    return ""


def _maximum(case: _Case) -> str:
    words = case.words(f"maximum {case.name} usage")
    if case.limit is None:
        return f"{words}.  No limit is specified"
    if case.limit.value > case.bound.value:
        return f"{words}, but limit is {case.limit.text}"
    return _maximum_request(case) if case.request is not None else ""


def _maximum_request(case: _Case) -> str:
    words = case.words(f"maximum {case.name} usage")
    if case.request is None:
        return f"{words}.  No request is specified"
    is_over = case.request.value > case.bound.value
    return f"{words}, but request is {case.request.text}" if is_over else ""


def _ratio(case: _Case) -> str:
    words = case.words(f"{case.name} max limit to request ratio")
    if case.request is None or not case.request.value:
        return f"{words}, but no request is specified or request is 0"
    if case.limit is None or not case.limit.value:
        return f"{words}, but no limit is specified or limit is 0"
    ratio = case.limit.value / case.request.value
    is_over = ratio > case.bound.value
    return f"{words}, but provided ratio is {float(ratio):f}" if is_over else ""


_CHECKS: Mapping[str, _Check] = {"min": _minimum, "max": _maximum, "maxLimitRequestRatio": _ratio}
_CLAIM_CHECKS: Mapping[str, _Check] = {"min": _minimum, "max": _maximum_request}
