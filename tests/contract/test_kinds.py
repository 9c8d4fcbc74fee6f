"""Every built-in kind that the app, the controller or a cluster administrator needs here."""

from __future__ import annotations

import pytest

from nbcore.kube.resources import (
    ENDPOINT_SLICES,
    EVENTS,
    NODES,
    PERSISTENT_VOLUME_CLAIMS,
    PODS,
    SERVICES,
    STATEFUL_SETS,
    STORAGE_CLASSES,
    Resource,
)
from tests.cluster.api import JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, claim, config_map, pod, service, stateful_set

REPLICA = {"requests": {"cpu": "9000", "memory": "64Mi"}}
TIME = "2026-01-02T03:04:05.000000Z"


def _resource(group: str, plural: str, kind: str, *, is_namespaced: bool = True) -> Resource:
    return Resource(group, "v1", plural, kind, is_namespaced=is_namespaced)


def _rbac(plural: str, kind: str, *, is_namespaced: bool) -> Resource:
    return _resource("rbac.authorization.k8s.io", plural, kind, is_namespaced=is_namespaced)


RULES: JsonObject = {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}
BINDING: JsonObject = {
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
    "subjects": [{"kind": "User", "name": "ada", "apiGroup": "rbac.authorization.k8s.io"}],
}


# Each kind with what its objects need besides apiVersion, kind and metadata.
KINDS: list[tuple[Resource, JsonObject]] = [
    (CONFIG_MAPS, config_map("")),
    (PODS, pod("", **REPLICA)),
    (SERVICES, service("")),
    (PERSISTENT_VOLUME_CLAIMS, claim("", storageClassName="")),
    (STATEFUL_SETS, stateful_set("x", replicas=0)),
    (EVENTS, {"involvedObject": {}, "reason": "Tried", "message": "tried", "type": "Normal"}),
    (ENDPOINT_SLICES, {"addressType": "IPv4", "endpoints": []}),
    (_resource("", "secrets", "Secret"), {"stringData": {"password": "hidden"}}),
    (_resource("", "serviceaccounts", "ServiceAccount"), {}),
    (_resource("", "limitranges", "LimitRange"), {"spec": {"limits": []}}),
    (_resource("", "resourcequotas", "ResourceQuota"), {"spec": {"hard": {"pods": "100"}}}),
    (
        _resource("coordination.k8s.io", "leases", "Lease"),
        {"spec": {"holderIdentity": "a", "leaseDurationSeconds": 15, "renewTime": TIME}},
    ),
    (
        _resource("networking.k8s.io", "networkpolicies", "NetworkPolicy"),
        {"spec": {"podSelector": {}, "policyTypes": ["Ingress"]}},
    ),
    (_resource("apps", "controllerrevisions", "ControllerRevision"), {"revision": 1, "data": {}}),
    (_rbac("roles", "Role", is_namespaced=True), RULES),
    (_rbac("rolebindings", "RoleBinding", is_namespaced=True), BINDING),
    (_rbac("clusterroles", "ClusterRole", is_namespaced=False), RULES),
    (
        _rbac("clusterrolebindings", "ClusterRoleBinding", is_namespaced=False),
        BINDING,
    ),
    (NODES, {"spec": {"unschedulable": True}}),
    (STORAGE_CLASSES, {"provisioner": "example.com/none"}),
    (
        _resource("", "persistentvolumes", "PersistentVolume", is_namespaced=False),
        {
            "spec": {
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "nobody",
                "hostPath": {"path": "/nowhere"},
            }
        },
    ),
    (
        _resource("node.k8s.io", "runtimeclasses", "RuntimeClass", is_namespaced=False),
        {"handler": "nvidia"},
    ),
]


def _object(s: ApiServer, resource: Resource, content: JsonObject) -> JsonObject:
    """The object with a name that is free also where all tests share one namespace."""
    body = {**content, "apiVersion": resource.api_version, "kind": resource.kind}
    if resource is EVENTS:
        body["involvedObject"] = {"namespace": s.namespace, "kind": "Pod", "name": "p"}
    return {**body, "metadata": {"name": f"x-{s.namespace}"}}


@pytest.mark.parametrize(("resource", "content"), KINDS, ids=[r.plural for r, _ in KINDS])
def test_given_a_kind_when_its_object_lives_then_every_verb_works(
    api_server: ApiServer, resource: Resource, content: JsonObject
) -> None:
    collection = resource.path(api_server.namespace)
    body = _object(api_server, resource, content)
    name = body["metadata"]["name"]
    path = resource.path(api_server.namespace, name)

    made = api_server.api.create(collection, body)
    patched = api_server.api.merge(path, {"metadata": {"labels": {"run": name}}})
    listed = api_server.api.get(collection, labelSelector=f"run={name}")
    api_server.api.delete(path, {"gracePeriodSeconds": 0})
    eventually(lambda: not api_server.api.exists(path), what=f"{path} is gone")

    assert (made["apiVersion"], made["kind"]) == (resource.api_version, resource.kind)
    assert patched["metadata"]["uid"] == made["metadata"]["uid"]
    assert listed["kind"] == f"{resource.kind}List"
    assert [item["metadata"]["name"] for item in listed["items"]] == [name]


def test_given_a_secret_in_plain_text_when_created_then_it_is_stored_in_base64(
    api_server: ApiServer,
) -> None:
    path = _resource("", "secrets", "Secret").path(api_server.namespace)
    body = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "stringData": {"password": "hidden"},
    }

    made = api_server.api.create(path, body)

    assert made["data"] == {"password": "aGlkZGVu"}
    assert "stringData" not in made
    assert made["type"] == "Opaque"


def test_given_a_lease_when_two_take_it_at_once_then_one_is_told_of_the_conflict(
    api_server: ApiServer,
) -> None:
    lease = _resource("coordination.k8s.io", "leases", "Lease")
    path = lease.path(api_server.namespace, "leader")
    body = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "leader"},
        "spec": {"holderIdentity": "", "leaseDurationSeconds": 15, "renewTime": TIME},
    }
    free = api_server.api.create(lease.path(api_server.namespace), body)

    first = {**free, "spec": {**free["spec"], "holderIdentity": "first"}}
    second = {**free, "spec": {**free["spec"], "holderIdentity": "second"}}
    api_server.api.replace(path, first)
    status = api_server.api.expect(409, "PUT", path, second)

    assert status["reason"] == "Conflict"
    held = api_server.api.get(path)["spec"]
    assert (held["holderIdentity"], held["renewTime"]) == ("first", TIME)
