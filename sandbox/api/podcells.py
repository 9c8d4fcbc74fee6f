"""How kubectl's table sums a pod up. Pure."""

from __future__ import annotations

from datetime import datetime

from sandbox.api.ages import age
from sandbox.client import Object


def pod_ready(pod: Object, _: datetime) -> str:
    """Ready containers of all containers, for example 1/2. Pure."""
    statuses = pod.get("status", {}).get("containerStatuses") or []
    ready = sum(bool(status.get("ready")) for status in statuses)
    return f"{ready}/{len(pod.get('spec', {}).get('containers') or [])}"


def pod_status(pod: Object, _: datetime) -> str:
    """The one word for a pod: what its containers wait for or ended with, else its phase. Pure."""
    status = pod.get("status", {})
    reason: str = status.get("reason") or status.get("phase") or "Unknown"
    for container in status.get("containerStatuses") or []:
        reason = _container_reason(container.get("state") or {}) or reason
    if pod["metadata"].get("deletionTimestamp"):
        return "Unknown" if status.get("reason") == "NodeLost" else "Terminating"
    return reason


def _container_reason(state: Object) -> str:
    waiting = state.get("waiting") or {}
    terminated = state.get("terminated") or {}
    if waiting.get("reason"):
        return str(waiting["reason"])
    if terminated.get("reason"):
        return str(terminated["reason"])
    if terminated:
        signal = terminated.get("signal")
        return f"Signal:{signal}" if signal else f"ExitCode:{terminated.get('exitCode', 0)}"
    return ""


def pod_restarts(pod: Object, now: datetime) -> str:
    """How often its containers were started again, and when that was last. Pure."""
    statuses = pod.get("status", {}).get("containerStatuses") or []
    count = sum(int(status.get("restartCount", 0)) for status in statuses)
    ended = [
        ((status.get("lastState") or {}).get("terminated") or {}).get("finishedAt", "")
        for status in statuses
    ]
    latest = max(ended, default="")
    return f"{count} ({age(latest, now)} ago)" if count and latest else str(count)


def pod_ip(pod: Object, _: datetime) -> str:
    """Its address. Pure."""
    address: str = pod.get("status", {}).get("podIP") or "<none>"
    return address
