"""EndpointSlice: the slice that a Service with a selector should have.

One slice a Service: the sandbox has far fewer endpoints than the 100 at which the real one
splits. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sandbox.client import Object
from sandbox.controllers.objects import (
    is_finished,
    is_ready,
    is_terminating,
    key_of,
    labels_of,
    owner_reference,
    uid_of,
)

SERVICE_LABEL = "kubernetes.io/service-name"
MANAGED_BY_LABEL = "endpointslice.kubernetes.io/managed-by"
MANAGED_BY = "endpointslice-controller.k8s.io"


def slice_of(service: Object, pods: Sequence[Object]) -> Object:
    """The slice of a Service, given the pods of its namespace; without a name of its own yet."""
    selector = service["spec"]["selector"]
    chosen = [pod for pod in pods if _is_chosen(pod, selector)]
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "generateName": f"{service['metadata']['name']}-",
            "namespace": service["metadata"]["namespace"],
            "labels": {
                **labels_of(service),
                SERVICE_LABEL: service["metadata"]["name"],
                MANAGED_BY_LABEL: MANAGED_BY,
            },
            "ownerReferences": [owner_reference(service)],
        },
        "addressType": "IPv4",
        "endpoints": [_endpoint(service, pod) for pod in chosen] or None,
        "ports": [_port(port, chosen) for port in service["spec"].get("ports") or []]
        # No endpoints, no ports: so writes the real controller.
        if chosen
        else None,
    }


def differs(found: Object, wanted: Object) -> bool:
    """Whether the slice that exists says something else than it should."""
    return labels_of(found) != labels_of(wanted) or any(
        (found.get(field) or None) != wanted[field] for field in ("endpoints", "ports")
    )


def has_selector(service: Object) -> bool:
    """Whether the cluster, and not somebody else, keeps the slices of this Service."""
    return bool(service["spec"].get("selector")) and service["spec"].get("type") != "ExternalName"


def selects(service: Object, pod: Object) -> bool:
    """Whether the pod belongs to the Service."""
    return _matches(pod, service["spec"]["selector"])


def _is_chosen(pod: Object, selector: Mapping[str, str]) -> bool:
    has_address = bool(pod.get("status", {}).get("podIP"))
    return has_address and not is_finished(pod) and _matches(pod, selector)


def _matches(pod: Object, selector: Mapping[str, str]) -> bool:
    labels = labels_of(pod)
    return all(labels.get(key) == value for key, value in selector.items())


def _endpoint(service: Object, pod: Object) -> Object:
    serving, terminating = is_ready(pod), is_terminating(pod)
    always = bool(service["spec"].get("publishNotReadyAddresses"))
    namespace, name = key_of(pod)
    return {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {
            "ready": always or (serving and not terminating),
            "serving": serving,
            "terminating": terminating,
        },
        "nodeName": pod["spec"]["nodeName"],
        "targetRef": {"kind": "Pod", "name": name, "namespace": namespace, "uid": uid_of(pod)},
    }


def _port(port: Object, pods: Sequence[Object]) -> Object:
    target = port.get("targetPort", port["port"])
    number = target if isinstance(target, int) else _named(str(target), pods)
    return {
        "name": port.get("name", ""),
        "protocol": port.get("protocol", "TCP"),
        **({"port": number} if number is not None else {}),
    }


def _named(name: str, pods: Sequence[Object]) -> int | None:
    """The number that a container gives to a named port; None when no container has it."""
    ports = (
        port
        for pod in pods
        for container in pod["spec"]["containers"]
        for port in container.get("ports") or []
    )
    return next((port["containerPort"] for port in ports if port.get("name") == name), None)
