from __future__ import annotations

from typing import Any

import pytest

from sandbox.api.limits.amounts import listed
from sandbox.api.limits.usage import is_charged, names_of, pod_total, resources_of, usage

Object = dict[str, Any]


def _container(cpu: str, **more: str) -> Object:
    return {"name": "c", "resources": {"requests": {"cpu": cpu}}, **more}


def _pod(containers: list[Object], init: list[Object] = (), **status: str) -> Object:  # type: ignore[assignment]  # nothing by default
    return {"spec": {"containers": containers, "initContainers": list(init)}, "status": status}


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        pytest.param(_pod([_container("1"), _container("2")]), "cpu=3", id="side by side"),
        pytest.param(_pod([_container("1")], [_container("4")]), "cpu=4", id="a large beginning"),
        pytest.param(
            _pod([_container("1")], [_container("2", restartPolicy="Always"), _container("4")]),
            "cpu=6",
            id="a sidecar beside a large beginning",
        ),
        pytest.param(
            _pod([_container("9")], [_container("2", restartPolicy="Always"), _container("4")]),
            "cpu=11",
            id="a sidecar beside a large container",
        ),
    ],
)
def test_given_containers_when_added_up_then_those_that_run_together_count(
    pod: Object, expected: str
) -> None:
    assert listed(pod_total(pod, "requests")) == expected


def test_given_a_pod_that_is_over_when_measured_then_only_the_object_counts() -> None:
    pod = _pod([_container("1")], phase="Failed")

    assert listed(usage("pods", pod)) == "count/pods=1"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ClusterIP", "services.loadbalancers=0,services.nodeports=0"),
        ("NodePort", "services.loadbalancers=0,services.nodeports=2"),
        ("LoadBalancer", "services.loadbalancers=1,services.nodeports=2"),
    ],
)
def test_given_a_service_when_measured_then_its_type_counts(kind: str, expected: str) -> None:
    service = {"spec": {"type": kind, "ports": [{"port": 1}, {"port": 2}]}}

    assert listed(usage("services", service)) == f"count/services=1,services=1,{expected}"


def test_given_a_claim_when_measured_then_bytes_are_whole_and_its_class_counts() -> None:
    spec = {"resources": {"requests": {"storage": "1500m"}}, "storageClassName": "fast"}

    found = listed(usage("persistentvolumeclaims", {"spec": spec}))

    assert found == (
        "count/persistentvolumeclaims=1,"
        "fast.storageclass.storage.k8s.io/persistentvolumeclaims=1,"
        "fast.storageclass.storage.k8s.io/requests.storage=2,"
        "persistentvolumeclaims=1,requests.storage=2"
    )


def test_given_names_when_sorted_by_resource_then_each_goes_to_its_own() -> None:
    names = ["pods", "requests.nvidia.com/gpu", "secrets", "count/widgets.example.com", "odd/name"]

    found = {resource: names_of(resource, names) for resource in resources_of(names)}

    assert found == {
        "pods": ["pods", "requests.nvidia.com/gpu"],
        "secrets": ["secrets"],
        "widgets.example.com": ["count/widgets.example.com"],
    }


@pytest.mark.parametrize(
    ("resource", "is_update", "expected"),
    [
        ("pods", False, True),
        ("pods", True, False),
        ("persistentvolumeclaims", True, True),
        ("widgets.example.com", True, False),
        ("events", False, False),
    ],
)
def test_given_a_request_when_it_cannot_change_what_is_used_then_it_is_not_charged(
    resource: str, *, is_update: bool, expected: bool
) -> None:
    assert is_charged(resource, is_update=is_update) is expected
