"""StatefulSet -> pods, Service -> address and EndpointSlice, pod -> node.

A real control plane here has no kubelet, so no pod ever runs: what is compared is everything that
happens before. The pods ask for more than any node has, so that they run in the sandbox neither.
"""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from nbcore.kube.resources import ENDPOINT_SLICES, PODS, SERVICES, STATEFUL_SETS
from tests.cluster.api import JSON_PATCH, JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.objects import pod, service, stateful_set

TOO_MUCH = {"cpu": "9000", "memory": "64Mi"}


def _big(name: str, *, replicas: int = 1) -> JsonObject:
    obj = stateful_set(name, replicas=replicas)
    obj["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": TOO_MUCH}
    return obj


def _pods(s: ApiServer, name: str) -> list[JsonObject]:
    items: list[JsonObject] = s.api.get(PODS.path(s.namespace), labelSelector=f"app={name}")[
        "items"
    ]
    return items


def test_given_a_stateful_set_when_created_then_its_pods_carry_what_it_says(
    api_server: ApiServer,
) -> None:
    made = api_server.api.create(STATEFUL_SETS.path(api_server.namespace), _big("web"))

    (found,) = eventually(lambda: _pods(api_server, "web"), what="the pod is made")

    metadata = found["metadata"]
    assert metadata["name"] == "web-0"
    reference = metadata["ownerReferences"][0]
    assert (reference["kind"], reference["uid"]) == ("StatefulSet", made["metadata"]["uid"])
    assert reference["controller"] is True
    assert metadata["labels"]["statefulset.kubernetes.io/pod-name"] == "web-0"
    assert metadata["labels"]["apps.kubernetes.io/pod-index"] == "0"
    assert metadata["labels"]["controller-revision-hash"].startswith("web-")
    assert found["spec"]["hostname"] == "web-0"
    assert found["status"]["phase"] == "Pending"


def test_given_a_stateful_set_when_its_pod_is_there_then_the_status_counts_it(
    api_server: ApiServer,
) -> None:
    path = STATEFUL_SETS.path(api_server.namespace)
    api_server.api.create(path, _big("web"))

    status = eventually(
        lambda: (s := api_server.api.get(f"{path}/web")["status"]).get("replicas") and s,
        what="the status is written",
    )

    assert status["replicas"] == 1
    assert status["observedGeneration"] == 1
    assert not status.get("readyReplicas")
    assert status["updateRevision"].startswith("web-")


def test_given_a_pod_when_deleted_by_hand_then_the_stateful_set_makes_another(
    api_server: ApiServer,
) -> None:
    api_server.api.create(STATEFUL_SETS.path(api_server.namespace), _big("web"))
    (first,) = eventually(lambda: _pods(api_server, "web"), what="the pod is made")

    api_server.api.delete(PODS.path(api_server.namespace, "web-0"))

    def replaced() -> bool:
        uids = [p["metadata"]["uid"] for p in _pods(api_server, "web")]
        return bool(uids) and uids != [first["metadata"]["uid"]]

    eventually(replaced, what="another pod is made")


def test_given_a_stateful_set_when_scaled_then_pods_come_and_go(api_server: ApiServer) -> None:
    path = STATEFUL_SETS.path(api_server.namespace, "web")
    api_server.api.create(STATEFUL_SETS.path(api_server.namespace), _big("web", replicas=2))

    def has(*names: str) -> bool:
        return [p["metadata"]["name"] for p in _pods(api_server, "web")] == list(names)

    eventually(lambda: has("web-0", "web-1"), what="two pods")
    scale = api_server.api.merge(f"{path}/scale", {"spec": {"replicas": 0}})
    eventually(has, what="no pods")

    assert (scale["apiVersion"], scale["kind"]) == ("autoscaling/v1", "Scale")
    assert scale["spec"].get("replicas", 0) == 0
    assert api_server.api.get(path)["spec"]["replicas"] == 0
    assert api_server.api.get(f"{path}/scale")["status"]["selector"] == "app=web"


def test_given_a_changed_template_when_the_old_pod_is_not_ready_then_it_is_replaced(
    api_server: ApiServer,
) -> None:
    path = STATEFUL_SETS.path(api_server.namespace)
    made = api_server.api.create(path, _big("web"))
    eventually(lambda: _pods(api_server, "web"), what="the pod is made")

    made["spec"]["template"]["spec"]["containers"][0]["image"] = "mended:1"
    api_server.api.apply(
        f"{path}/web", {**_big("web"), "spec": made["spec"]}, manager="me", force="true"
    )

    def images() -> list[str]:
        return [p["spec"]["containers"][0]["image"] for p in _pods(api_server, "web")]

    eventually(lambda: images() == ["mended:1"], what="the pod has the new image")


@pytest.mark.parametrize("field", ["podManagementPolicy", "selector", "serviceName"])
def test_given_a_stateful_set_when_a_fixed_field_changes_then_forbidden(
    api_server: ApiServer, field: str
) -> None:
    values: dict[str, Any] = {
        "podManagementPolicy": "OrderedReady",
        "selector": {"matchLabels": {"app": "other"}},
        "serviceName": "other",
    }
    path = STATEFUL_SETS.path(api_server.namespace)
    made = api_server.api.create(path, stateful_set("web", replicas=0))
    made["spec"][field] = values[field]
    made["metadata"].pop("resourceVersion")

    status = api_server.api.expect(422, "PUT", f"{path}/web", made)

    assert "spec" in [c["field"] for c in status["details"]["causes"]]
    assert "updates to statefulset spec for fields other than" in status["message"]


