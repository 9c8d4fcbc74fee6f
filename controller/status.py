"""The Notebook's .status as it is written: the verdict, conditions, the container's state. Pure."""

from __future__ import annotations

from datetime import datetime

from controller.children import Children, own_pod, uid_of
from controller.containers import main_status
from controller.verdict import Diagnosis
from nbcore.actions import write_time
from nbcore.form import ServiceType
from nbcore.names import TYPE_LABEL, JsonObject
from nbcore.notebook import Notebook
from nbcore.objects import object_at, objects_at, text_at, value_at
from nbcore.status import ConditionType, Phase

# Written by others, or by later parts of the controller: kept as they are.
_KEPT = ("lastActivity", "stopAt")


def build_status(
    notebook: JsonObject,
    children: Children,
    verdict: Diagnosis,
    now: datetime,
    understood: Notebook | None = None,
) -> JsonObject:
    """The whole status; equal to the present one if nothing changed.

    Args:
        notebook: as last seen.
        children: as last seen.
        verdict: phase and cause.
        now: when a condition that changes is said to have changed.
        understood: the notebook as a value; None when it could not be read.
    """
    present = object_at(notebook, "status")
    status: JsonObject = {key: present[key] for key in _KEPT if key in present}
    status["phase"] = verdict.phase.value
    status |= {k: v for k, v in (("reason", verdict.reason), ("message", verdict.message)) if v}
    status["observedGeneration"] = value_at(notebook, "metadata", "generation") or 0
    status["readyReplicas"] = 1 if verdict.phase is Phase.READY else 0
    pod = own_pod(children, uid_of(notebook))
    if state := object_at(main_status(pod, text_at(notebook, "metadata", "name")), "state"):
        status["containerState"] = state
    conditions = [_ready(verdict), *_problems(verdict), *_remarks(notebook, understood)]
    old = {each.get("type"): each for each in objects_at(present, "conditions")}
    status["conditions"] = [_dated(each, old.get(each["type"], {}), now) for each in conditions]
    return status


def _ready(verdict: Diagnosis) -> JsonObject:
    is_ready = verdict.phase is Phase.READY
    return _condition(
        ConditionType.READY,
        is_true=is_ready,
        reason=verdict.reason or verdict.phase.value,
        message=verdict.message,
    )


def _problems(verdict: Diagnosis) -> list[JsonObject]:
    kinds = {
        "NameConflict": ConditionType.NAME_CONFLICT,
        "InvalidTemplate": ConditionType.INVALID,
    }
    if verdict.reason not in kinds:
        return []
    return [_condition(kinds[verdict.reason], reason=verdict.reason, message=verdict.message)]


def _remarks(notebook: JsonObject, understood: Notebook | None) -> list[JsonObject]:
    """What is worth knowing of a notebook that runs all the same."""
    if understood is None:
        return []
    found = []
    if not understood.is_type_known:
        label = text_at(notebook, "metadata", "labels", TYPE_LABEL)
        said = (
            f"The label {TYPE_LABEL} is {label!r}" if label else f"There is no label {TYPE_LABEL}"
        )
        words = f"{said} and the catalog does not list the image: taken for JupyterLab."
        found.append(_condition(ConditionType.UNKNOWN_TYPE, reason="NoSuchType", message=words))
    if understood.service_type is not ServiceType.CLUSTER_IP:
        words = "Everybody who reaches its address can open it, without signing in."
        kind = understood.service_type.value
        found.append(_condition(ConditionType.EXPOSED, reason=kind, message=words))
    return found


def _condition(
    kind: ConditionType, *, reason: str, message: str, is_true: bool = True
) -> JsonObject:
    return {
        "type": kind.value,
        "status": "True" if is_true else "False",
        "reason": reason,
        "message": message,
    }


def _dated(condition: JsonObject, old: JsonObject, now: datetime) -> JsonObject:
    """With the time at which its status last changed."""
    is_same = old.get("status") == condition["status"]
    since = text_at(old, "lastTransitionTime") if is_same else ""
    return {**condition, "lastTransitionTime": since or write_time(now)}
