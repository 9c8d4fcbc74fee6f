"""The matrix: pod management policy x (missing, unready, ready, finished, terminating, surplus)."""

from __future__ import annotations

import pytest

from sandbox.client import Object
from sandbox.controllers.objects import owner_reference
from sandbox.controllers.statefulset import REVISION_LABEL, plan, pod_of, revision, status
from tests.sandbox.objects import pod, ready, statefulset, terminating


def pods_of(owner: Object, count: int) -> list[Object]:
    made = [pod_of(owner, ordinal) for ordinal in range(count)]
    return [
        {**p, "metadata": {**p["metadata"], "uid": f"uid-{n}"}, "status": {}}
        for n, p in enumerate(made)
    ]


def outdated(obj: Object) -> Object:
    labels = {**obj["metadata"]["labels"], REVISION_LABEL: "lab-0000000000"}
    return {**obj, "metadata": {**obj["metadata"], "labels": labels}}


def names(pods: tuple[Object, ...]) -> list[str]:
    return [p["metadata"]["name"] for p in pods]


PARALLEL = statefulset(replicas=2)
IN_ORDER = statefulset(replicas=2, podManagementPolicy="OrderedReady")
FIRST, SECOND, THIRD = pods_of(PARALLEL, 3)
FINISHED = {**FIRST, "status": {"phase": "Failed"}}


@pytest.mark.parametrize(
    ("owner", "pods", "created", "deleted"),
    [
        pytest.param(PARALLEL, [], ["lab-0", "lab-1"], [], id="parallel makes all at once"),
        pytest.param(IN_ORDER, [], ["lab-0"], [], id="in order makes the first"),
        pytest.param(IN_ORDER, [FIRST], [], [], id="in order waits for the first"),
        pytest.param(IN_ORDER, [ready(FIRST)], ["lab-1"], [], id="in order makes the next"),
        pytest.param(PARALLEL, [FIRST], ["lab-1"], [], id="parallel does not wait"),
        pytest.param(PARALLEL, [FIRST, SECOND], [], [], id="nothing to do"),
        pytest.param(PARALLEL, [FINISHED, SECOND], [], ["lab-0"], id="a finished pod is cleared"),
        pytest.param(IN_ORDER, [FINISHED], [], ["lab-0"], id="a finished pod is cleared in order"),
        pytest.param(PARALLEL, [terminating(FIRST), SECOND], [], [], id="a name is awaited"),
        pytest.param(PARALLEL, [FIRST, SECOND, THIRD], [], ["lab-2"], id="surplus goes"),
        pytest.param(
            IN_ORDER, [ready(FIRST), ready(SECOND), THIRD], [], ["lab-2"], id="surplus in order"
        ),
        pytest.param(
            PARALLEL, [outdated(FIRST), outdated(SECOND)], [], ["lab-1"], id="last one first"
        ),
        pytest.param(
            PARALLEL, [outdated(FIRST), SECOND], [], [], id="waits until the new one is ready"
        ),
        pytest.param(
            PARALLEL, [outdated(FIRST), ready(SECOND)], [], ["lab-0"], id="goes on when it is"
        ),
        pytest.param(IN_ORDER, [outdated(FIRST)], [], [], id="in order is stuck on a broken pod"),
        pytest.param(
            statefulset(updateStrategy={"type": "OnDelete"}),
            [outdated(FIRST)],
            [],
            [],
            id="OnDelete leaves old pods",
        ),
        pytest.param(terminating(PARALLEL), [], [], [], id="a set that goes makes nothing"),
        pytest.param(statefulset(replicas=0), [FIRST], [], ["lab-0"], id="down to zero"),
    ],
)
def test_given_pods_when_planned_then_the_next_step_is_kubernetes_own(
    owner: Object, pods: list[Object], created: list[str], deleted: list[str]
) -> None:
    steps = plan(owner, pods)

    assert names(steps.create) == created
    assert names(steps.delete) == deleted


def test_given_an_unready_pod_of_an_old_template_when_planned_then_parallel_replaces_it() -> None:
    old = ready(outdated(FIRST), is_ready=False)

    steps = plan(statefulset(), [old])

    assert names(steps.delete) == ["lab-0"]


@pytest.mark.timeout(10)
def test_given_replicas_beyond_any_cluster_when_planned_then_some_are_made_and_the_rest_later() -> (
    None
):
    crowd = statefulset(replicas=2**31 - 1)

    made = names(plan(crowd, []).create)

    assert made == [f"lab-{ordinal}" for ordinal in range(100)]


def test_given_a_set_when_its_pod_is_built_then_it_carries_the_labels_of_the_api() -> None:
    made = pod_of(statefulset(), 0)

    assert made["metadata"]["labels"] == {
        "app": "lab",
        "apps.kubernetes.io/pod-index": "0",
        "controller-revision-hash": revision(statefulset()),
        "statefulset.kubernetes.io/pod-name": "lab-0",
    }
    assert made["metadata"]["ownerReferences"] == [owner_reference(statefulset())]
    assert made["spec"]["hostname"] == "lab-0"
    assert made["spec"]["subdomain"] == "lab"


def test_given_another_template_when_hashed_then_the_revision_differs() -> None:
    other = statefulset(template_spec={"containers": []})

    assert revision(other) != revision(statefulset())


def test_given_a_strangers_pod_of_our_name_when_planned_then_it_is_not_counted() -> None:
    stranger = pod("lab-0")

    assert plan(statefulset(), [stranger]).delete == ()
    assert status(statefulset(), [stranger])["replicas"] == 0


@pytest.mark.parametrize("name", ["lab-00", "lab-x", "lab-0-1", "other-0", "lab-1234567890"])
def test_given_an_owned_pod_of_a_strange_name_when_counted_then_it_has_no_ordinal(
    name: str,
) -> None:
    odd = pod(name, meta={"ownerReferences": [owner_reference(statefulset())]})

    assert status(statefulset(), [odd])["replicas"] == 0


def test_given_ready_pods_when_counted_then_the_status_is_complete() -> None:
    counted = status(PARALLEL, [ready(FIRST), ready(SECOND)])

    assert counted == {
        "observedGeneration": 1,
        "replicas": 2,
        "readyReplicas": 2,
        "availableReplicas": 2,
        "currentReplicas": 2,
        "updatedReplicas": 2,
        "currentRevision": revision(PARALLEL),
        "updateRevision": revision(PARALLEL),
        "collisionCount": 0,
    }


def test_given_no_pods_when_counted_then_zeros_that_the_api_omits_are_removed() -> None:
    counted = status(statefulset(replicas=0), [])

    assert counted["readyReplicas"] is None
    assert counted["currentReplicas"] is None
    assert counted["availableReplicas"] == 0


def test_given_an_update_under_way_when_counted_then_both_revisions_are_told() -> None:
    owner = statefulset(status={"currentRevision": "lab-0000000000"})

    counted = status(owner, [outdated(FIRST)])

    assert counted["currentRevision"] == "lab-0000000000"
    assert counted["updateRevision"] == revision(owner)
    assert counted["currentReplicas"] == 1
    assert counted["updatedReplicas"] is None
