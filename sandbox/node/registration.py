"""The objects by which a node makes itself known."""

from __future__ import annotations

import platform
from datetime import UTC, datetime

from sandbox.client import Object
from sandbox.controllers.objects import condition, timestamp, uid_of
from sandbox.node.config import NodeConfig

GPU = "nvidia.com/gpu"
_KUBELET_VERSION = "v1.36.0-sandbox"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_KI = 1024
LEASE_SECONDS = 40


def node_object(node: NodeConfig, now: datetime) -> Object:
    """The node, ready."""
    system = platform.system().lower()
    architecture = _ARCHITECTURES.get(platform.machine(), platform.machine())
    amounts = {
        "cpu": f"{node.millicores}m" if node.millicores % 1000 else str(node.millicores // 1000),
        "memory": f"{node.memory // _KI}Ki",
        "pods": str(node.pods),
        **({GPU: str(node.gpus)} if node.gpus else {}),
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": node.name,
            "labels": {
                "kubernetes.io/hostname": node.name,
                "kubernetes.io/os": system,
                "kubernetes.io/arch": architecture,
            },
        },
        "spec": {},
        "status": {
            "capacity": amounts,
            "allocatable": amounts,
            "conditions": [
                {
                    "type": "Ready",
                    "status": "True",
                    "reason": "KubeletReady",
                    "message": "the sandbox runs pods as local processes",
                    "lastHeartbeatTime": timestamp(now),
                    "lastTransitionTime": timestamp(now),
                }
            ],
            "addresses": [
                {"type": "InternalIP", "address": "127.0.0.1"},
                {"type": "Hostname", "address": node.name},
            ],
            "nodeInfo": {
                "machineID": "",
                "systemUUID": "",
                "bootID": "",
                "kernelVersion": platform.release(),
                "osImage": platform.platform(),
                "containerRuntimeVersion": "process://1",
                "kubeletVersion": _KUBELET_VERSION,
                "kubeProxyVersion": _KUBELET_VERSION,
                "operatingSystem": system,
                "architecture": architecture,
            },
        },
    }


def is_current(found: Object, wanted: Object) -> bool:
    """Whether the node that exists is ready and offers what this one does."""
    status, ready = found.get("status", {}), condition(found, "Ready")
    return (ready is not None and ready["status"] == "True") and all(
        status.get(field) == wanted["status"][field] for field in ("capacity", "allocatable")
    )


def lease(node: Object, now: datetime) -> Object:
    """The sign of life by which a cluster's controllers know that a node is there.

    https://kubernetes.io/docs/concepts/architecture/leases/#node-heart-beats
    """
    name = node["metadata"]["name"]
    reference = {"apiVersion": "v1", "kind": "Node", "name": name, "uid": uid_of(node)}
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name, "ownerReferences": [reference]},
        "spec": {
            "holderIdentity": name,
            "leaseDurationSeconds": LEASE_SECONDS,
            "renewTime": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        },
    }


def runtime_class() -> Object:
    """The class that pods with a GPU name; here it changes nothing."""
    return {
        "apiVersion": "node.k8s.io/v1",
        "kind": "RuntimeClass",
        "metadata": {"name": "nvidia"},
        "handler": "nvidia",
    }
