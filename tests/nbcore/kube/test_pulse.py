"""The pulse against a server that answers, hangs, is down, or has a proxy in front of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from nbcore.kube.client import Kube
from nbcore.kube.outage import Outage
from nbcore.kube.pulse import Beat, Pulse
from tests.nbcore.kube.faulty_server import FaultyServer, eventually

BEAT = Beat(quiet=0.1, patience=0.2, again=0.02)


@pytest.fixture
def returned() -> threading.Event:
    return threading.Event()


@pytest.fixture
def pulse(kube: Kube, returned: threading.Event) -> Iterator[Pulse]:
    pulse = Pulse(kube, heard=lambda: 0.0, outage=Outage(), on_return=returned.set, beat=BEAT)
    yield pulse
    pulse.stop()


def asked(faulty: FaultyServer) -> int:
    return [target for _, target, *_ in faulty.script.requests].count("/version")


@pytest.mark.parametrize("code", [200, 401, 403, 404, 429])
def test_given_an_answer_of_the_server_when_asked_then_it_is_contact(
    faulty: FaultyServer, pulse: Pulse, returned: threading.Event, code: int
) -> None:
    faulty.script.answers["/version"] = (code, b"{}")

    pulse.start()

    eventually(lambda: pulse.last_contact)
    assert not returned.is_set()


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_given_an_answer_that_may_be_a_proxys_when_asked_then_it_is_no_contact(
    faulty: FaultyServer, pulse: Pulse, code: int
) -> None:
    faulty.script.answers["/version"] = (code, b"{}")

    pulse.start()

    eventually(lambda: asked(faulty) >= 2)
    assert not pulse.last_contact


def test_given_a_server_that_never_answers_when_it_wakes_up_then_its_return_is_told(
    faulty: FaultyServer, pulse: Pulse, returned: threading.Event
) -> None:
    faulty.sleep()
    pulse.start()
    time_to_miss_some = time.monotonic() + 4 * BEAT.patience
    eventually(lambda: time.monotonic() > time_to_miss_some)
    assert not pulse.last_contact

    faulty.script.awake.set()

    assert returned.wait(5)
    assert pulse.last_contact


def test_given_others_who_hear_the_server_when_time_passes_then_it_is_not_asked(
    faulty: FaultyServer, kube: Kube
) -> None:
    looked = threading.Semaphore(0)

    def heard() -> float:
        looked.release()
        return time.monotonic()

    pulse = Pulse(kube, heard=heard, outage=Outage(), on_return=looked.release, beat=BEAT)
    pulse.start()

    assert all(looked.acquire(timeout=5) for _ in range(3))

    pulse.stop()
    assert asked(faulty) == 0


def test_given_a_server_that_hangs_when_stopped_then_nobody_waits_for_it(
    faulty: FaultyServer, kube: Kube
) -> None:
    slow = Beat(quiet=0.01, patience=20)
    pulse = Pulse(
        kube, heard=lambda: 0.0, outage=Outage(), on_return=threading.Event().set, beat=slow
    )
    faulty.sleep()
    pulse.start()
    began = time.monotonic()

    pulse.stop()

    assert time.monotonic() - began < 2
