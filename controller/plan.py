"""The controller's decisions: what to apply for one notebook, and what to say of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from controller.children import Children, is_controlled_by, is_left_over, is_terminating, uid_of
from controller.diagnosis import diagnose, terminating
from controller.drift import is_drifted, stamped
from controller.status import build_status
from controller.verdict import Diagnosis
from nbcore.catalog import Catalog
from nbcore.children import build_network_policy, build_service, build_statefulset
from nbcore.errors import InvalidQuantityError, MalformedNotebookError
from nbcore.form import ServiceType
from nbcore.ides import IDES
from nbcore.kube.resources import NETWORK_POLICIES, SERVICES, STATEFUL_SETS, Resource
from nbcore.names import JsonObject
from nbcore.notebook import Metadata, Notebook
from nbcore.status import Phase

# A child that is in the way is not watched: it may lack our label.
_CONFLICT_SECONDS = 30.0
# What the server refused is tried again: a quota may have room by then.
_REFUSED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Apply:
    """Make a child what it is here.

    Attributes:
        live: the child as last seen; None when it has to be made.
    """

    resource: Resource
    desired: JsonObject
    live: JsonObject | None


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete a child that is no longer wanted.

    Attributes:
        live: the child as last seen.
    """

    resource: Resource
    live: JsonObject


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do and what to write; requeue_after in seconds, None when only changes matter."""

    changes: tuple[Apply, ...]
    status: JsonObject
    requeue_after: float | None = None
    removals: tuple[Remove, ...] = ()


def plan(
    notebook: JsonObject,
    children: Children,
    catalog: Catalog,
    now: datetime,
    *,
    with_policies: bool = False,
) -> Plan:
    """Decides for one notebook; the same input gives the same plan, and none when all is well.

    ``with_policies``: whether notebooks that are reached through the gateway alone get a
    NetworkPolicy.
    """
    if is_terminating(notebook):
        verdict = terminating(Metadata.from_object(notebook).name)
        return Plan((), build_status(notebook, children, verdict, now))
    try:
        understood = Notebook.from_object(notebook, catalog)
        desired = _desired(notebook, understood, with_policies=with_policies)
    except (MalformedNotebookError, InvalidQuantityError) as error:
        verdict = Diagnosis(Phase.FAILED, "InvalidTemplate", f"It can't be run: {error}.")
        return Plan((), build_status(notebook, children, verdict, now))
    found = tuple(Apply(r, obj, _live(children, r)) for r, obj in desired)
    uid = understood.metadata.uid
    foreign = [c for c in found if c.live is not None and not is_controlled_by(c.live, uid)]
    changes = tuple(c for c in found if c not in foreign and _is_due(c, children, bool(foreign)))
    if foreign:
        return refused(notebook, children, in_the_way(foreign[0]), now, changes=changes)
    verdict = diagnose(understood, children)
    status = build_status(notebook, children, verdict, now, understood)
    return Plan(changes, status, removals=_unwanted(children, desired, uid))


def refused(
    notebook: JsonObject,
    children: Children,
    verdict: Diagnosis,
    now: datetime,
    *,
    changes: tuple[Apply, ...] = (),
) -> Plan:
    """What is left to do when the cluster does not take what we want: say so, try later. Pure."""
    wait = _CONFLICT_SECONDS if verdict.reason == "NameConflict" else _REFUSED_SECONDS
    return Plan(changes, build_status(notebook, children, verdict, now), wait)


def in_the_way(change: Apply) -> Diagnosis:
    """What is said of a child's name that something else has. Pure."""
    kind, metadata = change.resource.kind, change.desired["metadata"]
    name, namespace = metadata["name"], metadata["namespace"]
    if change.live is not None and is_left_over(change.live, name):
        words = f"Waiting until the {kind} of an earlier {name} is gone."
        return Diagnosis(Phase.PENDING, "LeftOver", words)
    words = (
        f"{namespace} has a {kind} {name} that is not this notebook's. Delete it, or give the "
        "notebook another name."
    )
    return Diagnosis(Phase.FAILED, "NameConflict", words)


def _desired(
    notebook: JsonObject, understood: Notebook, *, with_policies: bool
) -> tuple[tuple[Resource, JsonObject], ...]:
    ide = IDES[understood.type]
    children = (
        (SERVICES, stamped(build_service(notebook, ide))),
        (STATEFUL_SETS, stamped(build_statefulset(notebook, ide))),
    )
    if not with_policies or understood.service_type is not ServiceType.CLUSTER_IP:
        return children
    # Before there is a pod that it protects.
    return ((NETWORK_POLICIES, stamped(build_network_policy(notebook, ide))), *children)


def _unwanted(
    children: Children, desired: tuple[tuple[Resource, JsonObject], ...], uid: str
) -> tuple[Remove, ...]:
    """The policy of a notebook that everybody is meant to reach by now."""
    policy = children.network_policy
    is_wanted = any(resource is NETWORK_POLICIES for resource, _ in desired)
    if policy is None or is_wanted or not is_controlled_by(policy, uid) or is_terminating(policy):
        return ()
    return (Remove(NETWORK_POLICIES, policy),)


def _live(children: Children, resource: Resource) -> JsonObject | None:
    found = {
        SERVICES: children.service,
        STATEFUL_SETS: children.statefulset,
        NETWORK_POLICIES: children.network_policy,
    }
    return found[resource]


def _is_due(change: Apply, children: Children, is_blocked: bool) -> bool:  # noqa: FBT001 private
    """Whether to apply now: what is missing only when nothing is in the way."""
    if change.live is None:
        return not is_blocked
    if is_terminating(change.live):
        return False
    settled = children.settled.get(change.resource.kind, "")
    return is_drifted(change.live, change.desired, settled)


def guarded(change: Apply) -> JsonObject:
    """The object to apply: an existing child's uid makes the server refuse another one. Pure."""
    if change.live is None:
        return change.desired
    metadata = {**change.desired["metadata"], "uid": uid_of(change.live)}
    return {**change.desired, "metadata": metadata}
