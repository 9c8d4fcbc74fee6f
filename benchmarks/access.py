"""Counts reviews and times lists at 500 namespaces: `python -m benchmarks.access`.

On a real control plane, for people with more and fewer roles: how many SubjectAccessReviews their
first look takes and how long that is, and how long a list of 1,000 notebooks takes afterwards, when
the answers are remembered.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from streamlit.testing.v1 import AppTest

from benchmarks.running_app import ROOT
from nbcore.identity import Identity, OwnAccount, Person
from nbcore.kube.cache import ClusterCache
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.kube.resources import NAMESPACES, NOTEBOOKS, ROLE_BINDINGS
from nbcore.settings import Settings
from tests.cluster.api import Api, JsonObject, eventually
from tests.cluster.build import find_assets
from tests.cluster.control_plane import running_control_plane
from tests.cluster.servers import create_crds
from ui.session import Services, install

MANY = 500
A_FEW = 5
PER_NAMESPACE = 2
RERUNS = 10
RBAC = "rbac.authorization.k8s.io"
PEOPLE: dict[str, Identity] = {
    "sign-in off": OwnAccount("me"),
    "lists everywhere": Person("reader"),
    f"edits {A_FEW} namespaces": Person("few"),
    "has no role": Person("nobody"),
    f"bound in each of {MANY}": Person("all"),
}


def main() -> int:
    """Prints one line a person."""
    assets = find_assets()
    if assets is None:
        print("no control plane: run make cluster", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name, running_control_plane(assets, Path(name)) as plane:
        api = Api(plane.kubeconfig)
        create_crds(api)
        _fill(api)
        environ = {"NB_CLUSTER": "kubeconfig", "KUBECONFIG": str(plane.kubeconfig)}
        with connect(Settings.from_environ(environ)) as client:
            sent = count()
            kube = Kube(client, OwnAccount("app"), before_write=lambda: _step(sent))
            cache = ClusterCache(kube)
            cache.start()
            eventually(lambda: _is_filled(cache), what="the cache is filled", seconds=120)
            print(f"{'':24}{'reviews':>9}{'first look':>12}{'list again':>12}")
            for title, identity in PEOPLE.items():
                _measure(title, identity, cache, kube, sent)
            cache.stop()
        api.close()
    return 0


def _step(sent: count[int]) -> None:
    next(sent)


def _measure(title: str, who: Identity, cache: ClusterCache, kube: Kube, sent: count[int]) -> None:
    install(Services(cache, kube, Settings.from_environ({}), identity=lambda: who))
    page = AppTest.from_file(str(ROOT / "ui" / "shell.py"), default_timeout=120)
    before, begun = next(sent), time.perf_counter()
    page.run()
    first, reviews = time.perf_counter() - begun, next(sent) - before - 1
    taken = []
    for _ in range(RERUNS):
        begun = time.perf_counter()
        page.run()
        taken.append(time.perf_counter() - begun)
    again = statistics.median(taken)
    print(f"{title:24}{reviews:>9}{first * 1000:>9.0f} ms{again * 1000:>9.0f} ms")


def _fill(api: Api) -> None:
    names = [f"team-{number:03}" for number in range(MANY)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: _make_namespace(api, name), names))
    role = {
        "metadata": {"name": "notebooks"},
        "rules": [
            {
                "apiGroups": ["ml.oneblock.ai"],
                "resources": ["notebooks", "notebooks/connect"],
                "verbs": ["*"],
            }
        ],
    }
    api.create(f"/apis/{RBAC}/v1/clusterroles", role)
    api.create(f"/apis/{RBAC}/v1/clusterrolebindings", _binding("reader"))


def _make_namespace(api: Api, name: str) -> None:
    api.create("/api/v1/namespaces", {"metadata": {"name": name}})
    users = ["all", "few"] if int(name[-3:]) < A_FEW else ["all"]
    for user in users:
        api.create(f"/apis/{RBAC}/v1/namespaces/{name}/rolebindings", _binding(user))
    for number in range(PER_NAMESPACE):
        api.create(NOTEBOOKS.path(name), _notebook(f"lab-{number}"))


def _binding(user: str) -> JsonObject:
    return {
        "metadata": {"name": user},
        "subjects": [{"apiGroup": RBAC, "kind": "User", "name": user}],
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "notebooks"},
    }


def _notebook(name: str) -> JsonObject:
    resources = {"requests": {"cpu": "1", "memory": "1Gi"}}
    container = {"name": name, "image": "team/lab:1", "resources": resources}
    spec = {"suspend": True, "template": {"spec": {"containers": [container]}}}
    return {
        "apiVersion": "ml.oneblock.ai/v1",
        "kind": "Notebook",
        "metadata": {"name": name},
        "spec": spec,
    }


def _is_filled(cache: ClusterCache) -> bool:
    counts = {NOTEBOOKS: MANY * PER_NAMESPACE, NAMESPACES: MANY, ROLE_BINDINGS: MANY + A_FEW}
    return cache.is_synced and all(len(cache.list(r)) >= many for r, many in counts.items())


if __name__ == "__main__":
    sys.exit(main())
