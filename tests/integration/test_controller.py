"""The controller as a process, against the sandbox and against a real control plane.

The pods name a node that is not there, so that neither server runs them; what a node would say of
them is written into pods/status.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbcore.catalog import shipped_catalog_json
from nbcore.kube.resources import NOTEBOOKS, PODS, SERVICES, SETTINGS, STATEFUL_SETS, Resource
from nbcore.names import CATALOG_SETTING, LAST_ACTION_ANNOTATION
from tests.cluster.api import JSON_PATCH, JsonObject, eventually
from tests.cluster.processes import Process
from tests.cluster.servers import ApiServer, Server
from tests.integration.running_controller import (
    RECONCILES,
    metrics_port,
    number,
    start_controller,
)

IMAGE = "kubeflownotebookswg/jupyter-scipy:v1.8.0"
SETTING = SETTINGS.path(name=CATALOG_SETTING)
NOW, LATER = "2026-11-23T10:00:00Z", "2026-11-23T10:00:05Z"


@pytest.fixture(scope="module")
def controller(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    process = start_controller(server.kubeconfig, tmp_path_factory.mktemp("controller"))
    yield process
    process.stop()


@pytest.fixture
def cluster(controller: Process, api_server: ApiServer) -> ApiServer:
    """Either server, with a controller that works on it."""
    assert controller.is_running, controller.log_end()
    return api_server


def notebook(name: str, **pod_spec: object) -> JsonObject:
    container = {
        "name": name,
        "image": IMAGE,
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
    }
    pod = {"nodeName": "elsewhere", "containers": [container], **pod_spec}
    return {
        "apiVersion": "ml.oneblock.ai/v1",
        "kind": "Notebook",
        "metadata": {"name": name, "labels": {"ml.oneblock.ai/notebook-type": "jupyter"}},
        "spec": {"template": {"spec": pod}},
    }


def create(s: ApiServer, obj: JsonObject) -> JsonObject:
    made: JsonObject = s.api.create(NOTEBOOKS.path(s.namespace), obj)
    return made


def found(s: ApiServer, resource: Resource, name: str) -> JsonObject:
    path = resource.path(s.namespace, name)

    def look() -> JsonObject | None:
        answer = s.api.request("GET", path)
        return answer.body if answer.status == 200 else None

    return eventually(look, what=f"{path} is there") or {}


def status_with(s: ApiServer, name: str, **expected: object) -> JsonObject:
    """The notebook's status once it has these fields."""
    path = NOTEBOOKS.path(s.namespace, name)
    seen: JsonObject = {}

    def look() -> bool:
        seen.clear()
        seen.update(s.api.get(path).get("status") or {})
        return expected.items() <= seen.items()

    try:
        eventually(look, what=f"{name} is {expected}")
    except AssertionError as error:
        raise AssertionError(f"{error}; its status is {seen}") from error
    return seen


def say_of_pod(s: ApiServer, name: str, container: JsonObject, *, is_ready: bool = False) -> None:
    """Writes what a node would: the state of the notebook's container."""
    found(s, PODS, f"{name}-0")
    state = {"name": name, "image": IMAGE, "imageID": "", "restartCount": 0, **container}
    conditions = [
        {"type": "Initialized", "status": "True", "lastTransitionTime": NOW},
        {
            "type": "Ready",
            "status": str(is_ready),
            "lastTransitionTime": LATER if is_ready else NOW,
        },
        {"type": "ContainersReady", "status": str(is_ready), "lastTransitionTime": NOW},
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": NOW},
    ]
    status = {
        "phase": "Running" if is_ready else "Pending",
        "conditions": conditions,
        "containerStatuses": [{"ready": is_ready, **state}],
    }
    s.api.merge(PODS.path(s.namespace, f"{name}-0", "status"), {"status": status})


def make_ready(s: ApiServer, name: str) -> None:
    state = {"state": {"running": {"startedAt": NOW}}, "started": True}
    say_of_pod(s, name, state, is_ready=True)
    status_with(s, name, phase="Ready")


