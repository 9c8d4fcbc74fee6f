"""What a scheduled pod's container says.

normal: pulling, with numbers, creating, starting, ready, restarting | never a Failed among them
broken: image, rights, memory, crash, mount, config, init container  | each names its object
"""

from __future__ import annotations

import pytest

from controller.containers import Seen, diagnose
from controller.verdict import Diagnosis
from nbcore.names import JsonObject
from nbcore.status import Phase
from tests.controller.objects import IMAGE, condition, event, pod

CREATING = {"waiting": {"reason": "ContainerCreating"}}
RUNNING = {"running": {"startedAt": "2026-11-23T10:00:00Z"}}
OOM = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
PULL = f'Pulling image "{IMAGE}"'
EARLY, LATE = "2026-11-23T10:00:00Z", "2026-11-23T10:00:09Z"


def waiting(reason: str, message: str = "") -> JsonObject:
    return {"waiting": {"reason": reason, "message": message}}


def verdict(own_pod: JsonObject, *events: JsonObject, is_ready: bool = False) -> Diagnosis:
    return diagnose(Seen("lab", IMAGE, "JupyterLab", own_pod, events), is_ready=is_ready)


@pytest.mark.parametrize(
    ("own_pod", "events", "reason", "words"),
    [
        pytest.param(
            pod(), [], "ContainerCreating", "Its container is being made.", id="nothing said yet"
        ),
        pytest.param(
            pod(CREATING), [event("Pulling", PULL)], "Pulling", "Pulling the image.", id="pull"
        ),
        pytest.param(
            pod(CREATING),
            [event("Pulling", f"{PULL}: 2.1 of 5.8 GB")],
            "Pulling",
            "Pulling the image, 2.1 of 5.8 GB.",
            id="pull with numbers",
        ),
        pytest.param(
            pod(CREATING),
            [event("Pulling", f"{PULL}: installing packages (91)")],
            "Pulling",
            "Installing packages (91).",
            id="pull with words",
        ),
        pytest.param(
            pod(CREATING),
            [event("Pulled", at=LATE), event("Pulling", PULL, at=EARLY)],
            "ContainerCreating",
            "Its container is being made.",
            id="pulled",
        ),
        pytest.param(
            pod(CREATING),
            [
                event(
                    "FailedMount",
                    'MountVolume.SetUp failed for volume "kube-api-access": failed to sync '
                    "configmap cache: timed out waiting for the condition",
                )
            ],
            "ContainerCreating",
            "Its container is being made.",
            id="the account's certificates are not there yet",
        ),
        pytest.param(
            pod(waiting("PodInitializing")),
            [],
            "ContainerCreating",
            "Its container is being made.",
            id="init containers run",
        ),
        pytest.param(
            pod(RUNNING, started=False),
            [],
            "Starting",
            "JupyterLab is starting.",
            id="probe awaited",
        ),
        pytest.param(
            pod(
                RUNNING,
                started=True,
                conditions=[
                    condition("Initialized", "True", lastTransitionTime=EARLY),
                    condition("Ready", "False", lastTransitionTime=EARLY),
                ],
            ),
            [],
            "Starting",
            "JupyterLab is starting.",
            id="started, readiness not yet asked",
        ),
        pytest.param(
            pod(
                RUNNING,
                started=True,
                conditions=[
                    condition("Initialized", "True", lastTransitionTime=EARLY),
                    condition("Ready", "False", lastTransitionTime=LATE),
                ],
            ),
            [],
            "NotAnswering",
            "JupyterLab does not answer just now.",
            id="readiness lost",
        ),
        pytest.param(
            pod(RUNNING, started=False, lastState=OOM),
            [],
            "OOMKilled",
            "Out of memory at 4Gi. JupyterLab is starting again.",
            id="starting again after it ran out of memory",
        ),
        pytest.param(
            pod({"terminated": {"exitCode": 0, "reason": "Completed"}}),
            [],
            "Restarting",
            "JupyterLab restarts. It was shut down.",
            id="shut down from its own menu",
        ),
    ],
)
def test_given_a_start_when_followed_then_it_is_starting_and_says_what_happens(
    own_pod: JsonObject, events: list[JsonObject], reason: str, words: str
) -> None:
    assert verdict(own_pod, *events) == Diagnosis(Phase.STARTING, reason, words)


