"""What tests of the core share beyond the two servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.settings import Settings
from tests.cluster.servers import ApiServer


@pytest.fixture
def kube(api_server: ApiServer) -> Iterator[Kube]:
    """Our client as the administrator of either server."""
    environ = {"NB_CLUSTER": "kubeconfig", "KUBECONFIG": str(api_server.kubeconfig)}
    with connect(Settings.from_environ(environ)) as api_client:
        yield Kube(api_client, OwnAccount("tests"))