def end_pod(s: ApiServer, name: str) -> None:
    """Takes the pod away at once, as its node would after its grace period."""
    path = PODS.path(s.namespace, f"{name}-0")
    s.api.request(
        "DELETE", path, {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0}
    )


def suspend(s: ApiServer, name: str, *, is_suspended: bool, verb: str) -> None:
    action = f'{{"verb":"{verb}","by":"alice","when":"{NOW}"}}'
    patch = {
        "metadata": {"annotations": {LAST_ACTION_ANNOTATION: action}},
        "spec": {"suspend": is_suspended},
    }
    s.api.merge(NOTEBOOKS.path(s.namespace, name), patch)


def test_given_a_notebook_when_created_then_its_children_are_made_and_limits_filled(
    cluster: ApiServer,
) -> None:
    made = create(cluster, notebook("lab"))

    statefulset = found(cluster, STATEFUL_SETS, "lab")
    service = found(cluster, SERVICES, "lab")

    for child in (statefulset, service):
        (owner,) = child["metadata"]["ownerReferences"]
        assert (owner["uid"], owner["controller"]) == (made["metadata"]["uid"], True)
    assert statefulset["spec"]["podManagementPolicy"] == "Parallel"
    (container,) = statefulset["spec"]["template"]["spec"]["containers"]
    assert container["resources"]["limits"] == {"cpu": "100m", "memory": "64Mi"}
    assert service["spec"]["ports"][0]["port"] == 80
    live = cluster.api.get(NOTEBOOKS.path(cluster.namespace, "lab"))
    assert live["spec"] == made["spec"]


def test_given_a_normal_start_when_followed_then_it_goes_from_pending_to_ready_without_warning(
    cluster: ApiServer,
) -> None:
    made = create(cluster, notebook("lab"))
    say_of_pod(cluster, "lab", {"state": {"waiting": {"reason": "ContainerCreating"}}})
    waiting = {"waiting": {"reason": "ContainerCreating"}}
    status_with(cluster, "lab", phase="Starting", containerState=waiting)
    say_of_pod(cluster, "lab", {"state": {"running": {"startedAt": NOW}}, "started": False})
    status_with(cluster, "lab", phase="Starting", message="JupyterLab is starting.")

    make_ready(cluster, "lab")

    ready = status_with(cluster, "lab", phase="Ready", readyReplicas=1)
    assert ready["observedGeneration"] == made["metadata"]["generation"]
    assert ready["containerState"] == {"running": {"startedAt": NOW}}
    assert [c["type"] for c in ready["conditions"]] == ["Ready"]


def test_given_a_ready_notebook_when_stopped_and_started_then_its_pod_goes_and_comes(
    cluster: ApiServer,
) -> None:
    create(cluster, notebook("lab"))
    make_ready(cluster, "lab")

    suspend(cluster, "lab", is_suspended=True, verb="stop")
    eventually(
        lambda: found(cluster, STATEFUL_SETS, "lab")["spec"]["replicas"] == 0, what="scaled to 0"
    )
    end_pod(cluster, "lab")
    stopped = status_with(cluster, "lab", phase="Stopped", message="Stopped by alice.")
    assert "containerState" not in stopped

    suspend(cluster, "lab", is_suspended=False, verb="start")

    make_ready(cluster, "lab")


def test_given_children_when_deleted_by_hand_then_they_come_back(cluster: ApiServer) -> None:
    create(cluster, notebook("lab"))
    old = {r: found(cluster, r, "lab")["metadata"]["uid"] for r in (SERVICES, STATEFUL_SETS)}

    for resource in old:
        cluster.api.delete(resource.path(cluster.namespace, "lab"))

    for resource, uid in old.items():
        eventually(
            lambda r=resource, u=uid: found(cluster, r, "lab")["metadata"]["uid"] != u,  # type: ignore[misc]  # defaults bind the loop's values
            what=f"another {resource.kind}",
        )


