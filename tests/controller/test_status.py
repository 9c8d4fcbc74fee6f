from __future__ import annotations

from datetime import UTC, datetime

from controller.children import Children
from controller.status import build_status
from controller.verdict import Diagnosis
from nbcore.names import JsonObject
from nbcore.status import NotebookStatus, Phase
from tests.controller.objects import converged, notebook, pod

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
STARTING = Diagnosis(Phase.STARTING, "Pulling", "Pulling the image.")
READY = Diagnosis(Phase.READY, "", "JupyterLab is running.")


def build(verdict: Diagnosis, now: datetime = NOW, **status: object) -> JsonObject:
    return build_status(notebook(status=dict(status)), Children(), verdict, now)


def test_given_a_verdict_when_written_then_it_is_read_back_as_it_was() -> None:
    status = build(STARTING)

    assert status["observedGeneration"] == 3
    assert NotebookStatus.from_object({"status": status}) == NotebookStatus(
        Phase.STARTING, "Pulling", "Pulling the image."
    )


def test_given_a_reason_that_is_over_when_written_again_then_nothing_of_it_is_left() -> None:
    status = build(READY, **build(STARTING))

    assert "reason" not in status
    assert status["readyReplicas"] == 1


def test_given_a_condition_when_it_changes_then_its_time_does_and_else_not() -> None:
    first = build(STARTING)
    same = build(Diagnosis(Phase.FAILED, "ImagePull", "x"), LATER, **first)
    changed = build(READY, LATER, **first)

    assert first["conditions"][0]["lastTransitionTime"] == "2026-11-23T10:00:00Z"
    assert same["conditions"][0]["lastTransitionTime"] == "2026-11-23T10:00:00Z"
    assert changed["conditions"][0]["lastTransitionTime"] == "2026-11-23T11:00:00Z"


def test_given_fields_of_others_when_written_then_they_are_kept() -> None:
    status = build(READY, lastActivity="2026-11-23T09:00:00Z", stopAt="2026-11-23T12:00:00Z", x=1)

    assert status["lastActivity"] == "2026-11-23T09:00:00Z"
    assert status["stopAt"] == "2026-11-23T12:00:00Z"
    assert "x" not in status


def test_given_a_container_when_its_state_changes_then_only_the_new_one_is_left() -> None:
    parent = notebook(status={"containerState": {"running": {}}})
    waiting = {"waiting": {"reason": "CrashLoopBackOff"}}

    status = build_status(parent, converged(parent, pod(waiting)), READY, NOW)
    gone = build_status(parent, converged(parent, None), READY, NOW)

    assert status["containerState"] == waiting
    assert "containerState" not in gone
