"""To which address a notebook's requests go, and why not.

Whoever may write EndpointSlices must not be able to point the gateway at another machine. Therefore
an address counts only if the chain holds by uid (Notebook, its StatefulSet, its pod) and if that
pod's own status lists it. Nor must whoever may create pods: a pod can claim any owner, so it must
also have the one name that the StatefulSet gives, which is taken while the real one is there.

Pure.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from nbcore.names import JsonObject

SERVICE_NAME_LABEL = "kubernetes.io/service-name"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a notebook's server listens.

    Attributes:
        proof: Notebook, StatefulSet, EndpointSlice and Pod that show it to be the notebook's own.
    """

    ip: str
    port: int
    proof: tuple[JsonObject, ...] = field(compare=False, repr=False, default=())


class Refused(StrEnum):
    """Why there is no address; the value is the sentence that people read."""

    NOT_READY = "The notebook's server is not ready yet."
    FOREIGN_SET = "The StatefulSet of this name does not belong to the notebook."
    FOREIGN_POD = "The Service leads to a pod that is not the notebook's own."
    FOREIGN_ADDRESS = "The Service leads to an address that the notebook's pod does not have."
    HOST_NETWORK = "The notebook's pod uses its node's network, which is not served."


@dataclass(frozen=True, slots=True)
class Children:
    """What the cluster holds for one notebook.

    Attributes:
        pods: by name, in the notebook's namespace.
    """

    stateful_set: JsonObject | None
    endpoint_slices: tuple[JsonObject, ...]
    pods: Mapping[str, JsonObject]


def find_upstream(notebook: JsonObject, children: Children) -> Address | Refused:
    """The first ready endpoint that is proven to be the notebook's own, or why there is none."""
    stateful_set = children.stateful_set
    if stateful_set is None:
        return Refused.NOT_READY
    if not _uid(notebook) or controller_uid(stateful_set) != _uid(notebook):
        return Refused.FOREIGN_SET
    refused = Refused.NOT_READY
    for endpoint_slice, endpoint in _ready_endpoints(children.endpoint_slices):
        pod = children.pods.get(target_name(endpoint))
        doubt = _doubt(endpoint, pod, stateful_set)
        if pod is not None and doubt is None:
            proof = (notebook, stateful_set, endpoint_slice, pod)
            return Address(endpoint["addresses"][0], _port(endpoint_slice), proof)
        refused = doubt or refused
    return refused


def target_name(endpoint: JsonObject) -> str:
    """The name of the pod that an endpoint says it is; "" if it names none."""
    target = _dict(endpoint.get("targetRef"))
    return str(target.get("name") or "") if target.get("kind") == "Pod" else ""


def controller_uid(obj: JsonObject) -> str:
    """The uid of the owner that controls an object; "" if none does."""
    for reference in _list(_metadata(obj).get("ownerReferences")):
        if _dict(reference).get("controller") is True:
            return str(reference.get("uid") or "")
    return ""


def endpoints(endpoint_slice: JsonObject) -> list[JsonObject]:
    """The endpoints of a slice that are objects at all."""
    return [entry for entry in _list(endpoint_slice.get("endpoints")) if isinstance(entry, dict)]


def _ready_endpoints(slices: Iterable[JsonObject]) -> Iterator[tuple[JsonObject, JsonObject]]:
    for endpoint_slice in slices:
        for endpoint in endpoints(endpoint_slice) if _port(endpoint_slice) else ():
            # A condition that is not known is to be read as true (the API's own words).
            is_ready = _dict(endpoint.get("conditions")).get("ready") is not False
            if is_ready and _list(endpoint.get("addresses")):
                yield endpoint_slice, endpoint


def _port(endpoint_slice: JsonObject) -> int:
    for port in _list(endpoint_slice.get("ports")):
        number = _dict(port).get("port")
        if isinstance(number, int) and port.get("protocol", "TCP") == "TCP":
            return number
    return 0


def _doubt(
    endpoint: JsonObject, pod: JsonObject | None, stateful_set: JsonObject
) -> Refused | None:
    if pod is None or not _is_pod_of(stateful_set, pod):
        return Refused.FOREIGN_POD
    if _uid(pod) != _dict(endpoint.get("targetRef")).get("uid"):
        return Refused.FOREIGN_POD
    if _dict(pod.get("spec")).get("hostNetwork"):
        return Refused.HOST_NETWORK
    address = endpoint["addresses"][0]
    if address not in _pod_ips(pod) or not _is_ip(address):
        return Refused.FOREIGN_ADDRESS
    return None


def _is_pod_of(stateful_set: JsonObject, pod: JsonObject) -> bool:
    # A notebook has one replica, whose ordinal is 0.
    is_named = _metadata(pod).get("name") == f"{_metadata(stateful_set).get('name')}-0"
    return is_named and bool(_uid(pod)) and controller_uid(pod) == _uid(stateful_set)


def _pod_ips(pod: JsonObject) -> list[Any]:
    return [_dict(entry).get("ip") for entry in _list(_dict(pod.get("status")).get("podIPs"))]


def _is_ip(address: object) -> bool:
    try:
        ipaddress.ip_address(str(address))
    except ValueError:
        return False
    return True


def _metadata(obj: JsonObject) -> dict[str, Any]:
    return _dict(obj.get("metadata"))


def _uid(obj: JsonObject) -> str:
    return str(_metadata(obj).get("uid") or "")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
