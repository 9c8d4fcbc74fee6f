from __future__ import annotations

from typing import Any

import pytest

from tests.cluster.api import Api
from tests.cluster.servers import ApiServer


def _resources(s: ApiServer, group_version: str) -> dict[str, Any]:
    root = "/api" if "/" not in group_version else "/apis"
    answer = s.api.get(f"{root}/{group_version}")
    assert answer["kind"] == "APIResourceList"
    assert answer["groupVersion"] == group_version
    return {resource["name"]: resource for resource in answer["resources"]}


def test_given_a_server_when_asked_for_its_version_then_it_is_kubernetes_1(
    api_server: ApiServer,
) -> None:
    version = api_server.api.get("/version")

    assert version["major"] == "1"
    assert version["gitVersion"].startswith(f"v1.{version['minor']}.")


@pytest.mark.parametrize("path", ["/readyz", "/livez", "/healthz"])
def test_given_a_ready_server_when_its_health_is_asked_then_ok(
    api_server: ApiServer, path: str
) -> None:
    assert api_server.api.get(path) == "ok"


def test_given_a_server_when_asked_for_core_versions_then_v1(api_server: ApiServer) -> None:
    answer = api_server.api.get("/api")

    assert answer["kind"] == "APIVersions"
    assert answer["versions"] == ["v1"]


def test_given_our_crds_when_groups_are_asked_then_ours_are_among_them(
    api_server: ApiServer,
) -> None:
    answer = api_server.api.get("/apis")

    groups = {group["name"]: group for group in answer["groups"]}
    assert groups["ml.oneblock.ai"]["preferredVersion"] == {
        "groupVersion": "ml.oneblock.ai/v1",
        "version": "v1",
    }
    expected = {"apps", "management.oneblock.ai", "apiextensions.k8s.io", "storage.k8s.io"}
    assert expected <= set(groups)


@pytest.mark.parametrize(
    ("group_version", "name", "kind", "scope", "short_names"),
    [
        ("v1", "pods", "Pod", "Namespaced", ["po"]),
        ("v1", "configmaps", "ConfigMap", "Namespaced", ["cm"]),
        ("v1", "secrets", "Secret", "Namespaced", []),
        ("v1", "services", "Service", "Namespaced", ["svc"]),
        ("v1", "serviceaccounts", "ServiceAccount", "Namespaced", ["sa"]),
        ("v1", "events", "Event", "Namespaced", ["ev"]),
        ("v1", "persistentvolumeclaims", "PersistentVolumeClaim", "Namespaced", ["pvc"]),
        ("v1", "persistentvolumes", "PersistentVolume", "Cluster", ["pv"]),
        ("v1", "namespaces", "Namespace", "Cluster", ["ns"]),
        ("v1", "nodes", "Node", "Cluster", ["no"]),
        ("apps/v1", "statefulsets", "StatefulSet", "Namespaced", ["sts"]),
        ("apps/v1", "controllerrevisions", "ControllerRevision", "Namespaced", []),
        ("discovery.k8s.io/v1", "endpointslices", "EndpointSlice", "Namespaced", []),
        ("storage.k8s.io/v1", "storageclasses", "StorageClass", "Cluster", ["sc"]),
        ("node.k8s.io/v1", "runtimeclasses", "RuntimeClass", "Cluster", []),
        ("coordination.k8s.io/v1", "leases", "Lease", "Namespaced", []),
        ("networking.k8s.io/v1", "networkpolicies", "NetworkPolicy", "Namespaced", ["netpol"]),
        (
            "apiextensions.k8s.io/v1",
            "customresourcedefinitions",
            "CustomResourceDefinition",
            "Cluster",
            ["crd", "crds"],
        ),
        ("ml.oneblock.ai/v1", "notebooks", "Notebook", "Namespaced", ["nb"]),
        ("management.oneblock.ai/v1", "settings", "Setting", "Cluster", []),
    ],
)
def test_given_a_kind_that_we_use_when_discovered_then_it_is_described(
    api_server: ApiServer,
    group_version: str,
    name: str,
    kind: str,
    scope: str,
    short_names: list[str],
) -> None:
    resource = _resources(api_server, group_version)[name]

    assert resource["kind"] == kind
    assert resource["namespaced"] is (scope == "Namespaced")
    assert resource["singularName"] == kind.lower()
    assert resource.get("shortNames", []) == short_names
    verbs = {"create", "delete", "get", "list", "patch", "update", "watch"}
    assert verbs <= set(resource["verbs"])


@pytest.mark.parametrize(
    ("group_version", "name", "verbs"),
    [
        ("v1", "pods/log", {"get"}),
        ("v1", "pods/status", {"get", "patch", "update"}),
        ("apps/v1", "statefulsets/scale", {"get", "patch", "update"}),
        ("apps/v1", "statefulsets/status", {"get", "patch", "update"}),
        ("ml.oneblock.ai/v1", "notebooks/status", {"get", "patch", "update"}),
    ],
)
def test_given_a_subresource_when_discovered_then_its_verbs_are_named(
    api_server: ApiServer, group_version: str, name: str, verbs: set[str]
) -> None:
    assert verbs <= set(_resources(api_server, group_version)[name]["verbs"])


def test_given_a_setting_when_discovered_then_it_has_no_status(api_server: ApiServer) -> None:
    assert "settings/status" not in _resources(api_server, "management.oneblock.ai/v1")


@pytest.mark.parametrize(
    ("group_version", "collection"),
    [
        ("apis/ml.oneblock.ai/v1", "/apis/ml.oneblock.ai/v1/namespaces/{namespace}/notebooks"),
        ("apis/apps/v1", "/apis/apps/v1/namespaces/{namespace}/statefulsets"),
        ("api/v1", "/api/v1/namespaces/{namespace}/pods"),
    ],
)
def test_given_openapi_when_kubectl_reads_it_then_patch_offers_field_validation(
    api_server: ApiServer, group_version: str, collection: str
) -> None:
    index = api_server.api.get("/openapi/v3")

    document = api_server.api.get(index["paths"][group_version]["serverRelativeURL"])

    patch = document["paths"][f"{collection}/{{name}}"]["patch"]
    assert patch["x-kubernetes-group-version-kind"]["version"] == "v1"
    assert "fieldValidation" in {p["name"] for p in patch["parameters"]}


@pytest.mark.parametrize(
    "path", ["/apis/nobody.example/v1", "/apis/nobody.example/v1/namespaces/default/things"]
)
def test_given_an_unknown_group_when_asked_for_then_404(api_server: ApiServer, path: str) -> None:
    assert api_server.api.request("GET", path).status == 404


def test_given_an_unknown_resource_when_listed_then_404_says_so(api_server: ApiServer) -> None:
    answer = api_server.api.request("GET", "/api/v1/namespaces/default/gadgets")

    assert answer.status == 404
    assert answer.body["message"] == "the server could not find the requested resource"
    assert answer.body["reason"] == "NotFound"


@pytest.mark.parametrize(
    ("path", "code"),
    [("/version", 200), ("/readyz", 200), ("/livez", 200), ("/api", 403), ("/apis", 403)],
)
def test_given_nobody_when_they_ask_then_only_version_and_health_answer(
    api_server: ApiServer, path: str, code: int
) -> None:
    nobody = Api(api_server.kubeconfig, is_anonymous=True)

    answer = nobody.request("GET", path)

    nobody.close()
    assert answer.status == code
    if code == 403:
        assert answer.body["reason"] == "Forbidden"
        assert answer.body["message"] == (
            f'forbidden: User "system:anonymous" cannot get path "{path}"'
        )
