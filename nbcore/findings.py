"""What a check found out before anything is made: the lines of "Will it start?". Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from nbcore.errors import ClusterError, MalformedNotebookError
from nbcore.form import Field
from nbcore.kube.resources import NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS, PODS, Resource
from nbcore.names import JsonObject
from nbcore.refusals import explain, is_about_rights
from nbcore.volumes import Volume


class Verdict(StrEnum):
    """What a check found."""

    FINE = "fine"
    WAITS = "waits"
    NOT_CHECKED = "not checked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of "Will it start?".

    Attributes:
        field: the form's field to mend (nbcore.form.Field); "" when it is none of them.
        message: a sentence for people.
        detail: the server's own words, "" when there are none.
    """

    verdict: Verdict
    message: str
    field: str = ""
    detail: str = ""


_ACCEPTED = {
    PERSISTENT_VOLUME_CLAIMS: "The volume can be made.",
    NOTEBOOKS: "The notebook can be made.",
    PODS: "Its pod is allowed: quota, limits and policies were asked.",
}


def accepted(resource: Resource) -> Finding:
    """The server would store such an object. Pure."""
    return Finding(Verdict.FINE, _ACCEPTED[resource])


def refused(resource: Resource, error: ClusterError, sent: JsonObject) -> Finding:
    """The server would not. Who may not make pods learns nothing about the pod: not checked. Pure.

    Args:
        resource: of what was sent.
        error: one of nbcore.refusals.REFUSALS.
        sent: the object.
    """
    if resource is PODS and is_about_rights(error):
        words = "Quota and policies were not checked: you may not make pods yourself."
        return Finding(Verdict.NOT_CHECKED, words, detail=error.message)
    problem = explain(error, sent)
    return Finding(Verdict.REFUSED, problem.message, problem.field, error.message)


def malformed(error: MalformedNotebookError) -> Finding:
    """The notebook can't become a pod. Pure."""
    return Finding(Verdict.REFUSED, f"No pod can be made of this: {error}.")


def missing_claim(claim: str, namespace: str) -> Finding:
    """A volume to be used is not there. Pure."""
    words = f"{namespace} has no volume {claim}. Choose another one, or a new one."
    return Finding(Verdict.REFUSED, words, Field.VOLUME_NAME)


def unreadable_claim(claim: str, error: ClusterError) -> Finding:
    """Whether a volume is there could not be asked. Pure."""
    words = f"Volume {claim} was not checked: you may not read it."
    return Finding(Verdict.NOT_CHECKED, words, detail=error.message)


def shared_claim(volume: Volume, *, but: str) -> tuple[Finding, ...]:
    """A volume for one node at a time that other notebooks than ``but`` mount, too. Pure."""
    users = ", ".join(user for user in volume.used_by if user != but)
    if not users or not volume.is_single_node:
        return ()
    words = f"Volume {volume.name} is used by {users}: on another node it waits until they stop."
    return (Finding(Verdict.WAITS, words, Field.VOLUME_NAME),)


def unmounted(mounts: Iterable[str]) -> tuple[Finding, ...]:
    """Mounts for which the pod has no volume. Pure."""
    return tuple(
        Finding(Verdict.REFUSED, f"{mount} is mounted, but there is no such volume.", Field.VOLUME)
        for mount in mounts
    )