@pytest.mark.parametrize(
    ("own_pod", "events", "reason", "words"),
    [
        pytest.param(
            pod(waiting("ErrImagePull", "manifest unknown")),
            [],
            "ImagePull",
            f"Image not found: {IMAGE}. Check its name and tag, or choose one from the catalog.",
            id="no such image",
        ),
        pytest.param(
            pod(waiting("ImagePullBackOff", f'Back-off pulling image "{IMAGE}"')),
            [
                event("Failed", "Error: ImagePullBackOff", at=LATE),
                event(
                    "Failed",
                    f'Failed to pull image "{IMAGE}": pull access denied, authorization failed',
                ),
            ],
            "ImagePull",
            f"Not allowed to pull {IMAGE}. The namespace needs a pull secret: ask an admin.",
            id="no right to pull, said by an event",
        ),
        pytest.param(
            pod(waiting("ErrImagePull", "x")),
            [
                event(
                    "Failed", f'Failed to pull image "{IMAGE}": the sandbox has no runtime for it.'
                )
            ],
            "ImagePull",
            f"Can't pull image {IMAGE}: the sandbox has no runtime for it.",
            id="another cause, in its own words",
        ),
        pytest.param(
            pod(waiting("InvalidImageName")),
            [],
            "ImagePull",
            f"Can't pull image {IMAGE}.",
            id="no cause",
        ),
        pytest.param(
            pod(waiting("CrashLoopBackOff"), lastState=OOM, restartCount=6),
            [],
            "OOMKilled",
            "Out of memory at 4Gi, 6 restarts. Kernels were lost; files on a volume are safe. "
            "Give it more memory.",
            id="out of memory again and again",
        ),
        pytest.param(
            pod(OOM, restartCount=0),
            [],
            "OOMKilled",
            "Out of memory at 4Gi. Kernels were lost; files on a volume are safe. "
            "Give it more memory.",
            id="out of memory just now",
        ),
        pytest.param(
            pod(
                waiting("CrashLoopBackOff"),
                lastState={"terminated": {"exitCode": 1, "reason": "Error"}},
                restartCount=1,
            ),
            [],
            "CrashLoop",
            "Exit code 1, 1 restart. JupyterLab ended by itself: look at its log.",
            id="crash",
        ),
        pytest.param(
            pod(waiting("CrashLoopBackOff"), lastState={"terminated": {"exitCode": 0}}),
            [],
            "CrashLoop",
            "Exit code 0. JupyterLab ended by itself: look at its log.",
            id="ends at once without an error",
        ),
        pytest.param(
            pod(waiting("CreateContainerConfigError", 'secret "token" not found')),
            [],
            "CreateContainerConfigError",
            'Its container can\'t be made: secret "token" not found.',
            id="a Secret is missing",
        ),
        pytest.param(
            pod(CREATING),
            [event("FailedMount", "Unable to attach or mount volumes: lab: no such disk.")],
            "FailedMount",
            "A volume can't be mounted: Unable to attach or mount volumes: lab: no such disk.",
            id="mount",
        ),
        pytest.param(
            pod(
                pod_status={
                    "initContainerStatuses": [
                        {"name": "prepare", "state": waiting("CrashLoopBackOff", "back-off 10s.")}
                    ]
                }
            ),
            [],
            "CrashLoopBackOff",
            "Init container prepare: back-off 10s.",
            id="init container",
        ),
    ],
)
def test_given_a_fault_when_seen_then_it_is_failed_and_says_what_to_do(
    own_pod: JsonObject, events: list[JsonObject], reason: str, words: str
) -> None:
    assert verdict(own_pod, *events) == Diagnosis(Phase.FAILED, reason, words)


def test_given_a_pod_that_answers_when_seen_then_it_is_ready() -> None:
    found = verdict(pod(RUNNING, started=True), is_ready=True)

    assert found == Diagnosis(Phase.READY, "", "JupyterLab is running.")


@pytest.mark.parametrize(
    "junk", [{}, {"status": None}, {"status": {"containerStatuses": [None, 3]}}]
)
def test_given_a_pod_of_any_shape_when_seen_then_there_is_a_verdict(junk: JsonObject) -> None:
    assert verdict(junk).phase is Phase.STARTING
