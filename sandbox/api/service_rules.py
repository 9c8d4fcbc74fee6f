"""What is wrong with a Service. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.api.meta import key_causes, label_causes, label_value_causes
from sandbox.api.statuses import Cause, duplicate, invalid, required, unsupported
from sandbox.client import Object

_PROTOCOLS = ("SCTP", "TCP", "UDP")
_SERVICE_CHOICES = {
    "sessionAffinity": ("ClientIP", "None"),
    "type": ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"),
}


def service_causes(service: Object, _: Object | None) -> Iterator[Cause]:
    """Ports, selector and choices of a Service. Pure."""
    spec = service["spec"]
    ports = spec.get("ports") or []
    if not ports and spec.get("clusterIP") != "None" and spec["type"] != "ExternalName":
        yield required("spec.ports")
    names: set[str] = set()
    for index, port in enumerate(ports):
        yield from _service_port(port, f"spec.ports[{index}]", names, is_alone=len(ports) == 1)
    for key, value in (spec.get("selector") or {}).items():
        yield from key_causes("spec.selector", key)
        yield from label_value_causes("spec.selector", value)
    for name, choices in _SERVICE_CHOICES.items():
        if spec.get(name, choices[0]) not in choices:
            yield unsupported(f"spec.{name}", spec[name], choices)
    yield from _repeated_ports(ports)


def _service_port(port: Object, path: str, names: set[str], *, is_alone: bool) -> Iterator[Cause]:
    name = port.get("name")
    if not name and not is_alone:
        yield required(f"{path}.name")
    elif name:
        yield from label_causes(f"{path}.name", name)
        if name in names:
            yield duplicate(f"{path}.name", name)
        names.add(name)
    yield from _port_number(port.get("port", 0), f"{path}.port")
    if port.get("protocol", "TCP") not in _PROTOCOLS:
        yield unsupported(f"{path}.protocol", port["protocol"], _PROTOCOLS)
    if isinstance(port.get("targetPort"), int):
        yield from _port_number(port["targetPort"], f"{path}.targetPort")


def _port_number(number: int, path: str) -> Iterator[Cause]:
    if not 0 < number < 65536:
        yield invalid(path, number, "must be between 1 and 65535, inclusive")


def _repeated_ports(ports: list[Object]) -> Iterator[Cause]:
    seen: set[tuple[int, str]] = set()
    for index, port in enumerate(ports):
        key = port.get("port", 0), port.get("protocol", "TCP")
        if key in seen:
            named = {"Name": "", "Protocol": key[1], "AppProtocol": None, "Port": key[0]}
            yield duplicate(f"spec.ports[{index}]", {**named, "TargetPort": 0, "NodePort": 0})
        seen.add(key)
