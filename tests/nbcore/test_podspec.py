from __future__ import annotations

from typing import Any

import pytest

from nbcore.errors import MalformedNotebookError
from nbcore.podspec import (
    claims,
    first_container,
    home_claim,
    mounts_without_volume,
    pod_spec,
    requirements,
)
from tests.nbcore.builders import notebook


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        pytest.param({}, "containers is empty", id="nothing"),
        pytest.param({"spec": 1}, r"notebook\.spec is no object", id="spec"),
        pytest.param({"spec": {"template": []}}, r"spec\.template is no object", id="template"),
        pytest.param({"spec": {"template": {"spec": "x"}}}, "no object", id="pod"),
        pytest.param(notebook(pod={"containers": []}), "containers is empty", id="no container"),
        pytest.param(notebook(pod={"containers": "x"}), "no list of objects", id="containers"),
        pytest.param(notebook(pod={"volumes": ["x"]}), "no list of objects", id="volumes"),
    ],
)
def test_given_a_strange_notebook_when_its_pod_is_read_then_the_place_is_told(
    found: dict[str, Any], problem: str
) -> None:
    with pytest.raises(MalformedNotebookError, match=problem):
        pod_spec(found)


@pytest.mark.parametrize(
    ("container", "problem"),
    [
        pytest.param({"image": ""}, "image is missing", id="empty image"),
        pytest.param({"image": 1}, "image is missing", id="image that is no text"),
        pytest.param({"volumeMounts": {}}, "volumeMounts is no list", id="mounts"),
    ],
)
def test_given_a_strange_container_when_read_then_the_place_is_told(
    container: dict[str, Any], problem: str
) -> None:
    with pytest.raises(MalformedNotebookError, match=problem):
        first_container(pod_spec(notebook(container=container)))


@pytest.mark.parametrize(
    ("resources", "requests", "limits"),
    [
        pytest.param({}, {}, {}, id="nothing asked"),
        pytest.param(None, {}, {}, id="null"),
        pytest.param(
            {"requests": {"cpu": "1"}}, {"cpu": "1"}, {"cpu": "1"}, id="limits from requests"
        ),
        pytest.param({"limits": {"cpu": 2}}, {"cpu": "2"}, {"cpu": "2"}, id="requests from limits"),
        pytest.param(
            {"requests": {"cpu": "1"}, "limits": {"cpu": "2", "nvidia.com/gpu": 1}},
            {"cpu": "1", "nvidia.com/gpu": "1"},
            {"cpu": "2", "nvidia.com/gpu": "1"},
            id="key by key, GPU too",
        ),
    ],
)
def test_given_resources_when_read_then_a_missing_side_is_filled_from_the_other(
    resources: object, requests: dict[str, str], limits: dict[str, str]
) -> None:
    asked = requirements({"resources": resources})

    assert {name: amount.text for name, amount in asked.requests.items()} == requests
    assert {name: amount.text for name, amount in asked.limits.items()} == limits


@pytest.mark.parametrize(
    ("resources", "problem"),
    [
        pytest.param([], "resources is no object", id="a list"),
        pytest.param({"requests": 1}, r"resources\.requests is no object", id="a number"),
        pytest.param({"requests": {"cpu": "1 Gi"}}, "requests.cpu: '1 Gi' is no", id="a space"),
        pytest.param({"limits": {"cpu": 0.5}}, "limits.cpu: 0.5 is a YAML float", id="a float"),
        pytest.param({"limits": {"cpu": -1}}, "limits.cpu: -1 is negative", id="negative"),
        pytest.param({"limits": {"memory": None}}, "limits.memory", id="null"),
        pytest.param(
            {"requests": {"memory": "2Gi"}, "limits": {"memory": "1Gi"}},
            "memory: the limit 1Gi is below the request 2Gi",
            id="limit below request",
        ),
    ],
)
def test_given_wrong_resources_when_read_then_the_words_name_them(
    resources: object, problem: str
) -> None:
    with pytest.raises(MalformedNotebookError, match=problem):
        requirements({"resources": resources})


_VOLUMES = {
    "volumes": [
        {"name": "home", "persistentVolumeClaim": {"claimName": "alices"}},
        {"name": "data", "persistentVolumeClaim": {"claimName": "shared"}},
        {"name": "dshm", "emptyDir": {}},
    ]
}


@pytest.mark.parametrize(
    ("mounts", "claim"),
    [
        pytest.param([{"name": "home", "mountPath": "/home/jovyan"}], "alices", id="at home"),
        pytest.param([{"name": "data", "mountPath": "/home/jovyan/"}], "shared", id="with a slash"),
        pytest.param([{"name": "home", "mountPath": "/data"}], "", id="elsewhere"),
        pytest.param([{"name": "dshm", "mountPath": "/home/jovyan"}], "", id="no claim"),
        pytest.param([], "", id="no mount"),
    ],
)
def test_given_mounts_when_the_home_is_asked_then_its_claim_is_told(
    mounts: list[dict[str, str]], claim: str
) -> None:
    pod = pod_spec(notebook(pod=_VOLUMES, container={"volumeMounts": mounts}))

    assert home_claim(pod, first_container(pod)) == claim
    assert claims(pod) == {"home": "alices", "data": "shared"}


def test_given_a_mount_without_volume_when_looked_for_then_it_is_named() -> None:
    mounts = [{"name": name, "mountPath": f"/{name}"} for name in ("home", "lost")]
    pod = pod_spec(notebook(pod=_VOLUMES, container={"volumeMounts": mounts}))

    assert mounts_without_volume(pod) == ("lost",)
    assert mounts_without_volume(pod_spec(notebook())) == ()
