from __future__ import annotations

import pytest

from sandbox.api.local import LocalClient
from sandbox.client import ApiError
from tests.sandbox.api.objects import CLAIMS, PODS, SERVICES, Object, pod, service

CLASSES = "/apis/storage.k8s.io/v1/storageclasses"


def _claim(name: str, **spec: object) -> Object:
    wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {**wanted, **spec},
    }


async def _default_class(client: LocalClient) -> None:
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"}
    metadata = {"name": "local", "annotations": annotations}
    await client.create(CLASSES, {"kind": "StorageClass", "metadata": metadata, "provisioner": "p"})


async def test_given_two_services_when_made_then_addresses_and_ports_differ(
    client: LocalClient,
) -> None:
    specs = [
        (await client.create(SERVICES, service(name, type="NodePort")))["spec"] for name in "ab"
    ]

    assert len({spec["clusterIP"] for spec in specs}) == 2
    assert len({spec["ports"][0]["nodePort"] for spec in specs}) == 2


async def test_given_a_service_when_it_becomes_internal_then_only_the_node_port_goes(
    client: LocalClient,
) -> None:
    made = await client.create(SERVICES, service("x", type="NodePort"))

    changed = await client.patch(f"{SERVICES}/x", {"spec": {"type": "ClusterIP"}})

    assert changed["spec"]["clusterIP"] == made["spec"]["clusterIP"]
    assert "nodePort" not in changed["spec"]["ports"][0]


async def test_given_a_taken_node_port_when_asked_for_then_invalid(client: LocalClient) -> None:
    await client.create(SERVICES, service("x", type="NodePort"))
    ports = [{"port": 80, "nodePort": 30000}]

    with pytest.raises(ApiError) as caught:
        await client.create(SERVICES, service("y", type="NodePort", ports=ports))

    assert "provided port is already allocated" in caught.value.message


async def test_given_a_default_class_when_a_claim_names_none_then_it_gets_it(
    client: LocalClient,
) -> None:
    await _default_class(client)

    left_out = await client.create(CLAIMS, _claim("x"))
    empty = await client.create(CLAIMS, _claim("y", storageClassName=""))

    assert left_out["spec"]["storageClassName"] == "local"
    assert empty["spec"]["storageClassName"] == ""


async def test_given_no_such_runtime_class_when_a_pod_names_it_then_forbidden(
    client: LocalClient,
) -> None:
    with pytest.raises(ApiError) as caught:
        await client.create(PODS, pod("x", runtimeClassName="nvidia"))

    assert caught.value.message == (
        'pods "x" is forbidden: pod rejected: RuntimeClass "nvidia" not found'
    )


async def test_given_a_bare_pod_when_made_then_account_priority_and_tolerations(
    client: LocalClient,
) -> None:
    spec = (await client.create(PODS, pod("x")))["spec"]

    assert (spec["serviceAccountName"], spec["priority"]) == ("default", 0)
    assert len(spec["tolerations"]) == 2
