from __future__ import annotations

import pytest

from gateway.situation import Kind, situation
from gateway.upstream import Refused


@pytest.mark.parametrize(
    ("phase", "suspend", "kind", "title"),
    [
        (None, False, Kind.WAITING, "nb is starting"),
        ("Pending", False, Kind.WAITING, "nb is starting"),
        ("Starting", False, Kind.WAITING, "nb is starting"),
        ("Ready", False, Kind.WAITING, "nb is starting"),
        ("Stopped", False, Kind.WAITING, "nb is starting"),
        ("Stopping", False, Kind.WAITING, "nb is starting"),
        ("Failed", False, Kind.FAILED, "nb has failed"),
        ("Stopped", True, Kind.STOPPED, "nb is stopped"),
        ("Stopping", True, Kind.STOPPED, "nb is stopping"),
        ("Ready", True, Kind.STOPPED, "nb is stopping"),
        ("Failed", True, Kind.STOPPED, "nb is stopping"),
        ("Terminating", False, Kind.STOPPED, "nb is being deleted"),
        ("nonsense", False, Kind.WAITING, "nb is starting"),
    ],
)
def test_given_a_status_when_not_ready_then_kind_and_title_follow_phase_and_suspend(
    phase: str | None, kind: Kind, title: str, *, suspend: bool
) -> None:
    notebook = {
        "metadata": {"name": "nb"},
        "spec": {"suspend": suspend},
        "status": {"phase": phase},
    }

    now = situation(notebook, Refused.NOT_READY)

    assert (now.kind, now.title) == (kind, title)
    assert now.message


def test_given_a_message_of_the_controller_when_not_ready_then_it_is_told() -> None:
    notebook = {"metadata": {"name": "nb"}, "status": {"phase": "Failed", "message": "OOMKilled"}}

    assert situation(notebook, Refused.NOT_READY).message == "OOMKilled"


@pytest.mark.parametrize("refused", [each for each in Refused if each is not Refused.NOT_READY])
def test_given_a_refusal_when_told_then_its_own_sentence_is_the_message(refused: Refused) -> None:
    now = situation({"metadata": {"name": "nb"}}, refused)

    assert (now.kind, now.message) == (Kind.REFUSED, refused.value)


def test_given_an_address_when_told_then_it_is_ready() -> None:
    assert situation({}, None).kind is Kind.READY
