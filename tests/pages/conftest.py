"""A sandbox that knows our kinds, the cache that follows it, and a person who visits the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nbcore.identity import OwnAccount
from nbcore.kube.cache import ClusterCache
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.settings import Settings
from tests.cluster.api import Api, eventually
from tests.cluster.servers import create_crds, fresh_namespace, running_sandbox
from tests.pages.visit import Visit


@pytest.fixture(scope="session")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A sandbox of its own: other suites decide themselves when theirs gets our kinds."""
    with running_sandbox(tmp_path_factory.mktemp("pages")) as kubeconfig:
        yield kubeconfig


@pytest.fixture(scope="session")
def api(kubeconfig: Path) -> Iterator[Api]:
    api = Api(kubeconfig)
    create_crds(api)
    yield api
    api.close()


@pytest.fixture(scope="session")
def kube(kubeconfig: Path, api: Api) -> Iterator[Kube]:
    """Waits for ``api``, because before it our kinds are unknown."""
    assert api.server
    settings = Settings.from_environ({"NB_CLUSTER": "kubeconfig", "KUBECONFIG": str(kubeconfig)})
    with connect(settings) as client:
        yield Kube(client, OwnAccount("alice"))


@pytest.fixture(scope="session")
def cache(kube: Kube) -> Iterator[ClusterCache]:
    cache = ClusterCache(kube)
    cache.start()
    eventually(lambda: cache.is_synced, what="the cache is filled")
    yield cache
    cache.stop()


@pytest.fixture
def visit(api: Api, kube: Kube, cache: ClusterCache) -> Iterator[Visit]:
    with fresh_namespace(api) as namespace:
        yield Visit.begin(api, kube, cache, namespace)
