"""The status of a pod as a kubelet words it.

https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.client import Object
from sandbox.controllers.objects import timestamp
from sandbox.controllers.scheduler import amounts

HOST_ADDRESS = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Waiting:
    """The container does not run, and why."""

    reason: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """The container runs."""

    started_at: datetime


@dataclass(frozen=True, slots=True)
class Terminated:
    """The container has ended."""

    exit_code: int
    reason: str
    started_at: datetime
    finished_at: datetime
    message: str = ""


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a pod as the node sees it."""

    name: str
    image: str
    state: Waiting | Running | Terminated = field(default=Waiting("ContainerCreating"))
    last: Terminated | None = None
    restarts: int = 0
    is_ready: bool = False
    is_started: bool = False
    container_id: str = ""


def status(
    pod: Object,
    containers: Sequence[Container],
    *,
    address: str,
    started_at: datetime,
    now: datetime,
) -> Object:
    """The whole status of a pod; ``address`` is "" until it has one."""
    old = pod.get("status", {})
    return {
        "phase": phase(pod, containers),
        "conditions": _conditions(old, containers, has_address=bool(address), now=now),
        "containerStatuses": [_container(container) for container in containers],
        "hostIP": HOST_ADDRESS,
        "hostIPs": [{"ip": HOST_ADDRESS}],
        **({"podIP": address, "podIPs": [{"ip": address}]} if address else {}),
        "startTime": timestamp(started_at),
        "qosClass": old.get("qosClass") or qos_class(pod),
    }


def phase(pod: Object, containers: Sequence[Container]) -> str:
    """Pending until every container has started once; an end only where nothing is restarted."""
    policy = pod["spec"].get("restartPolicy", "Always")
    if not all(_has_started(container) for container in containers):
        return "Pending"
    codes = [_exit_code(container) for container in containers]
    if policy == "Always" or None in codes:
        return "Running"
    if any(codes):
        return "Failed" if policy == "Never" else "Running"
    return "Succeeded"


def _has_started(container: Container) -> bool:
    return not isinstance(container.state, Waiting) or container.last is not None


def _exit_code(container: Container) -> int | None:
    return container.state.exit_code if isinstance(container.state, Terminated) else None


def qos_class(pod: Object) -> str:
    """Guaranteed, Burstable or BestEffort, by cpu and memory of all containers."""
    sides = [_sides(container) for container in pod["spec"]["containers"]]
    if not any(requests or limits for requests, limits in sides):
        return "BestEffort"
    is_full = all(len(limits) == len(_COUNTED) and requests == limits for requests, limits in sides)
    return "Guaranteed" if is_full else "Burstable"


_COUNTED = ("cpu", "memory")


def _sides(container: Object) -> tuple[dict[str, int], dict[str, int]]:
    resources = container.get("resources") or {}
    limits = _counted(resources.get("limits") or {})
    return {**limits, **_counted(resources.get("requests") or {})}, limits


def _counted(side: Mapping[str, object]) -> dict[str, int]:
    known = {name: value for name, value in side.items() if name in _COUNTED}
    return {name: amount for name, amount in amounts(known).items() if amount}


def _conditions(
    old: Object, containers: Sequence[Container], *, has_address: bool, now: datetime
) -> list[Object]:
    unready = [container.name for container in containers if not container.is_ready]
    why = (
        {
            "reason": "ContainersNotReady",
            "message": f"containers with unready status: [{' '.join(unready)}]",
        }
        if unready
        else {}
    )
    wanted: list[Object] = [
        {"type": "PodReadyToStartContainers", "status": _word(value=has_address)},
        {"type": "Initialized", "status": "True"},
        {"type": "Ready", "status": _word(value=not unready), **why},
        {"type": "ContainersReady", "status": _word(value=not unready), **why},
        {"type": "PodScheduled", "status": "True"},
    ]
    before = {entry["type"]: entry for entry in old.get("conditions") or []}
    return [_dated(entry, before.get(entry["type"]), now) for entry in wanted]


def _dated(entry: Object, old: Object | None, now: datetime) -> Object:
    """The condition with the time at which its status last changed."""
    is_same = old is not None and old["status"] == entry["status"]
    since = old["lastTransitionTime"] if old is not None and is_same else timestamp(now)
    return {**entry, "lastProbeTime": None, "lastTransitionTime": since}


def _word(*, value: bool) -> str:
    return "True" if value else "False"


def _container(container: Container) -> Object:
    return {
        "name": container.name,
        "image": container.image,
        "imageID": "",
        **({"containerID": container.container_id} if container.container_id else {}),
        "state": _state(container.state),
        "lastState": _state(container.last) if container.last else {},
        "ready": container.is_ready,
        "started": container.is_started,
        "restartCount": container.restarts,
    }


def _state(state: Waiting | Running | Terminated) -> Object:
    match state:
        case Waiting(reason, message):
            return {"waiting": {"reason": reason, **_said(message)}}
        case Running(started_at):
            return {"running": {"startedAt": timestamp(started_at)}}
        case Terminated():
            return {
                "terminated": {
                    "exitCode": state.exit_code,
                    "reason": state.reason,
                    "startedAt": timestamp(state.started_at),
                    "finishedAt": timestamp(state.finished_at),
                    **_said(state.message),
                }
            }


def _said(message: str) -> Object:
    return {"message": message} if message else {}


def recovered(pod: Object, name: str, image: str, now: datetime) -> Container:
    """A container of a pod that this node ran before it was restarted.

    What ran then has ended, nobody knows how: the kubelet says Unknown, 255.
    """
    statuses = pod.get("status", {}).get("containerStatuses") or []
    old = next((entry for entry in statuses if entry["name"] == name), None)
    if old is None:
        return Container(name, image)
    restarts = int(old.get("restartCount", 0))
    running = old.get("state", {}).get("running")
    if running is None:
        return Container(name, image, restarts=restarts)
    started_at = datetime.fromisoformat(running["startedAt"])
    ended = Terminated(255, "Unknown", started_at, now)
    return Container(name, image, last=ended, restarts=restarts + 1)