def test_given_labels_that_miss_the_selector_when_created_then_invalid(
    api_server: ApiServer,
) -> None:
    body = stateful_set("web")
    body["spec"]["template"]["metadata"]["labels"] = {"app": "other"}

    status = api_server.api.expect(422, "POST", STATEFUL_SETS.path(api_server.namespace), body)

    assert "spec.template.metadata.labels" in [c["field"] for c in status["details"]["causes"]]


def test_given_no_node_with_room_when_a_pod_waits_then_the_condition_says_what_is_scarce(
    api_server: ApiServer, node: str
) -> None:
    path = PODS.path(api_server.namespace)
    api_server.api.create(path, pod("big", requests=TOO_MUCH))
    hungry = {"cpu": "100m", "memory": "64Mi", "nvidia.com/gpu": "99"}
    api_server.api.create(path, pod("hungry", requests=hungry, limits=hungry))

    def message(name: str) -> str:
        conditions = api_server.api.get(f"{path}/{name}")["status"].get("conditions", [])
        found = [c for c in conditions if c["type"] == "PodScheduled" and c["status"] == "False"]
        assert all(c["reason"] == "Unschedulable" for c in found)
        return found[0]["message"] if found else ""

    big = eventually(lambda: message("big"), what="big is unschedulable")
    gpu = eventually(lambda: message("hungry"), what="hungry is unschedulable")

    assert node
    assert big.startswith("0/1 nodes are available: 1 Insufficient cpu.")
    assert gpu.startswith("0/1 nodes are available: 1 Insufficient nvidia.com/gpu.")


def test_given_a_node_with_room_when_a_pod_is_made_then_it_is_bound_to_it(
    api_server: ApiServer, node: str
) -> None:
    path = PODS.path(api_server.namespace)
    api_server.api.create(path, pod("small"))

    def bound() -> bool:
        return bool(api_server.api.get(f"{path}/small")["spec"].get("nodeName"))

    eventually(bound, what="the pod is bound")
    found = api_server.api.get(f"{path}/small")

    conditions = {c["type"]: c["status"] for c in found["status"]["conditions"]}
    assert found["spec"]["nodeName"] == node
    assert conditions["PodScheduled"] == "True"
    api_server.api.delete(f"{path}/small", {"gracePeriodSeconds": 0})


@pytest.mark.parametrize("kind", ["ClusterIP", "NodePort", "LoadBalancer"])
def test_given_a_service_when_created_then_it_gets_addresses(
    api_server: ApiServer, kind: str
) -> None:
    made = api_server.api.create(SERVICES.path(api_server.namespace), service("web", type=kind))

    spec = made["spec"]
    assert ipaddress.ip_address(spec["clusterIP"]).version == 4
    assert spec["clusterIPs"] == [spec["clusterIP"]]
    assert (spec["type"], spec["sessionAffinity"]) == (kind, "None")
    assert spec["ports"][0]["protocol"] == "TCP"
    node_port = spec["ports"][0].get("nodePort", 0)
    assert (30000 <= node_port <= 32767) is (kind != "ClusterIP")


def test_given_a_service_when_its_type_changes_then_the_address_stays(
    api_server: ApiServer,
) -> None:
    path = SERVICES.path(api_server.namespace)
    made = api_server.api.create(path, service("web"))

    exposed = api_server.api.merge(f"{path}/web", {"spec": {"type": "NodePort"}})
    hidden = api_server.api.merge(f"{path}/web", {"spec": {"type": "ClusterIP"}})

    assert exposed["spec"]["clusterIP"] == made["spec"]["clusterIP"]
    assert exposed["spec"]["ports"][0]["nodePort"]
    assert "nodePort" not in hidden["spec"]["ports"][0]


def test_given_a_service_when_another_address_is_asked_for_later_then_invalid(
    api_server: ApiServer,
) -> None:
    path = SERVICES.path(api_server.namespace)
    api_server.api.create(path, service("web"))
    operations = [{"op": "replace", "path": "/spec/clusterIP", "value": "10.96.77.77"}]

    status = api_server.api.expect(422, "PATCH", f"{path}/web", operations, content_type=JSON_PATCH)

    assert "spec.clusterIPs[0]" in [c["field"] for c in status["details"]["causes"]]


def test_given_a_service_when_created_then_an_endpoint_slice_follows_and_goes_with_it(
    api_server: ApiServer,
) -> None:
    path = SERVICES.path(api_server.namespace)
    made = api_server.api.create(path, service("web"))
    slices = ENDPOINT_SLICES.path(api_server.namespace)
    selector = "kubernetes.io/service-name=web"

    def found() -> list[JsonObject]:
        items: list[JsonObject] = api_server.api.get(slices, labelSelector=selector)["items"]
        return items

    endpoint_slice = eventually(found, what="the slice is made")[0]
    api_server.api.delete(f"{path}/web")
    eventually(lambda: not found(), what="the slice is gone")

    assert endpoint_slice["addressType"] == "IPv4"
    reference = endpoint_slice["metadata"]["ownerReferences"][0]
    assert (reference["kind"], reference["uid"]) == ("Service", made["metadata"]["uid"])
    assert not endpoint_slice.get("endpoints")
