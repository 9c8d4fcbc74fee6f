"""What the server does to a pod when it is made, before any node sees it."""

from __future__ import annotations

from typing import Any

import pytest

from nbcore.kube.resources import PODS
from tests.cluster.api import STRATEGIC_MERGE_PATCH, JsonObject
from tests.cluster.servers import ApiServer
from tests.contract.objects import pod

TOO_MUCH = {"cpu": "9000", "memory": "64Mi"}


def _pod(**changes: Any) -> JsonObject:
    obj = pod("p", requests=TOO_MUCH)
    obj["spec"] |= changes
    return obj


def _container(**changes: Any) -> JsonObject:
    obj = pod("p", requests=TOO_MUCH)
    obj["spec"]["containers"][0] |= changes
    return obj


def test_given_a_bare_pod_when_created_then_the_usual_defaults_are_filled_in(
    api_server: ApiServer,
) -> None:
    made = api_server.api.create(PODS.path(api_server.namespace), _pod())

    spec, container = made["spec"], made["spec"]["containers"][0]
    assert spec["restartPolicy"] == "Always"
    assert spec["terminationGracePeriodSeconds"] == 30
    assert container["imagePullPolicy"] == "IfNotPresent"
    assert made["status"]["phase"] == "Pending"
    assert made["status"]["qosClass"] == "Burstable"


def test_given_only_limits_when_created_then_requests_are_the_same(
    api_server: ApiServer,
) -> None:
    body = _container(resources={"limits": TOO_MUCH})

    made = api_server.api.create(PODS.path(api_server.namespace), body)

    resources = made["spec"]["containers"][0]["resources"]
    assert resources["requests"] == {"cpu": "9k", "memory": "64Mi"}
    assert made["status"]["qosClass"] == "Guaranteed"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(
            _container(volumeMounts=[{"name": "v", "mountPath": "/home/jovyan"}]),
            "spec.containers[0].volumeMounts[0].name",
            id="a mount without volume",
        ),
        pytest.param(
            _container(
                resources={"requests": {"cpu": "2"}, "limits": {"cpu": "1"}},
            ),
            "spec.containers[0].resources.requests",
            id="requests above limits",
        ),
        pytest.param(
            _container(resources={"requests": {"nvidia.com/gpu": "1"}}),
            "spec.containers[0].resources.limits",
            id="a GPU without limit",
        ),
        pytest.param(
            _container(resources={"limits": {"nvidia.com/gpu": "500m"}}),
            "spec.containers[0].resources.limits[nvidia.com/gpu]",
            id="half a GPU",
        ),
        pytest.param(_container(image=""), "spec.containers[0].image", id="no image"),
        pytest.param(
            _container(name="Not A Label"), "spec.containers[0].name", id="a name with spaces"
        ),
        pytest.param(_pod(containers=[]), "spec.containers", id="no containers"),
        pytest.param(
            _container(env=[{"name": ""}]), "spec.containers[0].env[0].name", id="no variable name"
        ),
    ],
)
def test_given_a_wrong_pod_when_tried_dry_then_the_field_is_named(
    api_server: ApiServer, body: JsonObject, field: str
) -> None:
    path = PODS.path(api_server.namespace)

    status = api_server.api.expect(422, "POST", path, body, dryRun="All")

    assert field in [c["field"] for c in status["details"]["causes"]]


def test_given_an_unknown_runtime_class_when_created_then_the_pod_is_forbidden(
    api_server: ApiServer,
) -> None:
    body = _pod(runtimeClassName="nobody")

    status = api_server.api.expect(403, "POST", PODS.path(api_server.namespace), body)

    assert status["reason"] == "Forbidden"
    assert 'RuntimeClass "nobody" not found' in status["message"]


def test_given_a_quantity_of_no_grammar_when_created_then_bad_request(
    api_server: ApiServer,
) -> None:
    body = _container(resources={"requests": {"cpu": "1 Gi"}})

    status = api_server.api.expect(400, "POST", PODS.path(api_server.namespace), body)

    assert "quantities must match the regular expression" in status["message"]


def test_given_a_pod_when_its_image_changes_then_it_may(api_server: ApiServer) -> None:
    path = PODS.path(api_server.namespace)
    api_server.api.create(path, _pod())
    patch = {"spec": {"containers": [{"name": "main", "image": "other:1"}]}}

    patched = api_server.api.expect(
        200, "PATCH", f"{path}/p", patch, content_type=STRATEGIC_MERGE_PATCH
    )

    assert patched["spec"]["containers"][0]["image"] == "other:1"


def test_given_a_pod_when_its_variables_change_then_it_is_immutable(
    api_server: ApiServer,
) -> None:
    path = PODS.path(api_server.namespace)
    api_server.api.create(path, _pod())
    patch = {"spec": {"containers": [{"name": "main", "env": [{"name": "A", "value": "b"}]}]}}

    status = api_server.api.expect(
        422, "PATCH", f"{path}/p", patch, content_type=STRATEGIC_MERGE_PATCH
    )

    assert "pod updates may not change fields other than" in status["message"]


def test_given_a_pod_when_its_status_is_written_then_the_spec_stays(
    api_server: ApiServer,
) -> None:
    path = PODS.path(api_server.namespace)
    api_server.api.create(path, _pod())
    ready = {"type": "Ready", "status": "True"}
    patch = {"spec": {"nodeName": "x"}, "status": {"phase": "Running", "conditions": [ready]}}

    patched = api_server.api.expect(
        200, "PATCH", f"{path}/p/status", patch, content_type=STRATEGIC_MERGE_PATCH
    )

    assert patched["status"]["phase"] == "Running"
    assert "nodeName" not in patched["spec"]


def test_given_a_pod_that_never_ran_when_deleted_then_it_goes_at_once(
    api_server: ApiServer,
) -> None:
    path = PODS.path(api_server.namespace)
    api_server.api.create(path, _pod())

    api_server.api.delete(f"{path}/p")

    assert not api_server.api.exists(f"{path}/p")
