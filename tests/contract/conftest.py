"""What contract tests share beyond the two servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nbcore.kube.resources import NODES
from tests.cluster.api import eventually
from tests.cluster.servers import ApiServer
from tests.contract.kubectl import Kubectl, kubectl_binary
from tests.contract.roles import GROUP, ROOT, Rights, subject


@pytest.fixture
def node(api_server: ApiServer) -> Iterator[str]:
    """A ready node with 4 CPU and 2 simulated GPUs; a real control plane gets one for the test."""
    if not api_server.is_real:
        yield str(api_server.api.get(NODES.path())["items"][0]["metadata"]["name"])
        return
    name = f"node-{api_server.namespace}"
    api_server.api.create(NODES.path(), {"kind": "Node", "metadata": {"name": name}})
    allocatable = {"cpu": "4", "memory": "8Gi", "pods": "110", "nvidia.com/gpu": "2"}
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady"}
    status = {"capacity": allocatable, "allocatable": allocatable, "conditions": [ready]}
    api_server.api.merge(NODES.path(name=name, subresource="status"), {"status": status})
    # The node lifecycle controller puts taints on a node that it does not know yet.
    eventually(lambda: _untaint(api_server, name), what="the node has no taints")
    yield name
    api_server.api.delete(NODES.path(name=name))


def _untaint(s: ApiServer, name: str) -> bool:
    path = NODES.path(name=name)
    s.api.merge(path, {"spec": {"taints": None}})
    return not s.api.get(path)["spec"].get("taints")


@pytest.fixture
def kubectl(api_server: ApiServer, tmp_path: Path) -> Kubectl:
    """kubectl in this test's namespace."""
    return Kubectl(kubectl_binary(), api_server.kubeconfig, api_server.namespace, tmp_path)


@pytest.fixture
def rights(api_server: ApiServer) -> Rights:
    """What gives rights in the test's namespace."""
    return Rights(api_server)


@pytest.fixture
def cluster_role(api_server: ApiServer) -> Iterator[str]:
    """A ClusterRole of the test's own, bound to alice everywhere; gone at its end."""
    name = f"own-{api_server.namespace}"
    head = {"apiVersion": f"{GROUP}/v1", "metadata": {"name": name}}
    ref = {"apiGroup": GROUP, "kind": "ClusterRole", "name": name}
    role = head | {"kind": "ClusterRole", "rules": []}
    binding = head | {"kind": "ClusterRoleBinding", "roleRef": ref}
    api_server.api.create(f"{ROOT}/clusterroles", role)
    everywhere = binding | {"subjects": [subject("User", "alice")]}
    api_server.api.create(f"{ROOT}/clusterrolebindings", everywhere)
    yield name
    api_server.api.delete(f"{ROOT}/clusterrolebindings/{name}")
    api_server.api.delete(f"{ROOT}/clusterroles/{name}")
