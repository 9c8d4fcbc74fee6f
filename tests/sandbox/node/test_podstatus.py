from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.client import Object
from sandbox.node.podstatus import (
    Container,
    Running,
    Terminated,
    Waiting,
    phase,
    qos_class,
    recovered,
    status,
)
from tests.sandbox.objects import container, pod

THEN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 1, 2, tzinfo=UTC)
RUNS = Container("lab", "i", Running(NOW), is_ready=True, is_started=True)
WAITS = Container("lab", "i")
CRASHED = Container("lab", "i", Waiting("CrashLoopBackOff"), last=Terminated(1, "Error", NOW, NOW))


def ended(code: int) -> Container:
    return Container("lab", "i", Terminated(code, "Error", NOW, NOW))


@pytest.mark.parametrize(
    ("policy", "containers", "expected"),
    [
        pytest.param("Always", [WAITS], "Pending", id="not started"),
        pytest.param("Always", [RUNS, WAITS], "Pending", id="one not started"),
        pytest.param("Always", [RUNS], "Running", id="runs"),
        pytest.param("Always", [CRASHED], "Running", id="waits to be restarted"),
        pytest.param("Always", [ended(0)], "Running", id="will be restarted"),
        pytest.param("Never", [ended(0)], "Succeeded", id="ended well"),
        pytest.param("Never", [ended(0), ended(2)], "Failed", id="one ended badly"),
        pytest.param("Never", [ended(2), RUNS], "Running", id="one still runs"),
        pytest.param("OnFailure", [ended(2)], "Running", id="to be tried again"),
    ],
)
def test_given_containers_when_summed_up_then_the_phase_is_the_apis(
    policy: str, containers: list[Container], expected: str
) -> None:
    assert phase(pod(restartPolicy=policy), containers) == expected


def worded(obj: Object, *containers: Container) -> Object:
    return status(obj, containers, address="127.70.0.1", started_at=THEN, now=NOW)


def test_given_an_unready_container_when_worded_then_the_conditions_name_it() -> None:
    conditions = {c["type"]: c for c in worded(pod(), WAITS)["conditions"]}

    assert conditions["Ready"]["status"] == "False"
    assert conditions["Ready"]["reason"] == "ContainersNotReady"
    assert conditions["ContainersReady"]["message"] == "containers with unready status: [lab]"
    assert conditions["Initialized"]["status"] == "True"


def test_given_a_condition_that_stays_when_worded_then_its_time_stays() -> None:
    old = [
        {"type": "Ready", "status": "True", "lastTransitionTime": "2025-05-05T00:00:00Z"},
        {
            "type": "ContainersReady",
            "status": "False",
            "lastTransitionTime": "2025-05-05T00:00:00Z",
        },
    ]
    before = {**pod(), "status": {"conditions": old}}

    conditions = {c["type"]: c for c in worded(before, RUNS)["conditions"]}

    assert conditions["Ready"]["lastTransitionTime"] == "2025-05-05T00:00:00Z"
    assert conditions["ContainersReady"]["lastTransitionTime"] == "2026-01-02T00:00:00Z"


def test_given_an_ended_run_when_worded_then_both_states_are_told() -> None:
    (entry,) = worded(pod(), CRASHED)["containerStatuses"]

    assert entry["state"] == {"waiting": {"reason": "CrashLoopBackOff"}}
    assert entry["lastState"]["terminated"]["exitCode"] == 1


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({}, "BestEffort"),
        ({"limits": {"nvidia.com/gpu": "1"}}, "BestEffort"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}}, "Guaranteed"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1000m"}}, "Guaranteed"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1m"}}, "Burstable"),
        ({"requests": {"cpu": "1"}}, "Burstable"),
    ],
)
def test_given_resources_when_classed_then_the_class_is_kubernetes_own(
    resources: Any, expected: str
) -> None:
    assert qos_class(pod(containers=[container(resources=resources)])) == expected


def test_given_a_class_that_the_server_has_set_when_status_is_worded_then_it_is_not_changed() -> (
    None
):
    classed = {**pod(), "status": {"qosClass": "Burstable"}}

    worded = status(classed, [], address="", started_at=THEN, now=NOW)

    assert worded["qosClass"] == "Burstable"


def test_given_a_container_that_ran_when_the_node_comes_back_then_it_counts_a_restart() -> None:
    ran = {
        "name": "lab",
        "restartCount": 2,
        "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}},
    }
    before = {**pod(), "status": {"containerStatuses": [ran]}}

    again = recovered(before, "lab", "i", NOW)

    assert again.restarts == 3
    assert again.last == Terminated(255, "Unknown", THEN, NOW)


@pytest.mark.parametrize(
    ("statuses", "restarts"),
    [
        pytest.param([], 0, id="new"),
        pytest.param(
            [{"name": "lab", "restartCount": 2, "state": {"waiting": {}}}], 2, id="it waited"
        ),
    ],
)
def test_given_a_container_that_did_not_run_when_the_node_comes_back_then_nothing_is_counted(
    statuses: list[Object], restarts: int
) -> None:
    before = {**pod(), "status": {"containerStatuses": statuses}}

    assert recovered(before, "lab", "i", NOW) == Container("lab", "i", restarts=restarts)
