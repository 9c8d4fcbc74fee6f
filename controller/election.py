"""Who of several controllers works: decisions about the Lease that they share.

The semantics of client-go's leaderelection package, with two differences. A leader that reads
another's name gives up at once; and what it may still do is bounded by a clock that only goes
forward, never by a time that somebody wrote down. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from nbcore.kube.metadata import version_of
from nbcore.kube.resources import LEASES
from nbcore.names import JsonObject
from nbcore.objects import text_at, value_at

LEASE_NAME = "oneblock-notebook-controller"


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds; client-go's defaults.

    Attributes:
        lease: others wait so long after a renewal that they saw.
        renew: a leader works so long after its last renewal; the rest is for what is on its way.
        retry: between two attempts, and how long the server may take to answer one.
    """

    lease: int = 15
    renew: float = 10
    retry: float = 2


USUAL_PACE = Pace()


@dataclass(frozen=True, slots=True)
class Sight:
    """The Lease as last read, None if there is none; ``since``: when this version was first seen.

    A monotonic time of this process: the clocks of two machines are never compared.
    """

    lease: JsonObject | None
    since: float


def sight(before: Sight | None, lease: JsonObject | None, now: float) -> Sight:
    """What is known after reading the Lease again. Pure."""
    if before is None or before.lease is None or lease is None:
        return Sight(lease, now)
    is_same = version_of(before.lease) == version_of(lease)
    return Sight(lease, before.since if is_same else now)


def holder(lease: JsonObject | None) -> str:
    """Who leads by this Lease; "" when nobody does. Pure."""
    return text_at(lease, "spec", "holderIdentity")


def claim(
    seen: Sight, identity: str, now: float, wall: datetime, pace: Pace = USUAL_PACE
) -> JsonObject | None:
    """The Lease to write to lead, or to lead on; None while it is another's. Pure.

    Args:
        seen: the Lease as last read.
        identity: ours.
        now: of the same clock as ``seen.since``.
        wall: what people read in the Lease; nothing follows from it.
        pace: ours.
    """
    spec = value_at(seen.lease, "spec") or {}
    held_by = holder(seen.lease)
    if held_by not in {"", identity} and now < seen.since + _duration(spec, pace):
        return None
    mine = {"holderIdentity": identity, "leaseDurationSeconds": pace.lease}
    stamp = wall.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if held_by == identity:
        return _with_spec(seen.lease, {**spec, **mine, "renewTime": stamp})
    transitions = 0 if seen.lease is None else _number(spec.get("leaseTransitions")) + 1
    times = {"acquireTime": stamp, "renewTime": stamp, "leaseTransitions": transitions}
    return _with_spec(seen.lease, {**spec, **mine, **times})


def released(lease: JsonObject) -> JsonObject:
    """The Lease of a leader that ends in good order: the next one need not wait. Pure."""
    spec = {key: value for key, value in lease["spec"].items() if key != "holderIdentity"}
    return _with_spec(lease, {**spec, "leaseDurationSeconds": 1})


def new_lease(claimed: JsonObject, namespace: str) -> JsonObject:
    """The first Lease of a cluster. Pure."""
    metadata = {
        "name": LEASE_NAME,
        "namespace": namespace,
        "labels": {"app.kubernetes.io/part-of": "oneblock-notebooks"},
    }
    named = {"apiVersion": LEASES.api_version, "kind": LEASES.kind, "metadata": metadata}
    return {**named, "spec": claimed["spec"]}


def _with_spec(lease: JsonObject | None, spec: JsonObject) -> JsonObject:
    return {**(lease or {}), "spec": spec}


def _duration(spec: JsonObject, pace: Pace) -> int:
    """The holder's own, which may run with another pace during an upgrade."""
    return _number(spec.get("leaseDurationSeconds")) or pace.lease


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
