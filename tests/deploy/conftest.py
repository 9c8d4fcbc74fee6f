from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.api import Api
from tests.cluster.build import find_assets
from tests.cluster.control_plane import running_control_plane
from tests.cluster.servers import cannot_run
from tests.contract.kubectl import Kubectl, kubectl_binary
from tests.deploy.installation import DEPLOY, NAMESPACE, Installation


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A control plane of its own: another test's kinds and roles would hide what is missing."""
    assets = find_assets()
    if assets is None:
        cannot_run("no control plane: `make cluster` has not run")
    folder = tmp_path_factory.mktemp("empty-plane")
    with running_control_plane(assets, folder) as plane:
        api = Api(plane.kubeconfig)
        yield Installation(
            plane, api, Kubectl(str(assets / "kubectl"), plane.kubeconfig, NAMESPACE, folder)
        )
        api.close()


@pytest.fixture(scope="module")
def installed(empty: Installation) -> Installation:
    """After kubectl apply -k deploy."""
    output = empty.kubectl.run("apply", "-k", str(DEPLOY))
    assert (output.code, output.stderr) == (0, ""), output
    return empty


@pytest.fixture
def kubectl(tmp_path: Path) -> Kubectl:
    """For what needs no server."""
    return Kubectl(kubectl_binary(), tmp_path / "none", "default", tmp_path)
