"""The same random requests to both servers: every answer has to be the same.

What is compared: the HTTP status, warnings, and the whole body: an object, a list, or a Status with
its reason, sentence and causes. What is not, because each server makes it up by itself, or because
nobody should depend on it, stands in ``comparison``: uids, times, addresses and suffixes of
generated names; versions by their number, only by whether they moved (of ConfigMaps and Notebooks
alone: a real server moves that of other kinds once for a write that changes nothing); the words of
Go's decoders and parsers; the order of causes and warnings. What is not even asked is in
docs/sandbox.md.

CI runs the same 100 sequences every time. By hand, any number of new ones:

    SEQUENCES=5000 .venv/bin/python -m pytest tests/contract/test_random_requests.py

A sequence that is answered differently is made as short as possible and printed; the next run
begins with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.cluster.api import Api, eventually
from tests.cluster.control_plane import ControlPlane
from tests.cluster.servers import create_crds
from tests.contract.comparison import FOREIGN
from tests.contract.duel import Duel, Side
from tests.contract.objects import CONFIG_MAPS, config_map, namespace
from tests.contract.sequences import sequences
from tests.contract.steps import Sequence

IN_CI = 100
WANTED = int(os.environ.get("SEQUENCES", "0"))
NAMESPACE = f"sequences-{os.getpid()}"


@pytest.fixture(scope="module")
def duel(sandbox: Path, control_plane: ControlPlane) -> Iterator[Duel]:
    """Both servers with our kinds and one namespace for all sequences."""
    with ExitStack() as stack:
        ours = _side(stack, sandbox)
        theirs = _side(stack, control_plane.kubeconfig)
        # A real control plane puts this there a moment after the namespace was made.
        there = CONFIG_MAPS.path(NAMESPACE, FOREIGN)
        eventually(lambda: theirs.api.exists(there), what=f"{there} exists")
        ours.api.create(CONFIG_MAPS.path(NAMESPACE), config_map(FOREIGN))
        yield Duel(ours, theirs, stack.enter_context(ThreadPoolExecutor(2)))


def _side(stack: ExitStack, kubeconfig: Path) -> Side:
    api = Api(kubeconfig)
    stack.callback(api.close)
    create_crds(api)
    api.create("/api/v1/namespaces", namespace(NAMESPACE))
    stack.callback(api.delete, f"/api/v1/namespaces/{NAMESPACE}")
    return Side(api, NAMESPACE)


@pytest.mark.timeout(0 if WANTED else 300)
@settings(
    max_examples=WANTED or IN_CI,
    derandomize=not WANTED,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(sequence=sequences())
def test_given_random_requests_when_sent_to_both_servers_then_the_answers_are_the_same(
    duel: Duel, sequence: Sequence
) -> None:
    assert duel.first_difference(sequence) == ""
