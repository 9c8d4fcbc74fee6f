"""What the notebook's container is doing, once its pod has a node. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from controller.events import newest
from controller.verdict import Diagnosis, quoted
from nbcore.names import JsonObject
from nbcore.objects import object_at, objects_at, text_at, value_at
from nbcore.status import Phase

_PULL_FAILURES = {
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
}
# While a container waits for one of these, nothing is wrong yet.
_NORMAL = {"", "ContainerCreating", "PodInitializing"}
_MOUNT_FAILURES = ("FailedMount", "FailedAttachVolume")
_NOT_FOUND = re.compile(r"not found|manifest unknown|name unknown|does not exist", re.IGNORECASE)
_NOT_ALLOWED = re.compile(r"unauthorized|denied|forbidden|authentication required", re.IGNORECASE)
# The kubelet has not read the account's certificates yet: usual for the first second of a pod.
_SETTLING = re.compile(r"failed to sync .* cache|object .* not registered")


@dataclass(frozen=True, slots=True)
class Seen:
    """A scheduled pod and what is needed to speak of it.

    Attributes:
        name: of the notebook, and of its container.
        title: of the IDE, for example JupyterLab.
        events: about this pod, so of this run.
    """

    name: str
    image: str
    title: str
    pod: JsonObject
    events: tuple[JsonObject, ...]


def diagnose(seen: Seen, *, is_ready: bool) -> Diagnosis:
    """The phase of a notebook whose pod has a node. Pure."""
    status = main_status(seen.pod, seen.name)
    if is_ready:
        return Diagnosis(Phase.READY, "", f"{seen.title} is running.")
    init = _failing_init(seen)
    if init is not None:
        return init
    state = object_at(status, "state")
    if "running" in state:
        return _running(seen, status)
    if "terminated" in state:
        return _ended(seen, status, object_at(state, "terminated"))
    return _waiting(seen, status)


def main_status(pod: JsonObject | None, name: str) -> JsonObject:
    """The containerStatus of the notebook's own container, {} if there is none yet. Pure."""
    statuses = objects_at(pod, "status", "containerStatuses")
    return next((each for each in statuses if each.get("name") == name), {})


def _failing_init(seen: Seen) -> Diagnosis | None:
    for status in objects_at(seen.pod, "status", "initContainerStatuses"):
        reason = text_at(status, "state", "waiting", "reason")
        if reason not in _NORMAL:
            words = text_at(status, "state", "waiting", "message") or reason
            container = text_at(status, "name")
            return Diagnosis(Phase.FAILED, reason, f"Init container {container}: {quoted(words)}.")
    return None


def _waiting(seen: Seen, status: JsonObject) -> Diagnosis:
    reason = text_at(status, "state", "waiting", "reason")
    message = text_at(status, "state", "waiting", "message")
    if reason in _PULL_FAILURES:
        return _pull_failure(seen, message)
    if reason == "CrashLoopBackOff":
        return _ended(seen, status, object_at(status, "lastState", "terminated"))
    if reason not in _NORMAL:
        words = quoted(message or reason)
        return Diagnosis(Phase.FAILED, reason, f"Its container can't be made: {words}.")
    return _preparing(seen)


def _preparing(seen: Seen) -> Diagnosis:
    """Volumes, then the image, then the container."""
    event = newest(seen.events, "Pulling", "Pulled", *_MOUNT_FAILURES)
    reason, message = text_at(event, "reason"), text_at(event, "message")
    if reason in _MOUNT_FAILURES and not _SETTLING.search(message):
        return Diagnosis(
            Phase.FAILED, "FailedMount", f"A volume can't be mounted: {quoted(message)}."
        )
    if reason == "Pulling":
        return Diagnosis(Phase.STARTING, "Pulling", _progress(message))
    return Diagnosis(Phase.STARTING, "ContainerCreating", "Its container is being made.")


def _progress(message: str) -> str:
    """What stands behind the image's name, if whoever pulls says how far it is."""
    _, _, numbers = message.partition('": ')
    if not numbers:
        return "Pulling the image."
    if numbers[0].isdecimal():
        return f"Pulling the image, {quoted(numbers)}."
    return f"{numbers[0].upper()}{quoted(numbers[1:])}."


def _pull_failure(seen: Seen, message: str) -> Diagnosis:
    # The container's own message alternates between the cause and "Back-off pulling image".
    causes = [
        each for each in seen.events if text_at(each, "message").startswith("Failed to pull image")
    ]
    event = newest(causes, "Failed")
    cause = text_at(event, "message") if event else message
    if _NOT_ALLOWED.search(cause):
        words = (
            f"Not allowed to pull {seen.image}. The namespace needs a pull secret: ask an admin."
        )
    elif _NOT_FOUND.search(cause):
        words = (
            f"Image not found: {seen.image}. Check its name and tag, or choose one from the "
            "catalog."
        )
    else:
        words = _with_image(seen.image, cause)
    return Diagnosis(Phase.FAILED, "ImagePull", words)


def _with_image(image: str, cause: str) -> str:
    why = quoted(cause.removeprefix(f'Failed to pull image "{image}": '))
    return f"Can't pull image {image}: {why}." if why else f"Can't pull image {image}."


def _ended(seen: Seen, status: JsonObject, terminated: JsonObject) -> Diagnosis:
    restarts = _restarts(status)
    if text_at(terminated, "reason") == "OOMKilled":
        words = (
            f"Out of memory at {_memory_limit(seen)}{restarts}. Kernels were lost; files on a "
            "volume are safe. Give it more memory."
        )
        return Diagnosis(Phase.FAILED, "OOMKilled", words)
    code = value_at(terminated, "exitCode")
    if code == 0 and text_at(status, "state", "waiting", "reason") != "CrashLoopBackOff":
        return Diagnosis(Phase.STARTING, "Restarting", f"{seen.title} restarts. It was shut down.")
    words = f"Exit code {code}{restarts}. {seen.title} ended by itself: look at its log."
    return Diagnosis(Phase.FAILED, "CrashLoop", words)


def _restarts(status: JsonObject) -> str:
    count = status.get("restartCount")
    if not isinstance(count, int) or count < 1:
        return ""
    return f", {count} restart{'s' if count > 1 else ''}"


def _memory_limit(seen: Seen) -> str:
    containers = objects_at(seen.pod, "spec", "containers")
    own = next((each for each in containers if each.get("name") == seen.name), {})
    limit = value_at(own, "resources", "limits", "memory")
    return str(limit) if limit else "its limit"


def _running(seen: Seen, status: JsonObject) -> Diagnosis:
    if text_at(status, "lastState", "terminated", "reason") == "OOMKilled":
        words = f"Out of memory at {_memory_limit(seen)}. {seen.title} is starting again."
        return Diagnosis(Phase.STARTING, "OOMKilled", words)
    # True once the startup probe got its first answer.
    if status.get("started") is True and _was_ready(seen.pod):
        return Diagnosis(Phase.STARTING, "NotAnswering", f"{seen.title} does not answer just now.")
    return Diagnosis(Phase.STARTING, "Starting", f"{seen.title} is starting.")


def _was_ready(pod: JsonObject) -> bool:
    """Whether readiness was lost: it changed after the containers started."""
    conditions = {each.get("type"): each for each in objects_at(pod, "status", "conditions")}
    ready, initialized = conditions.get("Ready", {}), conditions.get("Initialized", {})
    return text_at(ready, "lastTransitionTime") > text_at(initialized, "lastTransitionTime")
