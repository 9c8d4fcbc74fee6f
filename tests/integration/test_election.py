"""Never two leaders, and never none for longer than a lease, on a real API server."""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import urllib3

from controller.election import LEASE_NAME, Pace
from controller.elector import Candidate, Elector
from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.kube.resources import LEASES, NOTEBOOKS, STATEFUL_SETS
from nbcore.settings import Settings
from tests.cluster.api import JsonObject, eventually
from tests.cluster.control_plane import ControlPlane
from tests.cluster.processes import Process
from tests.cluster.servers import ApiServer, Server
from tests.integration.fault_proxy import FaultProxy, fault_proxy
from tests.integration.running_controller import LEADING, metrics_port, number, start_controller
from tests.integration.test_controller import notebook

QUICK = Pace(lease=2, renew=1.4, retry=0.2)
LEASE_SECONDS, RENEW_SECONDS, RETRY_SECONDS = 15, 10, 2
# What a busy machine may add to any of these.
SLACK_SECONDS = 6
HOURS = timedelta(hours=30)


@pytest.fixture
def cluster(api_server: ApiServer) -> ApiServer:
    if not api_server.is_real:
        pytest.skip("the sandbox has one controller: whoever holds the lock of its folder")
    return api_server


@pytest.fixture
def proxies(control_plane: ControlPlane, tmp_path: Path) -> Iterator[Callable[[], FaultProxy]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(fault_proxy(control_plane, tmp_path))


class Starter:
    """Starts controllers that share a Lease in the test's namespace."""

    def __init__(self, namespace: str, folder: Path) -> None:
        self._namespace = namespace
        self._folder = folder
        self._numbers = itertools.count(1)
        self.started: list[Process] = []

    def __call__(self, kubeconfig: Path) -> Process:
        folder = self._folder / f"controller-{next(self._numbers)}"
        process = start_controller(kubeconfig, folder, NB_LEASE_NAMESPACE=self._namespace)
        self.started.append(process)
        return process


@pytest.fixture
def start(cluster: ApiServer, tmp_path: Path) -> Iterator[Starter]:
    starter = Starter(cluster.namespace, tmp_path)
    yield starter
    for process in starter.started:
        process.stop()


def leads(process: Process) -> bool:
    return process.is_running and number(process, LEADING) == 1


def is_ready(process: Process) -> bool:
    url = f"http://127.0.0.1:{metrics_port(process)}/readyz"
    return urllib3.request("GET", url).status == 200


def lease(cluster: ApiServer) -> JsonObject:
    spec: JsonObject = cluster.api.get(LEASES.path(cluster.namespace, LEASE_NAME))["spec"]
    return spec


def test_given_a_leader_when_it_ends_in_good_order_then_the_next_leads_at_once(
    cluster: ApiServer, start: Starter
) -> None:
    first = start(cluster.kubeconfig)
    eventually(lambda: leads(first), what="the first leads")
    second = start(cluster.kubeconfig)
    eventually(lambda: "metrics on port" in second.log.read_text(), what="the second is there")
    eventually(lambda: is_ready(second), what="the second has read everything")
    assert not leads(second)
    before = lease(cluster)
    assert (before["leaseDurationSeconds"], before["leaseTransitions"]) == (LEASE_SECONDS, 0)

    first.popen.terminate()

    assert first.popen.wait(10) == 0
    eventually(lambda: leads(second), what="it leads", seconds=RETRY_SECONDS + SLACK_SECONDS)
    assert lease(cluster)["leaseTransitions"] == 1


def test_given_a_leader_when_it_is_killed_then_the_next_leads_within_the_lease_time(
    cluster: ApiServer, start: Starter
) -> None:
    first = start(cluster.kubeconfig)
    eventually(lambda: leads(first), what="the first leads")
    second = start(cluster.kubeconfig)
    eventually(lambda: "metrics on port" in second.log.read_text(), what="the second is there")

    first.popen.kill()

    patience = LEASE_SECONDS + RETRY_SECONDS + SLACK_SECONDS
    eventually(lambda: leads(second), what="it leads", seconds=patience)


def test_given_a_paused_leader_when_it_wakes_after_the_next_leads_then_it_ends_without_a_write(
    cluster: ApiServer, start: Starter, proxies: Callable[[], FaultProxy]
) -> None:
    proxy = proxies()
    paused = start(proxy.kubeconfig)
    eventually(lambda: leads(paused), what="the first leads")
    second = start(cluster.kubeconfig)
    cluster.api.create(NOTEBOOKS.path(cluster.namespace), notebook("before"))
    statefulset = STATEFUL_SETS.path(cluster.namespace, "before")
    eventually(lambda: cluster.api.exists(statefulset), what="it works")

    os.kill(paused.popen.pid, signal.SIGSTOP)
    patience = LEASE_SECONDS + RETRY_SECONDS + SLACK_SECONDS
    eventually(lambda: leads(second), what="the second leads", seconds=patience)
    until_then = len(proxy.writes(cluster.namespace))
    # Work that wakes the paused one before anything else does.
    cluster.api.delete(statefulset)
    cluster.api.create(NOTEBOOKS.path(cluster.namespace), notebook("after"))
    os.kill(paused.popen.pid, signal.SIGCONT)

    assert paused.popen.wait(RETRY_SECONDS + SLACK_SECONDS) == 1
    assert "leadership is lost" in paused.log.read_text()
    assert until_then > 0
    assert len(proxy.writes(cluster.namespace)) == until_then
    after = STATEFUL_SETS.path(cluster.namespace, "after")
    eventually(lambda: cluster.api.exists(after), what="the second works")


def test_given_a_leader_when_the_server_is_away_then_three_seconds_pass_and_longer_ends_it(
    cluster: ApiServer, start: Starter, proxies: Callable[[], FaultProxy]
) -> None:
    proxy = proxies()
    process = start(proxy.kubeconfig)
    eventually(lambda: leads(process), what="it leads")

    proxy.down()
    time.sleep(3)  # how long the server is away is what this is about
    proxy.up()
    renewed = lease(cluster)["renewTime"]
    eventually(lambda: lease(cluster)["renewTime"] > renewed, what="it renews again")
    assert leads(process)
    assert lease(cluster)["leaseTransitions"] == 0

    proxy.down()
    began = time.monotonic()
    code = process.popen.wait(LEASE_SECONDS + SLACK_SECONDS)
    assert code == 1
    assert time.monotonic() - began < LEASE_SECONDS


class Trial:
    """One candidate in this process; whoever loses says so and ends."""

    def __init__(
        self, kube: Kube, candidate: Candidate, wall: Callable[[], datetime] | None = None
    ) -> None:
        self.losses = 0
        self.elector = Elector(
            kube,
            candidate,
            on_leading=lambda: None,
            on_lost=self._lost,
            wall=wall or (lambda: datetime.now(UTC)),
        )
        self.elector.start()

    def _lost(self) -> None:
        self.losses += 1


@contextmanager
def kube_at(kubeconfig: Path) -> Iterator[Kube]:
    environ = {"NB_CLUSTER": "kubeconfig", "KUBECONFIG": str(kubeconfig)}
    with connect(Settings.from_environ(environ)) as client:
        yield Kube(client, OwnAccount("tests"), read_seconds=QUICK.retry)


def test_given_walls_that_jump_by_hours_when_one_leads_then_it_stays_the_only_one(
    server: Server, api_server: ApiServer
) -> None:
    chance = random.Random(4)  # noqa: S311 repeatable

    def jumping() -> datetime:
        return datetime.now(UTC) + HOURS * chance.uniform(-1, 1)

    with kube_at(server.kubeconfig) as kube:
        first = Trial(kube, Candidate(api_server.namespace, "a", QUICK), jumping)
        eventually(lambda: first.elector.is_leading, what="it leads")
        second = Trial(kube, Candidate(api_server.namespace, "b", QUICK), jumping)

        samples = _samples([first, second], seconds=3 * QUICK.lease)

        assert set(samples) == {(True, False)}
        first.elector.stop(release=True)
        eventually(lambda: second.elector.is_leading, what="the second leads")
        second.elector.stop(release=False)


def test_given_a_leader_when_its_lease_is_deleted_then_it_makes_it_anew(
    server: Server, api_server: ApiServer
) -> None:
    path = LEASES.path(api_server.namespace, LEASE_NAME)
    with kube_at(server.kubeconfig) as kube:
        trial = Trial(kube, Candidate(api_server.namespace, "a", QUICK))
        eventually(lambda: trial.elector.is_leading, what="it leads")

        api_server.api.delete(path)

        eventually(lambda: api_server.api.exists(path), what="there is another")
        assert (trial.elector.is_leading, trial.losses) == (True, 0)
        trial.elector.stop(release=False)


def test_given_three_candidates_when_the_network_fails_at_random_then_never_two_lead(
    cluster: ApiServer, proxies: Callable[[], FaultProxy]
) -> None:
    chance = random.Random(2026)  # noqa: S311 repeatable
    names = itertools.count()
    lines = [proxies() for _ in range(3)]
    with ExitStack() as stack:
        kubes = [stack.enter_context(kube_at(proxy.kubeconfig)) for proxy in lines]

        def candidate(kube: Kube) -> Trial:
            return Trial(kube, Candidate(cluster.namespace, f"c{next(names)}", QUICK))

        trials = [candidate(kube) for kube in kubes]
        leaders: set[Trial] = set()
        for _ in range(12):
            troubled = chance.choice(lines)
            troubled.down()
            samples = _samples(trials, seconds=chance.uniform(0.2, 2.5))
            assert all(sum(sample) <= 1 for sample in samples)
            leaders |= {trial for trial in trials if trial.elector.is_leading}
            troubled.up()
            # A process that lost would be started again.
            trials = [
                candidate(kube) if trial.losses else trial
                for kube, trial in zip(kubes, trials, strict=True)
            ]
        for trial in trials:
            trial.elector.stop(release=False)

    assert len(leaders) > 1, "nobody ever lost, so that nothing was tried"


def _samples(trials: list[Trial], *, seconds: float) -> list[tuple[bool, ...]]:
    """Who leads, every few milliseconds."""
    deadline = time.monotonic() + seconds
    samples = []
    while time.monotonic() < deadline:
        samples.append(tuple(trial.elector.is_leading for trial in trials))
        time.sleep(0.005)
    return samples
