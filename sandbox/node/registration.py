"""The objects by which a node makes itself known."""

from __future__ import annotations

import platform
from datetime import datetime

from sandbox.client import Object
from sandbox.controllers.objects import timestamp
from sandbox.node.config import NodeConfig

GPU = "nvidia.com/gpu"
_KUBELET_VERSION = "v1.36.0-sandbox"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_KI = 1024


def node_object(node: NodeConfig, now: datetime) -> Object:
    """The node, ready. Nothing beats for it: the sandbox is one process, alive or not at all."""
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
    """Whether the node that exists offers what this one does."""
    status = found.get("status", {})
    return all(
        status.get(field) == wanted["status"][field] for field in ("capacity", "allocatable")
    )


def runtime_class() -> Object:
    """The class that pods with a GPU name; here it changes nothing."""
    return {
        "apiVersion": "node.k8s.io/v1",
        "kind": "RuntimeClass",
        "metadata": {"name": "nvidia"},
        "handler": "nvidia",
    }
