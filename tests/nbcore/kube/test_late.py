from __future__ import annotations

import pytest
from kubernetes.client import ApiClient, Configuration

from nbcore.errors import UnreachableError
from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from nbcore.kube.late import LateApiClient
from nbcore.kube.resources import NAMESPACES


def test_given_no_client_yet_when_asked_then_the_server_is_away() -> None:
    kube = Kube(LateApiClient(), OwnAccount("me"))

    with pytest.raises(UnreachableError):
        kube.list(NAMESPACES)


def test_given_a_client_when_attached_then_it_is_that_client() -> None:
    late, client = LateApiClient(), ApiClient(Configuration(host="https://one.example"))

    late.attach(client)

    assert late.configuration.host == "https://one.example"
    client.close()
