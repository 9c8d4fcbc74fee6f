"""The subresources that are other kinds: scale (autoscaling/v1) and a pod's binding."""

from __future__ import annotations

from dataclasses import replace

from sandbox.api import statuses
from sandbox.api.context import Call, Reply
from sandbox.api.json_patch import json_patch
from sandbox.api.managed import manager_of
from sandbox.api.merge_patch import merge_patch
from sandbox.api.meta import timestamp
from sandbox.api.writes import replace_object
from sandbox.client import JSON_PATCH, Object

_MOST = 2**31 - 1


def get(call: Call) -> Reply:
    """GET of a scale."""
    return call.reply_with(_scale_of(call, call.stored().object))


def update(call: Call) -> Reply:
    """PUT of a scale."""
    return _resize(call, call.request.body)


def patch(call: Call) -> Reply:
    """PATCH of a scale; every format but JSON patch is merged."""
    current = _scale_of(call, call.stored().object)
    if call.request.content_type == JSON_PATCH:
        return _resize(call, json_patch(current, call.request.body))
    return _resize(call, merge_patch(current, call.request.body))


def _scale_of(call: Call, obj: Object) -> Object:
    paths = call.kind.scale
    if paths is None:
        raise statuses.no_such_resource()
    metadata = obj["metadata"]
    names = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    status: Object = {"replicas": _at(obj, paths.status) or 0}
    selector = _at(obj, paths.selector) if paths.selector else _selector_text(obj)
    if selector:
        status["selector"] = selector
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {name: metadata[name] for name in names if name in metadata},
        # Go leaves a zero out; every client reads it back as one.
        "spec": {"replicas": replicas} if (replicas := _at(obj, paths.spec)) else {},
        "status": status,
    }


def _selector_text(obj: Object) -> str:
    selector = obj.get("spec", {}).get("selector") or {}
    labels = selector.get("matchLabels", {}) if isinstance(selector, dict) else {}
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def _at(obj: Object, path: str) -> object:
    value: object = obj
    for name in path.strip(".").split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _with(obj: Object, path: list[str], value: object) -> Object:
    head, *rest = path
    inner = _with(obj.get(head) or {}, rest, value) if rest else value
    return obj | {head: inner}


def _resize(call: Call, scale: object) -> Reply:
    paths = call.kind.scale
    spec = scale.get("spec") if isinstance(scale, dict) else None
    replicas = spec.get("replicas", 0) if isinstance(spec, dict) else None
    if paths is None or type(replicas) is not int or not 0 <= replicas <= _MOST:
        raise statuses.bad_request(
            'Scale in version "v1" cannot be handled as a Scale: spec.replicas'
        )
    version = scale.get("metadata", {}).get("resourceVersion") if isinstance(scale, dict) else None

    def resized(old: Object) -> Object:
        changed = _with(old, paths.spec.strip(".").split("."), replicas)
        return changed | {"metadata": old["metadata"] | {"resourceVersion": version or ""}}

    manager = manager_of(call.request, "scale")
    reply = replace_object(_on_object(call), resized, manager)
    return call.reply_with(_scale_of(call, reply.body))


def _on_object(call: Call) -> Call:
    """The same call on the object itself: a scale is a change of its spec."""
    target = replace(call.request.target, subresource="")
    return replace(call, request=replace(call.request, target=target))


def bind(call: Call) -> Reply:
    """POST of a Binding: the scheduler's way to give a pod its node."""
    body = call.request.body
    target = body.get("target") if isinstance(body, dict) else None
    node = target.get("name") if isinstance(target, dict) else None
    if not isinstance(node, str) or not node:
        raise statuses.bad_request("Binding cannot be handled: target.name is required")
    pod = call.stored().object
    if pod["spec"].get("nodeName"):
        why = f'pod {call.name} is already assigned to node "{pod["spec"]["nodeName"]}"'
        raise statuses.conflict(call.kind, call.name, why)
    now = timestamp(call.world.clock())
    call.world.store.put(call.kind.resource, _bound(pod, node, now))
    body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
    return call.reply_with(body, 201)


def _bound(pod: Object, node: str, now: str) -> Object:
    status = pod.get("status", {})
    others = [c for c in status.get("conditions") or [] if c.get("type") != "PodScheduled"]
    scheduled = {
        "type": "PodScheduled",
        "status": "True",
        "lastProbeTime": None,
        "lastTransitionTime": now,
    }
    return pod | {
        "spec": pod["spec"] | {"nodeName": node},
        "status": status | {"conditions": [*others, scheduled]},
    }