def test_given_children_when_edited_by_hand_then_the_edit_is_undone(cluster: ApiServer) -> None:
    create(cluster, notebook("lab"))
    statefulset = STATEFUL_SETS.path(cluster.namespace, "lab")
    service = SERVICES.path(cluster.namespace, "lab")
    found(cluster, STATEFUL_SETS, "lab")
    found(cluster, SERVICES, "lab")
    image = "/spec/template/spec/containers/0/image"
    edit = [
        {"op": "replace", "path": "/spec/replicas", "value": 0},
        {"op": "replace", "path": image, "value": "evil"},
    ]

    cluster.api.expect(200, "PATCH", statefulset, edit, content_type=JSON_PATCH)
    cluster.api.merge(service, {"spec": {"selector": {"ml.oneblock.ai/notebook-name": "other"}}})

    def is_mended() -> bool:
        spec = cluster.api.get(statefulset)["spec"]
        selector = cluster.api.get(service)["spec"]["selector"]
        is_image_back = spec["template"]["spec"]["containers"][0]["image"] == IMAGE
        is_selector_back = selector == {"ml.oneblock.ai/notebook-name": "lab"}
        return is_image_back and is_selector_back and bool(spec["replicas"] == 1)

    eventually(is_mended, what="both are as before")


def test_given_an_environment_variable_when_it_is_taken_away_then_the_pod_template_loses_it(
    cluster: ApiServer,
) -> None:
    obj = notebook("lab")
    container = obj["spec"]["template"]["spec"]["containers"][0]
    container["env"] = [{"name": "EXTRA", "value": "1"}]
    create(cluster, obj)
    assert "EXTRA" in _environment(found(cluster, STATEFUL_SETS, "lab"))

    path = "/spec/template/spec/containers/0/env"
    cluster.api.expect(
        200,
        "PATCH",
        NOTEBOOKS.path(cluster.namespace, "lab"),
        [{"op": "remove", "path": path}],
        content_type=JSON_PATCH,
    )

    eventually(
        lambda: "EXTRA" not in _environment(found(cluster, STATEFUL_SETS, "lab")),
        what="the variable is gone",
    )


def _environment(statefulset: JsonObject) -> set[str]:
    container = statefulset["spec"]["template"]["spec"]["containers"][0]
    return {variable["name"] for variable in container["env"]}


def test_given_a_service_of_that_name_when_a_notebook_is_made_then_it_is_never_touched(
    cluster: ApiServer,
) -> None:
    foreign = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "lab"},
        "spec": {"ports": [{"port": 5432}]},
    }
    before = cluster.api.create(SERVICES.path(cluster.namespace), foreign)

    create(cluster, notebook("lab"))

    status = status_with(cluster, "lab", phase="Failed", reason="NameConflict")
    assert "Service lab" in status["message"]
    assert {"Ready", "NameConflict"} == {c["type"] for c in status["conditions"]}
    after = found(cluster, SERVICES, "lab")
    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]

    cluster.api.delete(SERVICES.path(cluster.namespace, "lab"))
    cluster.api.merge(
        NOTEBOOKS.path(cluster.namespace, "lab"), {"metadata": {"annotations": {"a": "b"}}}
    )
    status_with(cluster, "lab", phase="Starting")


def test_given_a_template_that_no_pod_can_have_when_made_then_that_row_alone_says_so(
    cluster: ApiServer,
) -> None:
    strange = notebook("strange")
    container = strange["spec"]["template"]["spec"]["containers"][0]
    container["volumeMounts"] = [{"name": "nowhere", "mountPath": "/data"}]
    create(cluster, strange)
    create(cluster, notebook("fine"))

    status = status_with(cluster, "strange", phase="Failed", reason="InvalidTemplate")

    assert "nowhere" in status["message"]
    make_ready(cluster, "fine")


