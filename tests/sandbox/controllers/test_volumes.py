from __future__ import annotations

import pytest

from sandbox.client import Object
from sandbox.controllers import volumes
from sandbox.controllers.volumes import Plan, Step
from tests.sandbox.objects import claim, claim_volume, pod, terminating

CLASSES = {
    "local": volumes.storage_class(),
    "cloud": {"metadata": {"name": "cloud"}, "provisioner": "elsewhere"},
}
BOUND = {"phase": "Bound", "capacity": {"storage": "1Gi"}}
OURS = "pvc-uid-of-lab"
USER = pod(volumes=[claim_volume("lab")])


def protected(obj: Object) -> Object:
    return {**obj, "metadata": {**obj["metadata"], "finalizers": [volumes.PROTECTION]}}


@pytest.mark.parametrize(
    ("found", "pods", "expected"),
    [
        pytest.param(claim(), [], Plan(Step.SET_CLASS, "local"), id="no class: the default"),
        pytest.param(
            claim(storageClassName="local"), [], Plan(Step.BIND, "local"), id="ours: bind"
        ),
        pytest.param(claim(storageClassName=""), [], Plan(Step.NO_CLASS), id="no class wanted"),
        pytest.param(
            claim(storageClassName="cloud"), [], Plan(Step.NOTHING, "cloud"), id="another's class"
        ),
        pytest.param(
            claim(storageClassName="fast"), [], Plan(Step.UNKNOWN_CLASS, "fast"), id="unknown"
        ),
        pytest.param(protected(claim(status=BOUND)), [], Plan(Step.NOTHING), id="bound"),
        pytest.param(
            claim(status=BOUND, volumeName=OURS), [], Plan(Step.BIND), id="bound, not protected"
        ),
        pytest.param(
            claim(status=BOUND, volumeName="theirs"), [], Plan(Step.NOTHING), id="another's volume"
        ),
        pytest.param(
            protected(
                claim(status=BOUND, volumeName=OURS, resources={"requests": {"storage": "2Gi"}})
            ),
            [],
            Plan(Step.BIND),
            id="more was asked for",
        ),
        pytest.param(
            terminating(protected(claim())), [USER], Plan(Step.NOTHING), id="in use: kept"
        ),
        pytest.param(
            terminating(protected(claim())), [], Plan(Step.RELEASE), id="out of use: let go"
        ),
        pytest.param(
            terminating(protected(claim())),
            [{**USER, "status": {"phase": "Failed"}}],
            Plan(Step.RELEASE),
            id="a finished pod does not hold it",
        ),
    ],
)
def test_given_a_claim_when_planned_then_its_next_step_is_known(
    found: Object, pods: list[Object], expected: Plan
) -> None:
    assert volumes.plan(found, CLASSES, pods) == expected


def test_given_no_default_class_when_planned_then_the_claim_waits() -> None:
    assert volumes.plan(claim(), {}, []) == Plan(Step.NO_CLASS)


def test_given_a_claim_when_its_volume_is_built_then_they_name_each_other() -> None:
    found = claim(storageClassName="local")

    made = volumes.volume_of(found, "/data/volumes/x", "sandbox")

    assert made["metadata"]["name"] == "pvc-uid-of-lab"
    assert made["spec"]["claimRef"]["uid"] == "uid-of-lab"
    assert made["spec"]["capacity"] == {"storage": "1Gi"}
    (term,) = made["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert term["matchExpressions"][0]["values"] == ["sandbox"]
    assert not volumes.is_abandoned(made, {("demo", "lab"): found})


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({}, id="the claim is gone"),
        pytest.param(
            {("demo", "lab"): {**claim(), "metadata": {"uid": "another"}}},
            id="another claim has its name",
        ),
    ],
)
def test_given_a_volume_when_its_claim_is_gone_then_it_is_abandoned(
    claims: dict[tuple[str, str], Object],
) -> None:
    made = volumes.volume_of(claim(storageClassName="local"), "/x", "sandbox")

    assert volumes.is_abandoned(made, claims)


def test_given_a_volume_to_be_retained_when_its_claim_is_gone_then_it_stays() -> None:
    made = volumes.volume_of(claim(storageClassName="local"), "/x", "sandbox", "Retain")

    assert not volumes.is_abandoned(made, {})


def test_given_a_volume_that_somebody_else_made_when_asked_then_it_is_never_ours_to_remove() -> (
    None
):
    made = volumes.volume_of(claim(storageClassName="local"), "/x", "sandbox")
    foreign = {**made, "metadata": {"name": "pvc-x"}}

    assert not volumes.is_abandoned(foreign, {})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("pvc-0f3c-1", True, id="ours"),
        pytest.param("..", False, id="up"),
        pytest.param("pvc-../x", False, id="up and down"),
        pytest.param("pvc-a/b", False, id="below another"),
        pytest.param("", False, id="the folder of all volumes"),
        pytest.param("pvc-" + "a" * 80, False, id="too long"),
    ],
)
def test_given_a_volume_name_when_it_becomes_a_folder_then_it_stays_in_its_place(
    name: str, *, expected: bool
) -> None:
    assert volumes.is_volume_name(name) is expected
