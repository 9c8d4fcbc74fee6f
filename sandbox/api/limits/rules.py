"""What a ResourceQuota and a LimitRange may say. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.api.limits.amounts import Amounts, amounts
from sandbox.api.limits.quotas import SCOPES
from sandbox.api.statuses import Cause, duplicate, forbidden_field, invalid, required
from sandbox.client import Object

_COMPUTE = ("cpu", "memory", "ephemeral-storage")
_COUNTED = (
    "configmaps", "persistentvolumeclaims", "pods", "replicationcontrollers", "resourcequotas",
    "secrets", "services", "services.loadbalancers", "services.nodeports",
)  # fmt: skip
_STANDARD = frozenset(
    {f"{side}{name}" for side in ("", "requests.", "limits.") for name in _COMPUTE}
    | {*_COUNTED, "requests.storage"}
)


def quota_causes(quota: Object, old: Object | None) -> Iterator[Cause]:
    """What is wrong with a ResourceQuota."""
    spec = quota.get("spec", {})
    for name, quantity in (spec.get("hard") or {}).items():
        yield from _hard_causes(name, quantity)
    scopes = spec.get("scopes") or []
    if any(scope not in SCOPES for scope in scopes):
        yield invalid("spec.scopes", scopes, "unsupported scope")
    for one, other in (("BestEffort", "NotBestEffort"), ("NotTerminating", "Terminating")):
        if {one, other} <= set(scopes):
            yield invalid("spec.scopes", scopes, "conflicting scopes")
    if spec.get("scopeSelector"):
        yield forbidden_field("spec.scopeSelector", "the sandbox does not offer it")
    if old and set(scopes) != set(old.get("spec", {}).get("scopes") or []):
        yield invalid("spec.scopes", scopes, "field is immutable")


def _hard_causes(name: str, quantity: str) -> Iterator[Cause]:
    field = f"spec.hard[{name}]"
    if "/" not in name and name not in _STANDARD:
        yield invalid(field, name, "must be a standard resource type or fully qualified")
        yield invalid(field, name, "must be a standard resource for quota")
    value = amounts({name: quantity})[name].value
    if value < 0:
        yield invalid(field, quantity, "must be greater than or equal to 0")
    is_extended = "/" in name and "kubernetes.io/" not in name and "requests." not in name
    if (name in _COUNTED or is_extended) and value.denominator != 1:
        yield invalid(field, quantity, "must be an integer")


def limit_range_causes(limit_range: Object, _: Object | None) -> Iterator[Cause]:
    """What is wrong with a LimitRange."""
    seen: set[str] = set()
    for index, item in enumerate(limit_range.get("spec", {}).get("limits") or []):
        path, kind = f"spec.limits[{index}]", item.get("type", "")
        if kind in seen:
            yield duplicate(f"{path}.type", kind)
        seen.add(kind)
        yield from _shape_causes(path, kind, item)
        yield from _order_causes(path, item)


def _shape_causes(path: str, kind: str, item: Object) -> Iterator[Cause]:
    for field in ("default", "defaultRequest"):
        if kind == "Pod" and item.get(field):
            yield forbidden_field(f"{path}.{field}", "may not be specified when `type` is 'Pod'")
    bounds = {**(item.get("min") or {}), **(item.get("max") or {})}
    if kind == "PersistentVolumeClaim" and "storage" not in bounds:
        detail = "either minimum or maximum storage value is required, but neither was provided"
        yield required(f"{path}.limits", detail)


_ORDER = (
    ("min", "min", "max", "min", "min value {} is greater than max value {}"),
    ("defaultRequest", "min", "defaultRequest", "defaultRequest",
     "min value {} is greater than default request value {}"),
    ("defaultRequest", "defaultRequest", "max", "defaultRequest",
     "default request value {} is greater than max value {}"),
    ("defaultRequest", "defaultRequest", "default", "defaultRequest",
     "default request value {} is greater than default limit value {}"),
    ("default", "min", "default", "min", "min value {} is greater than default value {}"),
    ("default", "default", "max", "max", "default value {} is greater than max value {}"),
)  # fmt: skip
"""The field to blame; one that must not be larger than the next; the value shown; the sentence."""


def _order_causes(path: str, item: Object) -> Iterator[Cause]:
    values: dict[str, Amounts] = {
        field: amounts(item.get(field)) for field in ("min", "max", "default", "defaultRequest")
    }
    for blamed, low, high, shown, sentence in _ORDER:
        for name in sorted(values[low].keys() & values[high].keys()):
            less, more = values[low][name], values[high][name]
            if less.value > more.value:
                detail = sentence.format(less.text, more.text)
                yield invalid(f"{path}.{blamed}[{name}]", values[shown][name].text, detail)
    for name, ratio in sorted(amounts(item.get("maxLimitRequestRatio")).items()):
        if ratio.value < 1:
            field = f"{path}.maxLimitRequestRatio[{name}]"
            yield invalid(field, ratio.text, f"ratio {ratio.text} is less than 1")
