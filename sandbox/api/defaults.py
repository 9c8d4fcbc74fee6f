"""What the API server fills into built-in kinds when it is left out, as a table. Pure.

A template mirrors the object: a plain value is set where the field is missing; a list of one
template is laid over every item that is there; ``Within`` is laid over a field only if it is there.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.api.limits.ranges import completed
from sandbox.api.rbac import binding_rules
from sandbox.client import Object


@dataclass(frozen=True, slots=True)
class Within:
    """Defaults inside an optional field."""

    template: Object


_PROBE = Within(
    {
        "timeoutSeconds": 1,
        "periodSeconds": 10,
        "successThreshold": 1,
        "failureThreshold": 3,
        "httpGet": Within({"path": "/", "scheme": "HTTP"}),
    }
)
_FIELD_REF = Within({"apiVersion": "v1"})
_CONTAINER: Object = {
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "resources": {},
    "ports": [{"protocol": "TCP"}],
    "env": [{"valueFrom": Within({"fieldRef": _FIELD_REF})}],
    "livenessProbe": _PROBE,
    "readinessProbe": _PROBE,
    "startupProbe": _PROBE,
}
_VOLUME: Object = {
    "configMap": Within({"defaultMode": 420}),
    "secret": Within({"defaultMode": 420}),
    "projected": Within({"defaultMode": 420}),
    "downwardAPI": Within({"defaultMode": 420, "items": [{"fieldRef": _FIELD_REF}]}),
    "hostPath": Within({"type": ""}),
}
_POD_SPEC: Object = {
    "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst",
    "schedulerName": "default-scheduler",
    "terminationGracePeriodSeconds": 30,
    "securityContext": {},
    "containers": [_CONTAINER],
    "initContainers": [_CONTAINER],
    "volumes": [_VOLUME],
}
_CLAIM_SPEC: Object = {"volumeMode": "Filesystem"}

DEFAULTS: dict[str, Object] = {
    "pods": {"spec": _POD_SPEC | {"enableServiceLinks": True}},
    "statefulsets.apps": {
        "spec": {
            "replicas": 1,
            "serviceName": "",
            "podManagementPolicy": "OrderedReady",
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
            "revisionHistoryLimit": 10,
            "persistentVolumeClaimRetentionPolicy": {
                "whenDeleted": "Retain",
                "whenScaled": "Retain",
            },
            "template": {"spec": _POD_SPEC},
            "volumeClaimTemplates": [
                {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "spec": _CLAIM_SPEC,
                    "status": {"phase": "Pending"},
                }
            ],
        }
    },
    "services": {
        "spec": {
            "type": "ClusterIP",
            "sessionAffinity": "None",
            "internalTrafficPolicy": "Cluster",
            "ports": [{"protocol": "TCP"}],
        }
    },
    "persistentvolumeclaims": {"spec": _CLAIM_SPEC},
    "persistentvolumes": {
        "spec": {"volumeMode": "Filesystem", "persistentVolumeReclaimPolicy": "Retain"}
    },
    "storageclasses.storage.k8s.io": {
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
    },
    "endpointslices.discovery.k8s.io": {
        "endpoints": [{"conditions": {}}],
        "ports": [{"name": "", "protocol": "TCP"}],
    },
    "events": {"reportingComponent": "", "reportingInstance": "", "source": {}},
    "networkpolicies.networking.k8s.io": {
        "spec": {
            "policyTypes": ["Ingress"],
            "ingress": [{"ports": [{"protocol": "TCP"}]}],
            "egress": [{"ports": [{"protocol": "TCP"}]}],
        }
    },
    "secrets": {"type": "Opaque"},
}


def fill(value: Any, template: Any) -> Any:
    """A value with a template's defaults. Pure."""
    if not isinstance(value, dict):
        return value
    filled = dict(value)
    for name, wanted in template.items():
        filled_in = _filled_field(filled.get(name), wanted, is_missing=name not in filled)
        if filled_in is not None:
            filled[name] = filled_in
    return filled


def _filled_field(current: Any, wanted: Any, *, is_missing: bool) -> Any:
    match wanted:
        case Within():
            return None if is_missing else fill(current, wanted.template)
        case [dict() as template]:
            return [fill(item, template) for item in current] if current else None
        case dict():
            # A structure is always there in Go, and so are its defaults.
            return fill({} if is_missing else current, wanted)
        case _:
            return wanted if is_missing else None


