"""Admission: tables of steps and checks before storage. Pure but for what they look up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Protocol

from sandbox.api import statuses
from sandbox.api.kinds import Kind
from sandbox.api.limits import quotas, ranges
from sandbox.api.statuses import invalid
from sandbox.client import Object

SERVICE_NETWORK = IPv4Network("10.96.0.0/16")
NODE_PORTS = range(30000, 32768)
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
_CLAIM_PROTECTION = "kubernetes.io/pvc-protection"
_FIRST_ADDRESS = 10  # The first ones are for the API server and DNS, as in most clusters.


class Reader(Protocol):
    """What steps may look at: the objects as they stand."""

    def objects(self, resource: str, namespace: str = "") -> Iterable[Object]:
        """All objects of a resource."""
        ...

    def find(self, resource: str, namespace: str, name: str) -> Object | None:
        """One object, or None."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What is being asked: ``old`` is None for a create."""

    kind: Kind
    new: Object
    old: Object | None
    reader: Reader

    @property
    def namespace(self) -> str:
        """The namespace of the object; "" for cluster-scoped kinds."""
        namespace: str = self.new["metadata"].get("namespace", "")
        return namespace

    @property
    def name(self) -> str:
        """The name of the object."""
        name: str = self.new["metadata"].get("name", "")
        return name


Step = Callable[[Admission], Object]
Check = Callable[[Admission], None]


def namespace_lifecycle(ask: Admission) -> Object:
    """Nothing is made in a namespace that is missing or going away."""
    if not ask.kind.is_namespaced or ask.old is not None:
        return ask.new
    namespace = ask.reader.find("namespaces", "", ask.namespace)
    if namespace is None:
        message = f'namespaces "{ask.namespace}" not found'
        details = {"name": ask.namespace, "kind": "namespaces"}
        raise statuses.error(404, "NotFound", message, details)
    if namespace["metadata"].get("deletionTimestamp"):
        cause = {
            "reason": "NamespaceTerminating",
            "message": f"namespace {ask.namespace} is being terminated",
            "field": "metadata.namespace",
        }
        why = (
            f"unable to create new content in namespace {ask.namespace} "
            "because it is being terminated"
        )
        raise statuses.forbidden(ask.kind, ask.name, why, [cause])
    return ask.new


def runtime_class(ask: Admission) -> Object:
    """A pod names a RuntimeClass that exists."""
    wanted = ask.new.get("spec", {}).get("runtimeClassName")
    if ask.old is None and wanted and not ask.reader.find("runtimeclasses.node.k8s.io", "", wanted):
        why = f'pod rejected: RuntimeClass "{wanted}" not found'
        raise statuses.forbidden(ask.kind, ask.name, why)
    return ask.new


def service_account(ask: Admission) -> Object:
    """A pod runs as a ServiceAccount, "default" if it names none."""
    if ask.old is not None:
        return ask.new
    spec = ask.new.get("spec", {})
    name = spec.get("serviceAccountName") or "default"
    # The default one may come a moment after its namespace: no reason to refuse a pod here.
    if name != "default" and not ask.reader.find("serviceaccounts", ask.namespace, name):
        why = (
            f"error looking up service account {ask.namespace}/{name}: "
            f'serviceaccount "{name}" not found'
        )
        raise statuses.forbidden(ask.kind, ask.name, why)
    return ask.new | {"spec": spec | {"serviceAccountName": name, "serviceAccount": name}}


