"""Applying a child a second time changes nothing, whatever the user's template looks like."""

from __future__ import annotations

from typing import Any

import pytest

from nbcore.children import build_service, build_statefulset
from nbcore.ides import IDES, IdeType
from nbcore.kube.client import Kube
from nbcore.kube.resources import NOTEBOOKS, SERVICES, STATEFUL_SETS
from nbcore.names import FIELD_MANAGER_CONTROLLER, JsonObject
from tests.cluster.servers import ApiServer
from tests.nbcore.builders import notebook, with_home

_ODD_SIZES = {
    "requests": {"cpu": 1, "memory": "1024Mi"},
    "limits": {"cpu": "1500m", "memory": "2147483648"},
}


def _stored(kube: Kube, server: ApiServer, **parts: Any) -> JsonObject:
    made = notebook(namespace=server.namespace, **parts)
    del made["metadata"]["uid"]
    return kube.create(NOTEBOOKS, made)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param({}, id="plain"),
        pytest.param(with_home("nb"), id="with a volume"),
        pytest.param({"container": {"resources": _ODD_SIZES}}, id="odd quantities"),
        pytest.param({"container": {"ports": [{"containerPort": 8888}]}}, id="unnamed port"),
        pytest.param({"spec": {"suspend": True, "serviceType": "NodePort"}}, id="stopped"),
        pytest.param(
            {"container": {"env": [{"name": "EMPTY", "value": ""}, {"name": "A", "value": "1"}]}},
            id="variables",
        ),
        pytest.param(
            {"pod": {"volumes": [{"name": "d", "emptyDir": {"sizeLimit": "1024Mi"}}]}},
            id="size limit",
        ),
    ],
)
@pytest.mark.parametrize("ide", IdeType, ids=str)
def test_given_a_child_when_applied_twice_then_the_second_time_changes_nothing(
    api_server: ApiServer, kube: Kube, ide: IdeType, parts: dict[str, Any]
) -> None:
    stored = _stored(kube, api_server, **parts)

    for resource, build in ((STATEFUL_SETS, build_statefulset), (SERVICES, build_service)):
        child = build(stored, IDES[ide])
        first, second = (
            kube.apply(resource, child, field_manager=FIELD_MANAGER_CONTROLLER) for _ in range(2)
        )
        assert _version(second) == _version(first)


def test_given_a_statefulset_when_applied_then_the_sizes_are_stored_as_they_were_built(
    api_server: ApiServer, kube: Kube
) -> None:
    stored = _stored(kube, api_server, container={"resources": _ODD_SIZES})
    child = build_statefulset(stored, IDES[IdeType.JUPYTER])

    applied = kube.apply(STATEFUL_SETS, child, field_manager=FIELD_MANAGER_CONTROLLER)

    assert _resources(applied) == _resources(child)


def _version(stored: JsonObject) -> str:
    # The real StatefulSet controller writes status meanwhile; the spec's generation is ours.
    return str(stored["metadata"].get("generation", stored["metadata"]["resourceVersion"]))


def _resources(statefulset: JsonObject) -> JsonObject:
    found: JsonObject = statefulset["spec"]["template"]["spec"]["containers"][0]["resources"]
    return found
