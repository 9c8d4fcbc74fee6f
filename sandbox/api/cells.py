"""The columns of built-in kinds in kubectl's tables, one row each. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.api.ages import age
from sandbox.api.podcells import pod_ip, pod_ready, pod_restarts, pod_status
from sandbox.client import Object

_NONE = "<none>"
_UNSET = "<unset>"
_MODES = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One column: its heading and what stands in it. ``is_wide``: only with -o wide."""

    name: str
    value: Callable[[Object, datetime], Any]
    is_wide: bool = False
    type: str = "string"
    format: str = ""
    description: str = ""


def _at(*path: str, default: Any = "") -> Callable[[Object, datetime], Any]:
    def read(obj: Object, _: datetime) -> Any:
        value: Any = obj
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return default if value is None or value == "" else value

    return read


def _count(*path: str) -> Callable[[Object, datetime], Any]:
    read = _at(*path, default={})
    return lambda obj, now: len(read(obj, now))


def _aged(*path: str) -> Callable[[Object, datetime], Any]:
    read = _at(*path)
    return lambda obj, now: age(read(obj, now), now)


def _service_ports(service: Object, _: datetime) -> str:
    ports = [_service_port(port) for port in service["spec"].get("ports") or []]
    return ",".join(ports) or _NONE


def _service_port(port: Object) -> str:
    outside = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port['port']}{outside}/{port.get('protocol', 'TCP')}"


def _external_ip(service: Object, _: datetime) -> str:
    spec = service["spec"]
    given = list(spec.get("externalIPs") or [])
    if spec.get("type") == "LoadBalancer":
        ingress = service.get("status", {}).get("loadBalancer", {}).get("ingress") or []
        given += [point.get("ip") or point.get("hostname", "") for point in ingress]
        return ",".join(given) or "<pending>"
    return ",".join(given) or _NONE


def _labels(*path: str) -> Callable[[Object, datetime], str]:
    read = _at(*path, default={})
    return lambda obj, now: (
        ",".join(f"{key}={value}" for key, value in sorted(read(obj, now).items())) or _NONE
    )


def _modes(*path: str) -> Callable[[Object, datetime], str]:
    read = _at(*path, default=[])
    return lambda obj, now: ",".join(_MODES.get(mode, mode) for mode in read(obj, now))


def _bound_only(*path: str) -> Callable[[Object, datetime], Any]:
    """Nothing for a claim without a volume."""
    read = _at(*path)
    return lambda obj, now: read(obj, now) if obj.get("spec", {}).get("volumeName") else ""


def _claim_phase(obj: Object, _: datetime) -> str:
    if obj["metadata"].get("deletionTimestamp"):
        return "Terminating"
    phase: str = obj.get("status", {}).get("phase", "")
    return phase


def _claim_reference(volume: Object, _: datetime) -> str:
    claim = volume.get("spec", {}).get("claimRef") or {}
    return f"{claim.get('namespace', '')}/{claim['name']}" if claim.get("name") else ""


def _class_name(obj: Object, _: datetime) -> str:
    name: str = obj["metadata"]["name"]
    annotations = obj["metadata"].get("annotations") or {}
    is_default = annotations.get("storageclass.kubernetes.io/is-default-class") == "true"
    return f"{name} (default)" if is_default else name


def _node_status(node: Object, _: datetime) -> str:
    conditions = node.get("status", {}).get("conditions") or []
    is_ready = any(c.get("type") == "Ready" and c.get("status") == "True" for c in conditions)
    off = ",SchedulingDisabled" if node.get("spec", {}).get("unschedulable") else ""
    return ("Ready" if is_ready else "NotReady") + off


def _node_address(node: Object, _: datetime) -> str:
    addresses = node.get("status", {}).get("addresses") or []
    found = [a.get("address", "") for a in addresses if a.get("type") == "InternalIP"]
    return found[0] if found else _NONE


def _event_object(event: Object, _: datetime) -> str:
    target = event.get("involvedObject") or {}
    return f"{str(target.get('kind', '')).lower()}/{target.get('name', '')}"


def _last_seen(event: Object, now: datetime) -> str:
    series = event.get("series") or {}
    times = (series.get("lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"))
    return age(next((time for time in times if time), ""), now)


def _first_seen(event: Object, now: datetime) -> str:
    return age(event.get("firstTimestamp") or event.get("eventTime"), now)


def _event_source(event: Object, _: datetime) -> str:
    source = event.get("source") or {}
    component = source.get("component") or event.get("reportingComponent", "")
    return ", ".join(filter(None, (component, source.get("host", ""))))


def _replicas_ready(obj: Object, _: datetime) -> str:
    return f"{obj.get('status', {}).get('readyReplicas', 0)}/{obj['spec'].get('replicas', 0)}"


def _containers(field: str) -> Callable[[Object, datetime], str]:
    read = _at("spec", "template", "spec", "containers", default=[])
    return lambda obj, now: ",".join(str(c.get(field, "")) for c in read(obj, now))


def _slice_endpoints(obj: Object, _: datetime) -> str:
    found = [a for point in obj.get("endpoints") or [] for a in point.get("addresses") or []]
    return (
        ",".join(found[:3]) + (f" + {len(found) - 3} more..." if len(found) > 3 else "") or _UNSET
    )


def _slice_ports(obj: Object, _: datetime) -> str:
    return ",".join(str(port.get("port", "*")) for port in obj.get("ports") or []) or _UNSET