def test_given_a_wrong_image_when_edited_then_it_gets_ready_and_nobody_deletes_a_pod(
    cluster: ApiServer,
) -> None:
    path = NOTEBOOKS.path(cluster.namespace, "lab")
    create(cluster, notebook("lab"))
    waiting = {"waiting": {"reason": "ErrImagePull", "message": "not found"}}
    say_of_pod(cluster, "lab", {"state": waiting})
    status_with(cluster, "lab", phase="Failed", reason="ImagePull")

    right = "kubeflownotebookswg/jupyter-scipy:v1.9.0"
    image = {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": right}
    cluster.api.expect(200, "PATCH", path, [image], content_type=JSON_PATCH)

    # The StatefulSet's controller takes the broken pod away; we only say, as its node, that it is.
    pod = PODS.path(cluster.namespace, "lab-0")
    eventually(
        lambda: found(cluster, PODS, "lab-0")["metadata"].get("deletionTimestamp"),
        what="the pod is being replaced",
    )
    end_pod(cluster, "lab")
    eventually(
        lambda: found(cluster, PODS, "lab-0")["spec"]["containers"][0]["image"] == right,
        what=f"{pod} has the right image",
    )
    make_ready(cluster, "lab")


def test_given_a_notebook_when_deleted_then_its_children_go_and_stay_away(
    cluster: ApiServer,
) -> None:
    create(cluster, notebook("lab"))
    found(cluster, STATEFUL_SETS, "lab")
    found(cluster, SERVICES, "lab")

    cluster.api.delete(NOTEBOOKS.path(cluster.namespace, "lab"))

    # A garbage collector looks for new kinds only every 30 s.
    for resource in (STATEFUL_SETS, SERVICES):
        path = resource.path(cluster.namespace, "lab")
        eventually(lambda p=path: not cluster.api.exists(p), what=f"{path} is gone", seconds=80)  # type: ignore[misc]  # defaults bind the loop's values


def test_given_the_shipped_catalog_when_the_setting_is_changed_then_only_default_comes_back(
    cluster: ApiServer,
) -> None:
    shipped = shipped_catalog_json()
    eventually(lambda: cluster.api.exists(SETTING), what="the Setting is made")
    assert cluster.api.get(SETTING)["default"] == shipped

    cluster.api.merge(SETTING, {"default": "{}", "value": '{"jupyter":[]}'})

    eventually(lambda: cluster.api.get(SETTING)["default"] == shipped, what="default is back")
    assert cluster.api.get(SETTING)["value"] == '{"jupyter":[]}'
    cluster.api.delete(SETTING)
    eventually(lambda: cluster.api.exists(SETTING), what="the Setting is made again")


def test_given_a_converged_cluster_when_a_second_controller_starts_then_it_writes_nothing(
    cluster: ApiServer, server: Server, tmp_path: Path
) -> None:
    create(cluster, notebook("lab"))
    make_ready(cluster, "lab")
    objects = [r.path(cluster.namespace, "lab") for r in (NOTEBOOKS, STATEFUL_SETS, SERVICES)]
    before = [cluster.api.get(path) for path in objects]

    # Elected elsewhere, so that it works beside the first instead of standing by.
    second = start_controller(server.kubeconfig, tmp_path, NB_LEASE_NAMESPACE=cluster.namespace)
    eventually(lambda: number(second, RECONCILES) >= 1, what="the second controller has worked")
    second.stop()

    assert [cluster.api.get(path) for path in objects] == before
    log = second.log.read_text().splitlines()
    assert not [line for line in log if f" {cluster.namespace}/" in line]


def test_given_a_controller_when_it_gets_sigterm_then_it_ends_within_ten_seconds(
    server: Server, tmp_path: Path
) -> None:
    process = start_controller(server.kubeconfig, tmp_path)
    eventually(lambda: metrics_port(process), what="it serves")
    began = time.monotonic()

    process.popen.terminate()

    assert process.popen.wait(10) == 0
    assert time.monotonic() - began < 10
    assert "Traceback" not in process.log.read_text()
