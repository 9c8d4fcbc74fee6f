"""What is wrong with a PersistentVolumeClaim. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from sandbox.api.meta import subdomain_causes
from sandbox.api.quantities import parse_quantity
from sandbox.api.statuses import Cause, forbidden_field, invalid, required, unsupported
from sandbox.client import Object

_CLAIM_SENTENCE = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName for "
    "bound claims"
)
_ACCESS_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_VOLUME_MODES = ("Block", "Filesystem")


def claim_causes(claim: Object, old: Object | None) -> Iterator[Cause]:
    """What a claim asks for, and what of it may change. Pure."""
    spec = claim.get("spec", {})
    yield from _access_causes(spec)
    yield from _amount_causes(_amount(spec))
    mode = spec.get("volumeMode")
    if mode and mode not in _VOLUME_MODES:
        yield unsupported("spec.volumeMode", mode, _VOLUME_MODES)
    if name := spec.get("storageClassName"):
        yield from subdomain_causes("spec.storageClassName", name)
    if old:
        yield from _change_causes(spec, old["spec"], old.get("status") or {})


def _access_causes(spec: Object) -> Iterator[Cause]:
    modes = spec.get("accessModes") or []
    if not modes:
        yield required("spec.accessModes", "at least 1 access mode is required")
    for mode in modes:
        if mode not in _ACCESS_MODES:
            yield unsupported("spec.accessModes", mode, _ACCESS_MODES)


def _amount_causes(amount: str | None) -> Iterator[Cause]:
    field = "spec.resources[storage]"
    if amount is None:
        yield required(field)
    elif parse_quantity(amount) <= 0:
        yield invalid(field, amount, "must be greater than zero")


def _change_causes(spec: Object, old: Object, status: Object) -> Iterator[Cause]:
    amount = _amount(spec)
    may_grow = status.get("phase") == "Bound"
    is_other = amount is None or (not may_grow and _size(amount) != _size(_amount(old)))
    if is_other or _claim_core(spec, old) != _claim_core(old, old):
        yield forbidden_field("spec", _CLAIM_SENTENCE)
    if spec.get("volumeMode") != old.get("volumeMode"):
        yield invalid("volumeMode", spec.get("volumeMode"), "field is immutable")
    capacity = _size((status.get("capacity") or {}).get("storage"))
    if _size(amount) < _size(_amount(old)) and _size(amount) <= capacity:
        yield forbidden_field(
            "spec.resources.requests.storage", "field can not be less than status.capacity"
        )


def _amount(spec: Object) -> str | None:
    amount: str | None = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    return amount


def _size(amount: str | None) -> Fraction:
    return parse_quantity(amount) if amount is not None else Fraction(0)


def _claim_core(spec: Object, old: Object) -> Object:
    # A binder names the volume, and a class may be filled in, after the claim was made.
    loose = {"resources", "volumeName", "volumeAttributesClassName"}
    loose |= set() if "storageClassName" in old else {"storageClassName"}
    return {k: v for k, v in spec.items() if k not in loose}