_NAME = Cell("Name", _at("metadata", "name"), format="name")
_AGE = Cell("Age", _aged("metadata", "creationTimestamp"))
_CREATED = Cell("Created At", _at("metadata", "creationTimestamp"), type="date")

CELLS: dict[str, tuple[Cell, ...]] = {
    "namespaces": (_NAME, Cell("Status", _at("status", "phase")), _AGE),
    "nodes": (
        _NAME, Cell("Status", _node_status), Cell("Roles", lambda _obj, _now: _NONE), _AGE,
        Cell("Version", _at("status", "nodeInfo", "kubeletVersion")),
        Cell("Internal-IP", _node_address, is_wide=True),
        Cell("External-IP", lambda _obj, _now: _NONE, is_wide=True),
        Cell("OS-Image", _at("status", "nodeInfo", "osImage"), is_wide=True),
        Cell("Kernel-Version", _at("status", "nodeInfo", "kernelVersion"), is_wide=True),
        Cell("Container-Runtime", _at("status", "nodeInfo", "containerRuntimeVersion"),
             is_wide=True),
    ),
    "pods": (
        _NAME, Cell("Ready", pod_ready), Cell("Status", pod_status),
        Cell("Restarts", pod_restarts), _AGE, Cell("IP", pod_ip, is_wide=True),
        Cell("Node", _at("spec", "nodeName", default=_NONE), is_wide=True),
        Cell("Nominated Node", lambda _obj, _now: _NONE, is_wide=True),
        Cell("Readiness Gates", lambda _obj, _now: _NONE, is_wide=True),
    ),
    "services": (
        _NAME, Cell("Type", _at("spec", "type")),
        Cell("Cluster-IP", _at("spec", "clusterIP", default=_NONE)),
        Cell("External-IP", _external_ip), Cell("Port(s)", _service_ports), _AGE,
        Cell("Selector", _labels("spec", "selector"), is_wide=True),
    ),
    "persistentvolumeclaims": (
        _NAME, Cell("Status", _claim_phase), Cell("Volume", _at("spec", "volumeName")),
        Cell("Capacity", _bound_only("status", "capacity", "storage")),
        Cell("Access Modes", _modes("status", "accessModes")),
        Cell("StorageClass", _at("spec", "storageClassName")),
        Cell("VolumeAttributesClass", _at("spec", "volumeAttributesClassName", default=_UNSET)),
        _AGE, Cell("VolumeMode", _at("spec", "volumeMode"), is_wide=True),
    ),
    "persistentvolumes": (
        _NAME, Cell("Capacity", _at("spec", "capacity", "storage")),
        Cell("Access Modes", _modes("spec", "accessModes")),
        Cell("Reclaim Policy", _at("spec", "persistentVolumeReclaimPolicy")),
        Cell("Status", _claim_phase), Cell("Claim", _claim_reference),
        Cell("StorageClass", _at("spec", "storageClassName")),
        Cell("VolumeAttributesClass", _at("spec", "volumeAttributesClassName", default=_UNSET)),
        Cell("Reason", _at("status", "reason")), _AGE,
        Cell("VolumeMode", _at("spec", "volumeMode"), is_wide=True),
    ),
    "events": (
        Cell("Last Seen", _last_seen), Cell("Type", _at("type")), Cell("Reason", _at("reason")),
        Cell("Object", _event_object),
        Cell("Subobject", _at("involvedObject", "fieldPath"), is_wide=True),
        Cell("Source", _event_source, is_wide=True), Cell("Message", _at("message")),
        Cell("First Seen", _first_seen, is_wide=True),
        Cell("Count", _at("count", default=1), is_wide=True),
        Cell("Name", _at("metadata", "name"), is_wide=True, format="name"),
    ),
    "configmaps": (_NAME, Cell("Data", _count("data")), _AGE),
    "secrets": (_NAME, Cell("Type", _at("type")), Cell("Data", _count("data")), _AGE),
    "statefulsets.apps": (
        _NAME, Cell("Ready", _replicas_ready), _AGE,
        Cell("Containers", _containers("name"), is_wide=True),
        Cell("Images", _containers("image"), is_wide=True),
    ),
    "endpointslices.discovery.k8s.io": (
        _NAME, Cell("AddressType", _at("addressType")), Cell("Ports", _slice_ports),
        Cell("Endpoints", _slice_endpoints), _AGE,
    ),
    "storageclasses.storage.k8s.io": (
        Cell("Name", _class_name, format="name"), Cell("Provisioner", _at("provisioner")),
        Cell("ReclaimPolicy", _at("reclaimPolicy")),
        Cell("VolumeBindingMode", _at("volumeBindingMode")),
        Cell("AllowVolumeExpansion", _at("allowVolumeExpansion", default=False), type="boolean"),
        _AGE,
    ),
    "leases.coordination.k8s.io": (_NAME, Cell("Holder", _at("spec", "holderIdentity")), _AGE),
    "networkpolicies.networking.k8s.io": (
        _NAME, Cell("Pod-Selector", _labels("spec", "podSelector", "matchLabels")), _AGE,
    ),
    "runtimeclasses.node.k8s.io": (_NAME, Cell("Handler", _at("handler")), _AGE),
    "customresourcedefinitions.apiextensions.k8s.io": (_NAME, _CREATED),
    "limitranges": (_NAME, _CREATED),
    "roles.rbac.authorization.k8s.io": (_NAME, _CREATED),
    "clusterroles.rbac.authorization.k8s.io": (_NAME, _CREATED),
}  # fmt: skip
OTHERS: tuple[Cell, ...] = (_NAME, _AGE)
