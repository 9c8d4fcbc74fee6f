"""Carries a plan out: children by server-side apply, the status by one JSON Patch."""

from __future__ import annotations

import logging
from dataclasses import replace

from controller.children import is_controlled_by, is_terminating, uid_of
from controller.diagnosis import refusal
from controller.drift import is_drifted
from controller.plan import Apply, Remove, guarded, in_the_way
from controller.verdict import Diagnosis, quoted
from nbcore.errors import (
    ClusterError,
    ConflictError,
    ForbiddenError,
    InvalidObjectError,
    NotFoundError,
    ServerError,
)
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS
from nbcore.names import FIELD_MANAGER_CONTROLLER, JsonObject
from nbcore.objects import text_at
from nbcore.status import Phase

log = logging.getLogger(__name__)


class ParentGoneError(Exception):
    """The notebook was deleted, or is another one by now: nothing is made for it."""


def check_parent(kube: Kube, notebook: JsonObject) -> None:
    """Asks the server, because a lagging cache would give children to a dead owner.

    Raises:
        ParentGoneError: it was deleted, or is being deleted, or the name has another owner now.
        ClusterError: the server's answer.
    """
    metadata = notebook["metadata"]
    try:
        live = kube.get(NOTEBOOKS, metadata["name"], metadata["namespace"])
    except NotFoundError as error:
        raise ParentGoneError from error
    if uid_of(live) != uid_of(notebook) or is_terminating(live):
        raise ParentGoneError


def apply_change(kube: Kube, notebook: JsonObject, change: Apply) -> JsonObject | Diagnosis:
    """Makes or mends one child; the child as stored, or why the cluster does not take it.

    Raises:
        ClusterError: what may be different at the next attempt.
    """
    if change.live is None:
        change = replace(change, live=_look_up(kube, change))
        if change.live is not None and not is_controlled_by(change.live, uid_of(notebook)):
            return in_the_way(change)
        if change.live is not None and not is_drifted(change.live, change.desired):
            # Made a moment ago: the cache has not heard of it yet.
            return change.live
    try:
        return _apply(kube, change)
    except ForbiddenError as error:
        return refusal(error.message, text_at(notebook, "metadata", "namespace"))
    except (InvalidObjectError, ServerError) as error:
        return _unacceptable(error)


def remove(kube: Kube, change: Remove) -> None:
    """Deletes exactly this child; it being gone already, or replaced, is as good.

    Raises:
        ClusterError: the server's answer.
    """
    metadata = change.live["metadata"]
    name, namespace = metadata["name"], metadata["namespace"]
    try:
        kube.delete(change.resource, name, namespace, uid=uid_of(change.live))
    except (NotFoundError, ConflictError):
        return
    log.info("%s/%s: %s removed", namespace, name, change.resource.kind)


def write_status(kube: Kube, notebook: JsonObject, status: JsonObject) -> JsonObject:
    """Replaces .status whole, unless the name belongs to another notebook by now.

    A merge patch could not remove what no longer holds.

    Raises:
        ClusterError: the server's answer; InvalidObjectError when the uid is another.
    """
    metadata = notebook["metadata"]
    operations: list[JsonObject] = [
        {"op": "test", "path": "/metadata/uid", "value": metadata["uid"]},
        {"op": "add", "path": "/status", "value": status},
    ]
    return kube.patch(
        NOTEBOOKS, metadata["name"], metadata["namespace"], operations, subresource="status"
    )


def _apply(kube: Kube, change: Apply) -> JsonObject:
    obj = guarded(change)
    done = kube.apply(change.resource, obj, field_manager=FIELD_MANAGER_CONTROLLER)
    metadata = obj["metadata"]
    words = "mended" if change.live else "made"
    log.info("%s/%s: %s %s", metadata["namespace"], metadata["name"], obj["kind"], words)
    return done


def _look_up(kube: Kube, change: Apply) -> JsonObject | None:
    """The child as it is now: one without our label is not in the cache."""
    metadata = change.desired["metadata"]
    try:
        return kube.get(change.resource, metadata["name"], metadata["namespace"])
    except NotFoundError:
        return None


def _unacceptable(error: ClusterError) -> Diagnosis:
    """A refusal that only another template can mend.

    Raises:
        ClusterError: it is none of these: a fault of the server.
    """
    match error:
        case InvalidObjectError(causes=causes):
            # Our guard: by now another object has the name. What the cache shows next decides.
            is_about_template = all(cause.field != "metadata.uid" for cause in causes)
        case _:
            # Server-side apply answers a field that the server does not know with a 500.
            is_about_template = "schema" in error.message
    if not is_about_template:
        raise error
    words = f"The cluster refuses its template: {quoted(error.message)}."
    return Diagnosis(Phase.FAILED, "InvalidTemplate", words)
