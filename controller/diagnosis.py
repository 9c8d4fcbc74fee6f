"""Where a notebook is and why, from what the cluster shows of it; the words people read. Pure."""

from __future__ import annotations

import re
from datetime import datetime

from controller import containers
from controller.children import Children, is_terminating, own_pod
from controller.events import newest
from controller.verdict import Diagnosis, quoted
from nbcore.accelerators import is_accelerator
from nbcore.actions import Verb
from nbcore.ides import IDES
from nbcore.names import JsonObject
from nbcore.notebook import Notebook
from nbcore.objects import object_at, objects_at, text_at, value_at
from nbcore.status import Phase

_REVISION_LABEL = "controller-revision-hash"
_TITLES = {"cpu": "CPU"}
_QUOTA = re.compile(r"exceeded quota: (?P<rest>.+)")
_MISSING_CLAIM = re.compile(r'persistentvolumeclaim "(?P<name>[^"]+)" not found')
_UNBOUND_CLAIM = "unbound immediate PersistentVolumeClaims"
_SCARCE = re.compile(r"\d+ Insufficient (?P<resource>\S+)")
_NODES = re.compile(
    r"^\d+/\d+ nodes are available: (?P<why>.*?)\.?( preemption:.*| no new claims.*)?$"
)


def diagnose(notebook: Notebook, children: Children) -> Diagnosis:
    """The phase of a notebook that is understood and whose children are its own. Pure."""
    pod = own_pod(children, notebook.metadata.uid)
    if notebook.is_suspended:
        return _suspended(notebook, pod)
    if pod is None:
        return _without_pod(notebook, children)
    if is_terminating(pod) or _is_outdated(children.statefulset, pod):
        return Diagnosis(Phase.STARTING, "Restarting", "Its earlier pod ends first.")
    if not text_at(pod, "spec", "nodeName"):
        return _unscheduled(notebook, pod)
    return _scheduled(notebook, children, pod)


def terminating(name: str) -> Diagnosis:
    """A notebook that is being deleted. Pure."""
    return Diagnosis(Phase.TERMINATING, "", f"{name} is being deleted.")


def refusal(message: str, namespace: str) -> Diagnosis:
    """What it means that the server refused a pod or a child of ours with a 403. Pure."""
    if match := _QUOTA.search(message):
        rest = quoted(match["rest"])
        words = f"Over the quota of {namespace}: {rest}. Stop something or ask for less."
        return Diagnosis(Phase.PENDING, "QuotaExceeded", words)
    return Diagnosis(Phase.FAILED, "PodRefused", f"The cluster refuses it: {quoted(message)}.")


def _suspended(notebook: Notebook, pod: JsonObject | None) -> Diagnosis:
    if pod is not None:
        return Diagnosis(Phase.STOPPING, "", f"{notebook.metadata.name} is stopping.")
    action = notebook.last_action
    is_known = action is not None and action.verb is Verb.STOP and action.by
    # Without a name it would only repeat the phase.
    words = f"Stopped by {action.by}." if action and is_known else ""
    return Diagnosis(Phase.STOPPED, "", words)


def _without_pod(notebook: Notebook, children: Children) -> Diagnosis:
    # A refusal from before the last start says nothing of this run.
    event = newest(children.events, "FailedCreate", since=_began(notebook))
    made = newest(children.events, "SuccessfulCreate", since=_began(notebook))
    if event is None or (
        made is not None and newest((event, made), "FailedCreate", "SuccessfulCreate") is made
    ):
        return Diagnosis(Phase.PENDING, "", "Waiting for its pod.")
    return refusal(text_at(event, "message"), notebook.metadata.namespace)


def _began(notebook: Notebook) -> datetime | None:
    return notebook.last_action.when if notebook.last_action else None


def _is_outdated(statefulset: JsonObject | None, pod: JsonObject) -> bool:
    """Whether the pod is of an earlier template, and about to be replaced."""
    wanted = text_at(statefulset, "status", "updateRevision")
    observed = value_at(statefulset, "status", "observedGeneration")
    generation = value_at(statefulset, "metadata", "generation")
    # Kubernetes makes the first pod before it writes the first status.
    is_seen = observed == generation or (not observed and generation == 1)
    has = text_at(pod, "metadata", "labels", _REVISION_LABEL)
    return not is_seen or bool(wanted and has and wanted != has)


def _unscheduled(notebook: Notebook, pod: JsonObject) -> Diagnosis:
    condition = _condition(pod, "PodScheduled")
    message = text_at(condition, "message")
    if text_at(condition, "reason") != "Unschedulable" or not message:
        return Diagnosis(Phase.PENDING, "", "Waiting for a node.")
    if match := _MISSING_CLAIM.search(message):
        words = (
            f"No volume {match['name']}. It starts by itself when there is one in "
            f"{notebook.metadata.namespace}."
        )
        return Diagnosis(Phase.PENDING, "VolumeMissing", words)
    if _UNBOUND_CLAIM in message:
        words = "Its volume is being made. It starts by itself when the volume is there."
        return Diagnosis(Phase.PENDING, "VolumePending", words)
    match = _NODES.match(message)
    why = match["why"] if match else message
    words = _scarce(why) or f"No node can take it: {quoted(why)}. It starts by itself when one can."
    return Diagnosis(Phase.PENDING, "Unschedulable", words)


def _scarce(why: str) -> str:
    """What the nodes have too little of; "" when that is not all that keeps them from it."""
    found = [_SCARCE.fullmatch(part) for part in why.split(", ")]
    resources = list(dict.fromkeys(match["resource"] for match in found if match))
    if not all(found):
        return ""
    titles = ["GPU" if is_accelerator(name) else _TITLES.get(name, name) for name in resources]
    return (
        f"No free {' and '.join(titles)}. It starts by itself when a node has enough "
        f"{' and '.join(resources)}."
    )


def _scheduled(notebook: Notebook, children: Children, pod: JsonObject) -> Diagnosis:
    if text_at(pod, "status", "phase") == "Failed":
        reason = text_at(pod, "status", "reason") or "PodFailed"
        words = f"{quoted(text_at(pod, 'status', 'message')) or 'Its pod failed'}."
        return Diagnosis(Phase.FAILED, reason, words)
    name = notebook.metadata.name
    seen = containers.Seen(name, notebook.image, IDES[notebook.type].title, pod, children.events)
    return containers.diagnose(seen, is_ready=_is_ready(children.statefulset, pod))


def _is_ready(statefulset: JsonObject | None, pod: JsonObject) -> bool:
    """The readiness probe asks the IDE: ready means that it answers."""
    replicas = value_at(statefulset, "status", "readyReplicas")
    is_pod_ready = text_at(_condition(pod, "Ready"), "status") == "True"
    return is_pod_ready and isinstance(replicas, int) and replicas >= 1


def _condition(pod: JsonObject, kind: str) -> JsonObject:
    conditions = objects_at(object_at(pod, "status"), "conditions")
    return next((each for each in conditions if each.get("type") == kind), {})
