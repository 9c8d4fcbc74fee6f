"""What a new start must not leave standing: pods that were ready when the last one was killed."""

from __future__ import annotations

from datetime import datetime

from sandbox.client import Client, Object
from sandbox.controllers.objects import is_finished, key_of, timestamp

_CONDITIONS = ("Ready", "ContainersReady")
_PODS = "/api/v1/pods"


async def mark_unready(client: Client, node_name: str, now: datetime) -> None:
    """Say of all pods of a node that they aren't ready, as a cluster does of a node that is gone.

    It is to be awaited before the first request is answered.
    """
    pods, _ = await client.list(_PODS)
    for pod in pods:
        is_ours = pod["spec"].get("nodeName") == node_name
        if is_ours and not is_finished(pod) and pod.get("status"):
            namespace, name = key_of(pod)
            path = f"/api/v1/namespaces/{namespace}/pods/{name}/status"
            await client.patch(path, {"status": unready(pod["status"], now)})


def unready(status: Object, now: datetime) -> Object:
    """The parts of a pod's status that change when its node restarts. Pure."""
    containers = status.get("containerStatuses") or []
    return {
        "conditions": [_unready(entry, now) for entry in status.get("conditions") or []],
        "containerStatuses": [{**entry, "ready": False} for entry in containers],
    }


def _unready(condition: Object, now: datetime) -> Object:
    if condition["type"] not in _CONDITIONS or condition["status"] != "True":
        return condition
    changed = {"status": "False", "reason": "NodeNotReady", "lastTransitionTime": timestamp(now)}
    return {**condition, **changed, "message": "the node was restarted"}
