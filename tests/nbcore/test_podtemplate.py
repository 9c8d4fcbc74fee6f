from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given

from nbcore.errors import MalformedNotebookError
from nbcore.ides import IDES, IdeType
from nbcore.names import NOTEBOOK_NAME_LABEL, TYPE_LABEL
from nbcore.podtemplate import build_pod, build_pod_template
from tests.nbcore.builders import notebook
from tests.nbcore.strange import strange_objects
from tests.nbcore.test_notebook import DESIGN_DOCUMENT

JUPYTER = IDES[IdeType.JUPYTER]


def _container(**container: Any) -> dict[str, Any]:
    """The first container of the template built for a notebook with these keys in its own."""
    built = build_pod_template(notebook(container=container), JUPYTER)
    return dict(built["spec"]["containers"][0])


def test_given_the_design_documents_manifest_when_built_then_the_pod_is_complete() -> None:
    built = build_pod_template(DESIGN_DOCUMENT, JUPYTER)

    (container,) = built["spec"]["containers"]
    assert built["metadata"]["labels"] == {NOTEBOOK_NAME_LABEL: "nb-jupyter", TYPE_LABEL: "jupyter"}
    assert container["resources"] == {
        "requests": {"cpu": "200m", "memory": "500Mi"},
        "limits": {"cpu": "500m", "memory": "1Gi"},
    }
    assert container["ports"] == [{"name": "notebook", "containerPort": 8888, "protocol": "TCP"}]
    assert {"name": "NB_PREFIX", "value": "/notebook/default/nb-jupyter"} in container["env"]
    assert built["spec"]["securityContext"]["fsGroup"] == 100
    assert built["spec"]["volumes"] == DESIGN_DOCUMENT["spec"]["template"]["spec"]["volumes"]


def test_given_a_notebook_when_built_then_the_users_object_stays_as_it_was() -> None:
    found = notebook(container={"env": [], "ports": [{"containerPort": 8888}]})
    before = deepcopy(found)

    build_pod_template(found, JUPYTER)

    assert found == before


@pytest.mark.parametrize(
    ("resources", "built"),
    [
        pytest.param({}, {}, id="nothing asked"),
        pytest.param(
            {"requests": {"cpu": 0, "memory": "1024Mi"}},
            {"requests": {"cpu": "0", "memory": "1Gi"}, "limits": {"cpu": "0", "memory": "1Gi"}},
            id="limits filled, quantities as stored",
        ),
        pytest.param(
            {"limits": {"cpu": "0.5", "nvidia.com/gpu": 1}},
            {
                "requests": {"cpu": "500m", "nvidia.com/gpu": "1"},
                "limits": {"cpu": "500m", "nvidia.com/gpu": "1"},
            },
            id="requests filled, GPU too",
        ),
        pytest.param(
            {"claims": [{"name": "x"}], "limits": {"cpu": "1"}},
            {"claims": [{"name": "x"}], "requests": {"cpu": "1"}, "limits": {"cpu": "1"}},
            id="other keys stay",
        ),
    ],
)
def test_given_resources_when_built_then_the_missing_side_is_filled(
    resources: dict[str, Any], built: dict[str, Any]
) -> None:
    assert _container(resources=resources)["resources"] == built


def test_given_a_variable_of_the_user_when_built_then_it_stays_and_ours_stand_before_it() -> None:
    users = [{"name": "NB_PREFIX", "value": "/x"}, {"name": "MINE", "value": "$(NB_PREFIX)"}]

    built = _container(env=users)["env"]

    assert built[-2:] == users
    assert [variable["name"] for variable in built].count("NB_PREFIX") == 1
    assert {"name": "S6_CMD_WAIT_FOR_SERVICES_MAXTIME", "value": "300000"} in built


@pytest.mark.parametrize(
    ("ports", "built", "probed"),
    [
        pytest.param(
            [{"name": "debug", "containerPort": 9000}],
            [
                {"name": "debug", "containerPort": 9000},
                {"name": "notebook", "containerPort": 8888, "protocol": "TCP"},
            ],
            "notebook",
            id="another port",
        ),
        pytest.param(
            [{"containerPort": 8888, "hostIP": "127.0.0.1"}],
            [
                {
                    "containerPort": 8888,
                    "hostIP": "127.0.0.1",
                    "name": "notebook",
                    "protocol": "TCP",
                }
            ],
            "notebook",
            id="ours without a name",
        ),
        pytest.param(
            [{"name": "web", "containerPort": 8888, "protocol": "TCP"}],
            [{"name": "web", "containerPort": 8888, "protocol": "TCP"}],
            "web",
            id="ours under another name",
        ),
        pytest.param(
            [{"name": "notebook", "containerPort": 8080}],
            [{"name": "notebook", "containerPort": 8080}],
            "notebook",
            id="an image that listens elsewhere",
        ),
    ],
)
def test_given_ports_when_built_then_the_ide_has_one_named_port(
    ports: list[dict[str, Any]], built: list[dict[str, Any]], probed: str
) -> None:
    container = _container(ports=ports)

    assert container["ports"] == built
    assert container["readinessProbe"]["httpGet"]["port"] == probed