def pod_priority(ask: Admission) -> Object:
    """Every pod has a priority and tolerates a node that is away for five minutes."""
    if ask.old is not None:
        return ask.new
    spec = ask.new.get("spec", {})
    own = spec.get("tolerations") or []
    named = {toleration.get("key") for toleration in own}
    added = [
        {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
        for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
        if key not in named
    ]
    filled = {"priority": 0, "preemptionPolicy": "PreemptLowerPriority"} | spec
    return ask.new | {"spec": filled | {"tolerations": own + added}}


def default_storage_class(ask: Admission) -> Object:
    """A claim that leaves its class out gets the default one; an empty name stays empty."""
    spec = ask.new.get("spec", {})
    if ask.old is not None or "storageClassName" in spec:
        return ask.new
    for storage_class in ask.reader.objects("storageclasses.storage.k8s.io"):
        annotations = storage_class["metadata"].get("annotations") or {}
        if annotations.get(DEFAULT_CLASS) == "true":
            name = storage_class["metadata"]["name"]
            return ask.new | {"spec": spec | {"storageClassName": name}}
    return ask.new


def claim_protection(ask: Admission) -> Object:
    """A claim can't vanish while a pod uses it: the volume controller takes this away again."""
    metadata = ask.new["metadata"]
    own = metadata.get("finalizers") or []
    if ask.old is not None or _CLAIM_PROTECTION in own:
        return ask.new
    return ask.new | {"metadata": metadata | {"finalizers": [*own, _CLAIM_PROTECTION]}}


def service_addresses(ask: Admission) -> Object:
    """A Service gets a cluster IP, and node ports if its type has them; an update keeps them."""
    spec = ask.new["spec"]
    if spec["type"] == "ExternalName":
        return ask.new
    before = (ask.old or {}).get("spec", {})
    others = [
        service["spec"]
        for service in ask.reader.objects("services")
        if service["metadata"]["uid"] != (ask.old or ask.new)["metadata"]["uid"]
    ]
    address = spec.get("clusterIP") or before.get("clusterIP") or _free_address(others)
    if before.get("clusterIP") and before["clusterIP"] != address:
        cause = invalid("spec.clusterIPs[0]", address, "may not change once set")
        raise statuses.invalid_object(ask.kind, ask.name, [cause])
    addressed = spec | {"clusterIP": address, "clusterIPs": [address]}
    addressed |= {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}
    ports = _with_node_ports(ask, others)
    return ask.new | {"spec": addressed | ({"ports": ports} if ports else {})}


def _free_address(others: list[Object]) -> str:
    taken = {spec.get("clusterIP") for spec in others}
    for offset in range(_FIRST_ADDRESS, SERVICE_NETWORK.num_addresses - 1):
        address = str(SERVICE_NETWORK[offset])
        if address not in taken:
            return address
    message = "failed to allocate IP: range is full"
    raise statuses.error(500, "InternalError", f"Internal error occurred: {message}")


def _with_node_ports(ask: Admission, others: list[Object]) -> list[Object]:
    spec = ask.new["spec"]
    ports: list[Object] = spec.get("ports") or []
    if spec["type"] not in {"NodePort", "LoadBalancer"}:
        return [{k: v for k, v in port.items() if k != "nodePort"} for port in ports]
    before = (ask.old or {}).get("spec", {}).get("ports") or []
    kept = {p.get("port"): p["nodePort"] for p in before if "nodePort" in p}
    taken = {p["nodePort"] for other in others for p in other.get("ports") or [] if "nodePort" in p}
    filled = []
    for index, port in enumerate(ports):
        wanted = port.get("nodePort") or kept.get(port.get("port"))
        number = wanted or next(n for n in NODE_PORTS if n not in taken)
        _check_node_port(ask, index, number, taken)
        taken.add(number)
        filled.append(port | {"nodePort": number})
    return filled


def _check_node_port(ask: Admission, index: int, number: int, taken: set[int]) -> None:
    field = f"spec.ports[{index}].nodePort"
    if number in taken:
        cause = invalid(field, number, "provided port is already allocated")
        raise statuses.invalid_object(ask.kind, ask.name, [cause])
    if number not in NODE_PORTS:
        span = f"{NODE_PORTS.start}-{NODE_PORTS.stop - 1}"
        detail = f"provided port is not in the valid range. The range of valid ports is {span}"
        raise statuses.invalid_object(ask.kind, ask.name, [invalid(field, number, detail)])


def limit_range_defaults(ask: Admission) -> Object:
    """Containers that say nothing get what the namespace's limit ranges say."""
    return ask.new if ask.old else ranges.with_defaults(ask.new, _in_namespace(ask, "limitranges"))


def check_limit_ranges(ask: Admission) -> None:
    """Pods, when made, and claims keep within the namespace's limit ranges."""
    is_watched = ask.kind.resource == "persistentvolumeclaims" or ask.old is None
    is_ending = ask.old and ask.old["metadata"].get("deletionTimestamp")
    if is_watched and not is_ending:
        found = ranges.refusal(ask.kind.resource, ask.new, _in_namespace(ask, "limitranges"))
        _refuse(ask, found)


def check_quotas(ask: Admission) -> None:
    """The namespace's quotas have room for it."""
    if ask.namespace:
        held = _in_namespace(ask, "resourcequotas")
        found = quotas.refusal(
            held, ask.kind.resource, ask.new, ask.old, lambda r: _in_namespace(ask, r)
        )
        _refuse(ask, found)


def _in_namespace(ask: Admission, resource: str) -> list[Object]:
    return list(ask.reader.objects(resource, ask.namespace))


def _refuse(ask: Admission, why: str) -> None:
    if why:
        raise statuses.forbidden(ask.kind, ask.name, why)


STEPS: dict[str, tuple[Step, ...]] = {
    "pods": (limit_range_defaults, runtime_class, service_account, pod_priority),
    "persistentvolumeclaims": (default_storage_class, claim_protection),
    "services": (service_addresses,),
}
CHECKS: dict[str, tuple[Check, ...]] = {
    "pods": (check_limit_ranges,),
    "persistentvolumeclaims": (check_limit_ranges,),
}


def admit(ask: Admission) -> Object:
    """The object after every step of its kind.

    Raises:
        ApiError: when a step refuses it.
    """
    new = namespace_lifecycle(ask)
    for step in STEPS.get(ask.kind.resource, ()):
        new = step(Admission(kind=ask.kind, new=new, old=ask.old, reader=ask.reader))
    return new


def check(ask: Admission) -> None:
    """What is looked at once an object is complete and valid; quotas come last.

    Raises:
        ApiError: when a check refuses it.
    """
    for look in (*CHECKS.get(ask.kind.resource, ()), check_quotas):
        look(ask)
