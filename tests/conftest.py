"""The servers that tests of every level share: the sandbox and a real control plane."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.cluster.api import Api
from tests.cluster.build import BINARIES, find_assets
from tests.cluster.control_plane import ControlPlane, running_control_plane
from tests.cluster.servers import (
    ApiServer,
    Server,
    ServerName,
    cannot_run,
    create_crds,
    fresh_namespace,
    running_sandbox,
)

# How long an example takes says how busy the machine is, nothing about the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A real control plane without a node; skips (under CI=true fails) where there is none."""
    assets = find_assets()
    if assets is None:
        cannot_run(
            f"no control plane: KUBEBUILDER_ASSETS names no folder with {', '.join(BINARIES)}, "
            "and `make cluster`, which builds them with Go, has not run"
        )
    else:
        with running_control_plane(assets, tmp_path_factory.mktemp("control-plane")) as plane:
            yield plane


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The kubeconfig of a sandbox that runs as a process of its own, without our kinds."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as kubeconfig:
        yield kubeconfig


@pytest.fixture(scope="session", params=list(ServerName), ids=str)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Either server with our kinds; tests that use it run against both."""
    name: ServerName = request.param
    if name is ServerName.REAL:
        kubeconfig = request.getfixturevalue("control_plane").kubeconfig
    else:
        kubeconfig = request.getfixturevalue("sandbox")
    api = Api(kubeconfig)
    create_crds(api)
    yield Server(name, kubeconfig)
    api.close()


@pytest.fixture(scope="session")
def _server_api(server: Server) -> Iterator[Api]:
    api = Api(server.kubeconfig)
    yield api
    api.close()


@pytest.fixture
def api_server(server: Server, _server_api: Api) -> Iterator[ApiServer]:
    """Either server, with a fresh namespace for this test."""
    with fresh_namespace(_server_api) as namespace:
        yield ApiServer(server.name, server.kubeconfig, namespace, _server_api)
