from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given

from nbcore.children import build_network_policy, build_service, build_statefulset
from nbcore.errors import MalformedNotebookError
from nbcore.ides import IDES, IdeType
from nbcore.names import NOTEBOOK_NAME_LABEL, TYPE_LABEL
from nbcore.podtemplate import build_pod_template
from tests.nbcore.builders import notebook
from tests.nbcore.strange import strange_objects

JUPYTER = IDES[IdeType.JUPYTER]


@pytest.mark.parametrize(("suspend", "replicas"), [(None, 1), (False, 1), (True, 0)])
def test_given_a_notebook_when_its_statefulset_is_built_then_suspend_means_no_pod(
    suspend: object, replicas: int
) -> None:
    built = build_statefulset(notebook(spec={"suspend": suspend}), JUPYTER)

    assert built["spec"]["replicas"] == replicas
    assert built["spec"]["podManagementPolicy"] == "Parallel"
    assert built["spec"]["serviceName"] == "nb"


def test_given_a_notebook_when_its_statefulset_is_built_then_it_selects_its_own_pod() -> None:
    built = build_statefulset(notebook(), JUPYTER)

    assert built["spec"]["selector"]["matchLabels"] == {NOTEBOOK_NAME_LABEL: "nb"}
    assert built["spec"]["template"] == build_pod_template(notebook(), JUPYTER)


@pytest.mark.parametrize("build", [build_statefulset, build_service])
def test_given_a_notebook_when_a_child_is_built_then_the_notebook_owns_it(build: Any) -> None:
    metadata = build(notebook("nb"), JUPYTER)["metadata"]

    assert (metadata["name"], metadata["namespace"]) == ("nb", "demo")
    assert metadata["labels"] == {NOTEBOOK_NAME_LABEL: "nb", TYPE_LABEL: "jupyter"}
    assert metadata["ownerReferences"] == [
        {
            "apiVersion": "ml.oneblock.ai/v1",
            "kind": "Notebook",
            "name": "nb",
            "uid": "uid-of-nb",
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]


@pytest.mark.parametrize(
    ("spec", "service_type"),
    [
        ({}, "ClusterIP"),
        ({"serviceType": None}, "ClusterIP"),
        ({"serviceType": "NodePort"}, "NodePort"),
        ({"serviceType": "LoadBalancer"}, "LoadBalancer"),
    ],
)
def test_given_a_service_type_when_the_service_is_built_then_it_leads_to_the_ide(
    spec: dict[str, Any], service_type: str
) -> None:
    built = build_service(notebook(spec=spec), JUPYTER)["spec"]

    assert built == {
        "type": service_type,
        "selector": {NOTEBOOK_NAME_LABEL: "nb"},
        "ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": "notebook"}],
    }


def test_given_a_named_port_of_the_user_when_the_service_is_built_then_it_leads_there() -> None:
    found = notebook(container={"ports": [{"name": "web", "containerPort": 8888}]})

    assert build_service(found, JUPYTER)["spec"]["ports"][0]["targetPort"] == "web"


def test_given_a_notebook_when_its_policy_is_built_then_only_our_pods_reach_the_port() -> None:
    found = notebook(container={"ports": [{"name": "web", "containerPort": 8888}]})

    assert build_network_policy(found, JUPYTER)["spec"] == {
        "podSelector": {"matchLabels": {NOTEBOOK_NAME_LABEL: "nb"}},
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [
                    {
                        "namespaceSelector": {
                            "matchLabels": {"kubernetes.io/metadata.name": "oneblock-notebooks"}
                        },
                        "podSelector": {
                            "matchLabels": {"app.kubernetes.io/part-of": "oneblock-notebooks"}
                        },
                    }
                ],
                "ports": [{"port": "web", "protocol": "TCP"}],
            }
        ],
    }


@given(strange_objects())
def test_given_any_json_when_children_are_built_then_they_are_whole_or_malformed(
    found: Any,
) -> None:
    for build in (build_statefulset, build_service, build_network_policy):
        with suppress(MalformedNotebookError):
            assert build(found, JUPYTER)["spec"]
