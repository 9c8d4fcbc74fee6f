from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from tests.nbcore.kube.faulty_server import FaultyServer, running


@pytest.fixture
def faulty() -> Iterator[FaultyServer]:
    with running() as server:
        yield server


@pytest.fixture
def kube(faulty: FaultyServer) -> Iterator[Kube]:
    api_client = faulty.api_client()
    yield Kube(api_client, OwnAccount("me"))
    api_client.close()
