"""Where a notebook is, and the words for it.

not scheduled: waiting, unschedulable, volume missing | scheduled: see test_containers.py
no pod: waiting, quota, refused, an old refusal       | suspended: stopping, stopped, by whom
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controller.children import Children
from controller.diagnosis import diagnose, refusal
from controller.verdict import Diagnosis
from nbcore.catalog import shipped_catalog
from nbcore.names import LAST_ACTION_ANNOTATION, JsonObject
from nbcore.notebook import Notebook
from nbcore.status import Phase
from tests.controller.objects import condition, converged, event, foreign, notebook, pod

QUOTA = (
    'create Pod lab-0 in StatefulSet lab failed error: pods "lab-0" is forbidden: exceeded quota: '
    "gpus, requested: requests.nvidia.com/gpu=1, used: requests.nvidia.com/gpu=4, limited: "
    "requests.nvidia.com/gpu=4"
)
OLD = "2026-11-23T09:00:00Z"


def action(verb: str) -> dict[str, str]:
    text = f'{{"verb":"{verb}","by":"alice","when":"2026-11-23T09:30:00Z"}}'
    return {LAST_ACTION_ANNOTATION: text}


def verdict(parent: JsonObject, children: Children) -> Diagnosis:
    return diagnose(Notebook.from_object(parent, shipped_catalog()), children)


def unschedulable(message: str) -> JsonObject:
    told = condition("PodScheduled", "False", reason="Unschedulable", message=message)
    return pod(node="", conditions=[told])


@pytest.mark.parametrize(
    ("own_pod", "phase", "reason", "words"),
    [
        pytest.param(None, Phase.PENDING, "", "Waiting for its pod.", id="no pod yet"),
        pytest.param(pod(node=""), Phase.PENDING, "", "Waiting for a node.", id="no node yet"),
        pytest.param(
            unschedulable(
                "0/2 nodes are available: 2 Insufficient nvidia.com/gpu. preemption: 0/2 nodes are "
                "available: 2 No preemption victims found for incoming pod."
            ),
            Phase.PENDING,
            "Unschedulable",
            "No free GPU. It starts by itself when a node has enough nvidia.com/gpu.",
            id="no free GPU",
        ),
        pytest.param(
            unschedulable("0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory."),
            Phase.PENDING,
            "Unschedulable",
            "No free CPU and memory. It starts by itself when a node has enough cpu and memory.",
            id="two scarce resources",
        ),
        pytest.param(
            unschedulable(
                "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). "
                "no new claims to deallocate, preemption: 0/3 nodes are available: ..."
            ),
            Phase.PENDING,
            "Unschedulable",
            "No node can take it: 1 Insufficient cpu, 2 node(s) had untolerated taint(s). "
            "It starts by itself when one can.",
            id="two causes, newer tail",
        ),
        pytest.param(
            unschedulable("no nodes available to schedule pods"),
            Phase.PENDING,
            "Unschedulable",
            "No node can take it: no nodes available to schedule pods. "
            "It starts by itself when one can.",
            id="a sentence of another form",
        ),
        pytest.param(
            unschedulable('0/1 nodes are available: persistentvolumeclaim "data" not found. x'),
            Phase.PENDING,
            "VolumeMissing",
            "No volume data. It starts by itself when there is one in demo.",
            id="volume missing",
        ),
        pytest.param(
            unschedulable(
                "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not "
                "found"
            ),
            Phase.PENDING,
            "VolumePending",
            "Its volume is being made. It starts by itself when the volume is there.",
            id="volume not bound yet",
        ),
        pytest.param(
            pod(metadata={"deletionTimestamp": OLD}),
            Phase.STARTING,
            "Restarting",
            "Its earlier pod ends first.",
            id="an earlier pod is ending",
        ),
        pytest.param(
            pod(
                phase="Failed",
                pod_status={"reason": "Evicted", "message": "The node was low on memory."},
            ),
            Phase.FAILED,
            "Evicted",
            "The node was low on memory.",
            id="evicted",
        ),
    ],
)
def test_given_a_notebook_that_should_run_when_its_pod_is_seen_then_the_verdict_is(
    own_pod: JsonObject | None, phase: Phase, reason: str, words: str
) -> None:
    parent = notebook()

    assert verdict(parent, converged(parent, own_pod)) == Diagnosis(phase, reason, words)


def test_given_a_pod_of_somebody_elses_statefulset_when_seen_then_it_counts_as_none() -> None:
    parent = notebook()
    ready = pod({"running": {}}, conditions=[condition("Ready", "True")])

    found = verdict(parent, converged(parent, foreign(ready, uid="uid-other")))

    assert found.phase is Phase.PENDING


def with_statefulset(children: Children, generation: int, **status: Any) -> Children:
    assert children.statefulset is not None
    metadata = {**children.statefulset["metadata"], "generation": generation}
    told = {**children.statefulset, "metadata": metadata, "status": status}
    return replace(children, statefulset=told)


@pytest.mark.parametrize(
    ("generation", "status", "labels"),
    [
        pytest.param(
            1,
            {"observedGeneration": 1, "updateRevision": "lab-2"},
            {"controller-revision-hash": "lab-1"},
            id="old",
        ),
        pytest.param(2, {"observedGeneration": 1}, {}, id="a change not seen by its controller"),
        pytest.param(2, {"replicas": 0}, {}, id="a change right after it was made"),
    ],
)
def test_given_a_pod_of_an_earlier_template_when_ready_then_it_is_said_to_restart(
    generation: int, status: JsonObject, labels: JsonObject
) -> None:
    parent = notebook()
    ready = pod(
        {"running": {}}, conditions=[condition("Ready", "True")], metadata={"labels": labels}
    )
    children = with_statefulset(converged(parent, ready), generation, **status)

    assert verdict(parent, children).reason == "Restarting"


def test_given_a_first_pod_when_its_statefulset_has_no_status_yet_then_nothing_is_said_to_end() -> (
    None
):
    parent = notebook()

    found = verdict(parent, with_statefulset(converged(parent, pod(node="")), 1, replicas=0))

    assert found == Diagnosis(Phase.PENDING, "", "Waiting for a node.")


@pytest.mark.parametrize(
    ("annotations", "own_pod", "expected"),
    [
        pytest.param(
            action("stop"), pod(), Diagnosis(Phase.STOPPING, "", "lab is stopping."), id="pod there"
        ),
        pytest.param(
            action("stop"), None, Diagnosis(Phase.STOPPED, "", "Stopped by alice."), id="by alice"
        ),
        pytest.param({}, None, Diagnosis(Phase.STOPPED, "", ""), id="by kubectl"),
        pytest.param(action("start"), None, Diagnosis(Phase.STOPPED, "", ""), id="started before"),
    ],
)
def test_given_a_suspended_notebook_when_seen_then_it_says_whether_and_by_whom_it_stopped(
    annotations: dict[str, str], own_pod: JsonObject | None, expected: Diagnosis
) -> None:
    parent = notebook(suspend=True, annotations=annotations)

    assert verdict(parent, converged(parent, own_pod)) == expected


def test_given_a_quota_when_the_pod_is_refused_then_it_is_pending_with_the_numbers() -> None:
    parent = notebook(annotations=action("start"))

    found = verdict(parent, converged(parent, None, event("FailedCreate", QUOTA)))

    assert (found.phase, found.reason) == (Phase.PENDING, "QuotaExceeded")
    assert found.message == (
        "Over the quota of demo: gpus, requested: requests.nvidia.com/gpu=1, used: "
        "requests.nvidia.com/gpu=4, limited: requests.nvidia.com/gpu=4. "
        "Stop something or ask for less."
    )


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([event("FailedCreate", QUOTA, at=OLD)], id="refused in an earlier run"),
        pytest.param(
            [
                event("FailedCreate", QUOTA, at="2026-11-23T10:00:00Z"),
                event("SuccessfulCreate", "made", at="2026-11-23T10:00:01Z"),
            ],
            id="made since",
        ),
    ],
)
def test_given_an_old_refusal_when_the_pod_is_awaited_then_it_is_not_told(
    events: list[JsonObject],
) -> None:
    parent = notebook(annotations=action("start"))

    found = verdict(parent, converged(parent, None, *events))

    assert found == Diagnosis(Phase.PENDING, "", "Waiting for its pod.")


def test_given_a_refusal_that_is_no_quota_when_told_then_it_is_a_failure_in_the_servers_words() -> (
    None
):
    found = refusal('violates PodSecurity "restricted": allowPrivilegeEscalation != false.', "demo")

    assert found == Diagnosis(
        Phase.FAILED,
        "PodRefused",
        'The cluster refuses it: violates PodSecurity "restricted": '
        "allowPrivilegeEscalation != false.",
    )
