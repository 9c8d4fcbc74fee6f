"""What happens to controllers, happens here: on a real API server, through a proxy that fails.

| what | expected |
| --- | --- |
| 409 or 500 three times in a row | tried again until it is done |
| 429 with Retry-After | not before that time |
| a child deleted while nobody watched, then 410 | found by the new list, made again |
| the server away for 30 s, with changes meanwhile | all of them carried out afterwards |
| a parent deleted while the cache lags | nothing is made for it |
| a start with everything converged | no write |
| a watch that says nothing | replaced after the silence |
| killed after each single write of a reconcile | nothing lost, nothing twice |

The controller runs in this process and without election, except where it is killed.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from controller.loop import Controller
from controller.metrics import Metrics
from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.kube.informer import Informer, Pace
from nbcore.kube.requests import Selection
from nbcore.kube.resources import NOTEBOOKS, SERVICES, STATEFUL_SETS
from nbcore.names import FIELD_MANAGER_CONTROLLER
from nbcore.settings import Settings
from tests.cluster.api import Api, JsonObject, eventually
from tests.cluster.control_plane import ControlPlane
from tests.cluster.processes import Process
from tests.cluster.servers import ApiServer
from tests.integration.fault_proxy import FaultProxy, Passed, fault_proxy
from tests.integration.running_controller import RECONCILES, start_controller
from tests.integration.test_controller import notebook

CHILDREN = (SERVICES, STATEFUL_SETS)


@dataclass(frozen=True, slots=True)
class Line:
    """A namespace of a real API server, reached directly by the test and by proxy otherwise."""

    api: Api
    namespace: str
    proxy: FaultProxy

    def create(self, name: str) -> JsonObject:
        made: JsonObject = self.api.create(NOTEBOOKS.path(self.namespace), notebook(name))
        return made

    def has_children(self, name: str) -> bool:
        return all(self.api.exists(child.path(self.namespace, name)) for child in CHILDREN)

    def is_converged(self, name: str) -> bool:
        """Its children are there, and it has a status that speaks of them."""
        status = self.api.get(NOTEBOOKS.path(self.namespace, name)).get("status") or {}
        return self.has_children(name) and "phase" in status


@pytest.fixture
def line(api_server: ApiServer, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Line]:
    if not api_server.is_real:
        pytest.skip("faults are tried where the server is not ours")
    plane: ControlPlane = request.getfixturevalue("control_plane")
    with fault_proxy(plane, tmp_path) as proxy:
        yield Line(api_server.api, api_server.namespace, proxy)


@pytest.fixture
def kube(line: Line) -> Iterator[Kube]:
    environ = {"NB_CLUSTER": "kubeconfig", "KUBECONFIG": str(line.proxy.kubeconfig)}
    with connect(Settings.from_environ(environ)) as client:
        yield Kube(client, OwnAccount("tests"), field_manager=FIELD_MANAGER_CONTROLLER)


@pytest.fixture
def start(kube: Kube) -> Iterator[Callable[[], Metrics]]:
    """Starts a controller in this process; gives what it counts."""
    with ExitStack() as stack:

        def started() -> Metrics:
            metrics = Metrics()
            controller = Controller(kube, metrics)
            stack.callback(controller.stop)
            controller.follow()
            controller.start()
            return metrics

        yield started


@pytest.mark.parametrize("code", [409, 500])
def test_given_a_server_that_refuses_when_a_child_is_made_then_it_is_tried_until_it_is(
    line: Line, start: Callable[[], Metrics], code: int
) -> None:
    path = STATEFUL_SETS.path(line.namespace, "lab")
    line.proxy.faults.refusals["PATCH", path] = [code] * 3
    start()

    line.create("lab")

    eventually(lambda: line.is_converged("lab"), what="it is made all the same")
    first_four = [each.status for each in line.proxy.attempts("PATCH", path)[:4]]
    assert first_four == [code, code, code, 201]


def test_given_a_busy_server_when_it_names_a_time_then_it_is_left_alone_until_then(
    line: Line, start: Callable[[], Metrics]
) -> None:
    path = SERVICES.path(line.namespace, "lab")
    line.proxy.faults.refusals["PATCH", path] = [429]
    line.proxy.faults.retry_after = 3
    start()

    line.create("lab")

    eventually(lambda: line.has_children("lab"), what="it is made")
    refused, made = line.proxy.attempts("PATCH", path)[:2]
    assert (refused.status, made.status) == (429, 201)
    assert made.when - refused.when >= 3


def test_given_a_delete_that_no_watch_told_of_when_listed_again_then_the_child_comes_back(
    line: Line, start: Callable[[], Metrics]
) -> None:
    start()
    line.create("lab")
    eventually(lambda: line.is_converged("lab"), what="it is made")

    line.proxy.down()
    line.api.delete(STATEFUL_SETS.path(line.namespace, "lab"))
    line.proxy.faults.expired |= {"statefulsets", "services", "notebooks"}
    line.proxy.up()

    eventually(lambda: line.has_children("lab"), what="it is made again")
    assert [p.status for p in line.proxy.passed if p.status == 410] != []


def test_given_a_server_that_is_away_for_thirty_seconds_when_it_is_back_then_all_is_caught_up(
    line: Line, start: Callable[[], Metrics]
) -> None:
    start()
    for name in ("edited", "deleted-child"):
        line.create(name)
        eventually(lambda n=name: line.is_converged(n), what=f"{name} is made")  # type: ignore[misc]  # binds the loop's value

    line.proxy.down()
    began = time.monotonic()
    line.create("new")
    line.api.merge(NOTEBOOKS.path(line.namespace, "edited"), {"spec": {"suspend": True}})
    line.api.delete(SERVICES.path(line.namespace, "deleted-child"))
    time.sleep(max(0.0, began + 30 - time.monotonic()))  # the length of the outage is the case
    line.proxy.up()

    # The longest pause between two attempts is 10 s.
    edited = STATEFUL_SETS.path(line.namespace, "edited")
    eventually(lambda: line.has_children("new"), what="the new one is made", seconds=15)
    eventually(lambda: line.has_children("deleted-child"), what="the child is made again")
    eventually(lambda: line.api.get(edited)["spec"]["replicas"] == 0, what="the edit is done")


def test_given_a_cache_that_lags_when_a_parent_is_deleted_then_nothing_is_made_for_it(
    line: Line, start: Callable[[], Metrics]
) -> None:
    start()
    line.create("lab")
    eventually(lambda: line.is_converged("lab"), what="it is made")
    parent = NOTEBOOKS.path(line.namespace, "lab")
    line.proxy.faults.silent.add("notebooks")

    options = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}
    line.api.delete(parent, options)
    assert not line.api.exists(parent)
    written = len(line.proxy.writes(line.namespace))
    for child in CHILDREN:
        # The garbage collector may have been faster.
        line.api.request("DELETE", child.path(line.namespace, "lab"))

    eventually(
        lambda: 404 in [each.status for each in line.proxy.attempts("GET", parent)],
        what="the controller has looked for the parent",
    )
    assert line.proxy.writes(line.namespace)[written:] == []
    assert not any(line.api.exists(child.path(line.namespace, "lab")) for child in CHILDREN)


def test_given_everything_converged_when_a_controller_starts_then_it_writes_nothing(
    line: Line, start: Callable[[], Metrics]
) -> None:
    start()
    names = [f"lab-{number}" for number in range(5)]
    for name in names:
        line.create(name)
    paths = [NOTEBOOKS.path(line.namespace, name) for name in names]
    eventually(lambda: all(map(line.is_converged, names)), what="all are made")
    eventually(lambda: all("Starting" in str(line.api.get(p)) for p in paths), what="all started")
    # The real StatefulSet controller goes on writing for a while, and each word of it may be told.
    eventually(lambda: _is_quiet(line), what="the first controller has said all")
    before = [line.api.get(path)["metadata"]["resourceVersion"] for path in paths]
    written = len(line.proxy.writes(line.namespace))

    metrics = start()

    eventually(lambda: _reconciles(metrics) >= len(names) + 1, what="all were looked at again")
    assert line.proxy.writes(line.namespace)[written:] == []
    assert [line.api.get(path)["metadata"]["resourceVersion"] for path in paths] == before


def _is_quiet(line: Line) -> bool:
    written = len(line.proxy.writes(line.namespace))
    time.sleep(2)
    return len(line.proxy.writes(line.namespace)) == written


def _reconciles(metrics: Metrics) -> float:
    lines = metrics.text().decode().splitlines()
    return next(float(each.split()[-1]) for each in lines if each.startswith(f"{RECONCILES} "))


def test_given_a_watch_that_says_nothing_when_silent_for_too_long_then_it_is_replaced(
    line: Line, kube: Kube
) -> None:
    selection = Selection(namespace=line.namespace)
    pace = Pace(silence=2)
    informer = Informer(kube, NOTEBOOKS, selection, on_change=lambda *_: None, pace=pace)
    informer.start()
    line.create("first")
    eventually(lambda: informer.get(line.namespace, "first"), what="the watch works")

    line.proxy.faults.silent.add("notebooks")
    line.create("second")
    collection = NOTEBOOKS.path(line.namespace)
    asked = len(line.proxy.attempts("GET", collection))
    eventually(
        lambda: len(line.proxy.attempts("GET", collection)) > asked,
        what="another watch is asked for",
        seconds=10,
    )
    assert informer.get(line.namespace, "second") is None
    line.proxy.faults.silent.clear()

    eventually(lambda: informer.get(line.namespace, "second"), what="it is known", seconds=10)
    informer.stop()


@pytest.mark.parametrize("after", [1, 2, 3], ids="write {}".format)
def test_given_a_controller_when_killed_after_a_write_then_the_next_one_completes_the_work(
    line: Line, tmp_path: Path, after: int
) -> None:
    numbers = itertools.count(1)
    # Each elected in a place of its own: nobody waits for a dead one's lease.
    first = start_controller(
        line.proxy.kubeconfig, tmp_path / "first", NB_LEASE_NAMESPACE=line.namespace
    )

    def kill(passed: Passed) -> None:
        if f"/{line.namespace}/" in passed.path and next(numbers) == after:
            first.popen.kill()

    line.proxy.faults.after_write = kill
    made = line.create("lab")
    assert first.popen.wait(30) == -9
    assert len(line.proxy.writes(line.namespace)) == after

    second = start_controller(line.proxy.kubeconfig, tmp_path / "second")
    try:
        eventually(lambda: line.is_converged("lab"), what="the work is completed")
        _check_whole(line, made, second)
    finally:
        second.stop()


def _check_whole(line: Line, made: JsonObject, process: Process) -> None:
    """One child of each kind, and each is the notebook's."""
    for resource in CHILDREN:
        items = line.api.get(resource.path(line.namespace))["items"]
        owners = [item["metadata"]["ownerReferences"][0]["uid"] for item in items]
        assert owners == [made["metadata"]["uid"]], process.log_end()