@pytest.mark.parametrize("ide", IdeType)
def test_given_no_probe_when_built_then_all_three_ask_the_ides_path(ide: IdeType) -> None:
    (container,) = build_pod_template(notebook(), IDES[ide])["spec"]["containers"]

    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["path"] == IDES[ide].probe_path_of("demo", "nb")
    startup, liveness = container["startupProbe"], container["livenessProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 600
    assert liveness["periodSeconds"] * liveness["failureThreshold"] >= 300


def test_given_a_probe_of_the_user_when_built_then_it_stays_and_nothing_can_kill_the_pod() -> None:
    users = {"tcpSocket": {"port": 9000}}

    with_liveness, with_readiness = (
        _container(**{probe: users}) for probe in ("livenessProbe", "readinessProbe")
    )

    assert with_liveness["livenessProbe"] == users
    assert "readinessProbe" in with_liveness
    assert with_readiness["readinessProbe"] == users
    assert "livenessProbe" not in with_readiness
    assert "startupProbe" not in with_liveness


@pytest.mark.parametrize(
    ("pod", "context"),
    [
        ({}, {"fsGroup": 100, "fsGroupChangePolicy": "OnRootMismatch"}),
        ({"securityContext": None}, {"fsGroup": 100, "fsGroupChangePolicy": "OnRootMismatch"}),
        ({"securityContext": {}}, {}),
        ({"securityContext": {"runAsUser": 5}}, {"runAsUser": 5}),
    ],
)
def test_given_a_security_context_when_built_then_the_users_own_stays(
    pod: dict[str, Any], context: dict[str, Any]
) -> None:
    assert build_pod_template(notebook(pod=pod), JUPYTER)["spec"]["securityContext"] == context


def test_given_nulls_and_other_sizes_when_built_then_they_are_as_the_server_stores_them() -> None:
    pod = {
        "nodeSelector": None,
        "volumes": [{"name": "dshm", "emptyDir": {"sizeLimit": "1024Mi"}}],
        "initContainers": [{"name": "i", "resources": {"limits": {"cpu": 1}}, "env": None}],
    }

    built = build_pod_template(notebook(pod=pod), JUPYTER)["spec"]

    assert "nodeSelector" not in built
    assert built["volumes"][0]["emptyDir"] == {"sizeLimit": "1Gi"}
    assert built["initContainers"] == [{"name": "i", "resources": {"limits": {"cpu": "1"}}}]


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        pytest.param(notebook(pod={"containers": []}), "containers is empty", id="containers"),
        pytest.param(notebook(container={"env": "x"}), "env is no list", id="env"),
        pytest.param(notebook(container={"ports": [1]}), "ports is no list", id="ports"),
        pytest.param(
            notebook(pod={"volumes": [{"name": "d", "emptyDir": {"sizeLimit": "x"}}]}),
            "sizeLimit: 'x' is no quantity",
            id="size limit",
        ),
        pytest.param(
            notebook(pod={"initContainers": [{"resources": {"limits": {"cpu": "x"}}}]}),
            "cpu: 'x' is no quantity",
            id="another container's size",
        ),
    ],
)
def test_given_a_strange_template_when_built_then_the_words_say_what_is_wrong(
    found: dict[str, Any], problem: str
) -> None:
    with pytest.raises(MalformedNotebookError, match=problem):
        build_pod_template(found, JUPYTER)


def test_given_a_notebook_when_its_pod_is_built_then_it_is_the_statefulsets_first() -> None:
    pod = build_pod(notebook("nb"), JUPYTER)

    assert pod["kind"] == "Pod"
    assert pod["metadata"]["name"] == "nb-0"
    assert pod["metadata"]["namespace"] == "demo"
    assert pod["metadata"]["labels"][NOTEBOOK_NAME_LABEL] == "nb"
    assert pod["spec"] == build_pod_template(notebook("nb"), JUPYTER)["spec"]


@given(strange_objects())
def test_given_any_json_when_built_then_it_is_a_template_or_malformed(found: Any) -> None:
    with suppress(MalformedNotebookError):
        assert build_pod_template(found, JUPYTER)["spec"]["containers"]
