from __future__ import annotations

from typing import Any

import pytest

from nbcore.kube.resources import NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS, PODS, Resource
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, claim, config_map, notebook, pod


@pytest.mark.parametrize(
    ("resource", "build"),
    [
        pytest.param(CONFIG_MAPS, config_map, id="ConfigMap"),
        pytest.param(NOTEBOOKS, notebook, id="Notebook"),
        pytest.param(PODS, pod, id="Pod"),
        pytest.param(PERSISTENT_VOLUME_CLAIMS, claim, id="PersistentVolumeClaim"),
    ],
)
def test_given_nothing_when_created_dry_then_the_answer_is_whole_and_nothing_is_made(
    api_server: ApiServer, resource: Resource, build: Any
) -> None:
    path = resource.path(api_server.namespace)

    answer = api_server.api.create(path, build("dry"), dryRun="All")

    assert answer["metadata"]["name"] == "dry"
    assert answer["metadata"]["uid"]
    assert answer["metadata"]["namespace"] == api_server.namespace
    assert not api_server.api.exists(f"{path}/dry")


def test_given_a_wrong_object_when_created_dry_then_it_is_refused_as_in_earnest(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    wrong = notebook("a")
    wrong["spec"]["template"]["spec"]["containers"][0]["name"] = "b"

    dry = api_server.api.expect(422, "POST", path, wrong, dryRun="All")
    earnest = api_server.api.expect(422, "POST", path, wrong)

    assert dry == earnest


def test_given_a_taken_name_when_created_dry_then_it_already_exists(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    api_server.api.create(path, notebook("a"))

    status = api_server.api.expect(409, "POST", path, notebook("a"), dryRun="All")

    assert status["reason"] == "AlreadyExists"


def test_given_an_object_when_changed_dry_then_it_stays(api_server: ApiServer) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    made = api_server.api.create(path, notebook("a"))

    stopped = {**made, "spec": {**made["spec"], "suspend": True}}
    answers = [
        api_server.api.replace(f"{path}/a", stopped, dryRun="All"),
        api_server.api.merge(f"{path}/a", {"spec": {"suspend": True}}, dryRun="All"),
        api_server.api.apply(
            f"{path}/a", notebook("a", suspend=True), manager="me", force="true", dryRun="All"
        ).body,
    ]
    api_server.api.delete(f"{path}/a", dryRun="All")

    assert [a["spec"]["suspend"] for a in answers] == [True] * 3
    assert api_server.api.get(f"{path}/a") == made


def test_given_nothing_when_applied_dry_then_nothing_is_made(api_server: ApiServer) -> None:
    path = NOTEBOOKS.path(api_server.namespace, "a")

    answer = api_server.api.apply(path, notebook("a"), manager="me", dryRun="All")

    assert answer.status == 201
    assert not api_server.api.exists(path)


@pytest.mark.parametrize("value", ["Some", "all", "true"])
def test_given_an_unknown_dry_run_when_sent_then_nothing_is_made(
    api_server: ApiServer, value: str
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)

    answer = api_server.api.request("POST", path, config_map("a"), dryRun=value)

    assert answer.status in {400, 422}
    assert not api_server.api.exists(f"{path}/a")
