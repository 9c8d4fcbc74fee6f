"""kubectl where it needs more than one request: edit, rollout status, the reason of a dead pod."""

from __future__ import annotations

from nbcore.kube.resources import NOTEBOOKS, PODS, STATEFUL_SETS
from tests.cluster.api import JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.kubectl import Kubectl
from tests.contract.objects import notebook, pod, stateful_set

NOW = "2026-11-23T10:00:00Z"
# Neither server runs what lies on a node that is not there.
ELSEWHERE = {"nodeName": "elsewhere"}


def test_given_a_notebook_when_edited_then_the_change_is_stored(
    api_server: ApiServer, kubectl: Kubectl
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    api_server.api.create(path, notebook("lab", suspend=False))

    said = kubectl.ok("edit", "notebook", "lab", editor="sed -i s/suspend:.false/suspend:\\ true/")

    assert said.strip() == "notebook.ml.oneblock.ai/lab edited"
    assert api_server.api.get(f"{path}/lab")["spec"]["suspend"] is True


def test_given_a_notebook_when_edited_into_nonsense_then_kubectl_shows_the_refusal(
    api_server: ApiServer, kubectl: Kubectl
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    api_server.api.create(path, notebook("lab", suspend=False))

    output = kubectl.run("edit", "notebook", "lab", editor="sed -i s/suspend:.false/suspend:\\ 7/")

    assert output.code != 0
    assert "Edit cancelled, no valid changes were saved." in output.stderr
    assert api_server.api.get(f"{path}/lab")["spec"]["suspend"] is False


def test_given_a_stateful_set_when_its_pod_is_ready_then_the_rollout_is_complete(
    api_server: ApiServer, kubectl: Kubectl
) -> None:
    body = stateful_set("web")
    body["spec"]["template"]["spec"] |= ELSEWHERE
    api_server.api.create(STATEFUL_SETS.path(api_server.namespace), body)
    path = PODS.path(api_server.namespace, "web-0")
    eventually(lambda: api_server.api.exists(path), what="the pod is made")

    with kubectl.start("rollout", "status", "statefulset/web") as lines:
        waiting = lines.next()
        ready = {"type": "Ready", "status": "True", "lastTransitionTime": NOW}
        status = {"phase": "Running", "conditions": [ready]}
        api_server.api.merge(f"{path}/status", {"status": status})
        done = lines.next()

    assert waiting == "Waiting for 1 pods to be ready..."
    assert done.startswith("partitioned roll out complete: 1 new pods have been updated")


def test_given_a_container_that_used_too_much_when_listed_then_the_table_says_so(
    api_server: ApiServer, kubectl: Kubectl
) -> None:
    body = pod("greedy")
    body["spec"] |= ELSEWHERE
    path = PODS.path(api_server.namespace)
    api_server.api.create(path, body)
    ended: JsonObject = {
        "exitCode": 137,
        "reason": "OOMKilled",
        "startedAt": NOW,
        "finishedAt": NOW,
    }
    container = {
        "name": "main",
        "image": "a:1",
        "imageID": "",
        "ready": False,
        "restartCount": 3,
        "state": {"terminated": ended},
        "lastState": {"terminated": ended},
    }
    status = {"phase": "Running", "containerStatuses": [container]}
    api_server.api.merge(f"{path}/greedy/status", {"status": status})

    (row,) = kubectl.ok("get", "pods", "--no-headers").splitlines()

    assert row.split()[:3] == ["greedy", "0/1", "OOMKilled"]
    assert row.split()[3] == "3"