def with_defaults(obj: Object, resource: str) -> Object:
    """An object of a built-in kind as the server would complete it. Pure."""
    filled: Object = fill(obj, DEFAULTS.get(resource, {}))
    complete = _COMPLETIONS.get(resource)
    return complete(filled) if complete else filled


def _pod(pod: Object) -> Object:
    return pod | {"spec": _with_requests(_pod_spec(pod.get("spec", {})))}


def _stateful_set(obj: Object) -> Object:
    spec = obj.get("spec", {})
    template = spec.get("template", {})
    completed = template | {"spec": _pod_spec(template.get("spec", {}))}
    return obj | {"spec": spec | {"template": completed}}


def _service(service: Object) -> Object:
    return service | {"spec": _with_target_ports(service["spec"])}


def _pod_spec(spec: Object) -> Object:
    """Names the pull policy and gives a source to volumes that have none. Pure."""
    changed: Object = {}
    for group in ("containers", "initContainers"):
        if isinstance(spec.get(group), list):
            changed[group] = [_with_pull_policy(container) for container in spec[group]]
    if isinstance(spec.get("volumes"), list):
        changed["volumes"] = [v if len(v) > 1 else v | {"emptyDir": {}} for v in spec["volumes"]]
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        changed |= {"serviceAccountName": account, "serviceAccount": account}
    return spec | changed


def _with_pull_policy(container: Object) -> Object:
    image = str(container.get("image", ""))
    tag = image.rpartition("/")[2].partition(":")[2]
    is_latest = "@" not in image and tag in {"", "latest"}
    return {"imagePullPolicy": "Always" if is_latest else "IfNotPresent"} | container


def _with_requests(spec: Object) -> Object:
    """A limit without a request is the request. Pure."""
    containers = [_container_with_requests(c) for c in spec.get("containers") or []]
    return spec | ({"containers": containers} if containers else {})


def _container_with_requests(container: Object) -> Object:
    resources = container.get("resources") or {}
    if not resources.get("limits"):
        return container
    requests = resources["limits"] | (resources.get("requests") or {})
    return container | {"resources": resources | {"requests": requests}}


def _with_target_ports(spec: Object) -> Object:
    ports = [{"targetPort": port.get("port", 0)} | port for port in spec.get("ports") or []]
    affinity = spec.get("externalTrafficPolicy") or "Cluster"
    outside: Object = {"externalTrafficPolicy": affinity} if spec["type"] != "ClusterIP" else {}
    if spec.get("sessionAffinity") == "ClientIP":
        outside["sessionAffinityConfig"] = {"clientIP": {"timeoutSeconds": 10800}}
    dropped = {"externalTrafficPolicy"} if spec["type"] == "ClusterIP" else set()
    dropped |= {"sessionAffinityConfig"} if spec.get("sessionAffinity") == "None" else set()
    rest = {k: v for k, v in spec.items() if k not in dropped}
    return outside | rest | ({"ports": ports} if ports else {})


def _with_name_label(namespace: Object) -> Object:
    metadata = namespace["metadata"]
    own = {"kubernetes.io/metadata.name": metadata.get("name", "")}
    return namespace | {"metadata": metadata | {"labels": (metadata.get("labels") or {}) | own}}


def _with_encoded_data(secret: Object) -> Object:
    if "stringData" not in secret:
        return secret
    encoded = {
        k: b64encode(v.encode("utf-8", "replace")).decode() for k, v in secret["stringData"].items()
    }
    rest = {k: v for k, v in secret.items() if k != "stringData"}
    return rest | {"data": (secret.get("data") or {}) | encoded}


_COMPLETIONS: dict[str, Callable[[Object], Object]] = {
    "pods": _pod,
    "statefulsets.apps": _stateful_set,
    "services": _service,
    "namespaces": _with_name_label,
    "secrets": _with_encoded_data,
    "limitranges": completed,
    "rolebindings.rbac.authorization.k8s.io": binding_rules.completed,
    "clusterrolebindings.rbac.authorization.k8s.io": binding_rules.completed,
}
"""Defaults that depend on other fields, and so fit into no template."""
