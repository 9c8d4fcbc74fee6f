"""A notebook whose pod a quota refuses: its status says so, and it starts once there is room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbcore.kube.resources import NOTEBOOKS, PODS
from tests.cluster.api import JsonObject, eventually
from tests.cluster.processes import Process
from tests.cluster.servers import ApiServer, Server
from tests.contract.objects import notebook
from tests.integration.running_controller import start_controller


@pytest.fixture(scope="module")
def controller(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = start_controller(server.kubeconfig, tmp_path_factory.mktemp("controller"))
    yield process
    process.stop()


def test_given_a_full_quota_when_a_notebook_is_made_then_it_waits_until_there_is_room(
    controller: Process, api_server: ApiServer
) -> None:
    quotas = f"/api/v1/namespaces/{api_server.namespace}/resourcequotas"
    hard = {"requests.memory": "32Mi"}
    api_server.api.create(quotas, {"metadata": {"name": "team"}, "spec": {"hard": hard}})
    eventually(
        lambda: "used" in api_server.api.get(f"{quotas}/team").get("status", {}),
        what="the quota is counted",
    )
    path = NOTEBOOKS.path(api_server.namespace)
    api_server.api.create(path, notebook("lab"))

    def over() -> JsonObject | None:
        status: JsonObject = api_server.api.get(f"{path}/lab").get("status") or {}
        return status if status.get("reason") == "QuotaExceeded" else None

    status = eventually(over, what="the quota is told") or {}
    api_server.api.merge(f"{quotas}/team", {"spec": {"hard": {"requests.memory": "64Mi"}}})
    pod = PODS.path(api_server.namespace, "lab-0")
    eventually(lambda: api_server.api.exists(pod), what="the pod is made", seconds=60)
    eventually(lambda: not over(), what="the quota is told no more")

    assert controller.is_running, controller.log_end()
    assert status["phase"] == "Pending"
    assert status["message"] == (
        f"Over the quota of {api_server.namespace}: team, requested: requests.memory=64Mi, "
        "used: requests.memory=0, limited: requests.memory=32Mi. Stop something or ask for less."
    )
