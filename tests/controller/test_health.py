from __future__ import annotations

from collections.abc import Iterator

import pytest
import urllib3

from controller.health import HealthServer
from controller.metrics import Metrics
from tests.controller.objects import notebook


class Life:
    """Whether the workers are there, and the cluster was read."""

    is_alive = True
    is_ready = True


@pytest.fixture
def life() -> Life:
    return Life()


@pytest.fixture
def metrics() -> Metrics:
    metrics = Metrics()
    notebooks = [
        notebook(status={"phase": "Ready"}),
        notebook(status={"phase": "Ready"}),
        notebook(),
    ]
    metrics.observe(queue=lambda: 7, notebooks=lambda: notebooks)
    return metrics


@pytest.fixture
def address(life: Life, metrics: Metrics) -> Iterator[str]:
    server = HealthServer(
        ("127.0.0.1", 0),
        is_alive=lambda: life.is_alive,
        is_ready=lambda: life.is_ready,
        metrics=metrics.text,
    )
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


def get(url: str) -> tuple[int, str]:
    with urllib3.PoolManager() as pool:
        response = pool.request("GET", url)
        return response.status, response.data.decode()


def test_given_workers_when_asked_then_healthz_says_whether_all_are_there(
    address: str, life: Life
) -> None:
    assert get(f"{address}/healthz") == (200, "ok\n")

    life.is_alive = False

    assert get(f"{address}/healthz?verbose=1")[0] == 503


def test_given_an_unread_cluster_when_asked_then_readyz_says_so(address: str, life: Life) -> None:
    assert get(f"{address}/readyz") == (200, "ok\n")

    life.is_ready = False

    assert get(f"{address}/readyz")[0] == 503
    assert get(f"{address}/healthz")[0] == 200


def test_given_work_when_metrics_are_asked_then_they_tell_of_it(
    address: str, metrics: Metrics
) -> None:
    with metrics.reconcile():
        pass
    with metrics.reconcile() as outcome:
        outcome.failed()

    _, text = get(f"{address}/metrics")

    lines = set(text.splitlines())
    assert "notebook_controller_queue_depth 7.0" in lines
    assert "notebook_controller_reconcile_seconds_count 2.0" in lines
    assert "notebook_controller_reconcile_errors_total 1.0" in lines
    assert 'notebooks{phase="Ready"} 2.0' in lines
    assert 'notebooks{phase="Pending"} 1.0' in lines
    assert 'notebooks{phase="Failed"} 0.0' in lines


def test_given_another_path_when_asked_then_it_is_not_found(address: str) -> None:
    assert get(f"{address}/")[0] == 404
