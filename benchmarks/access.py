"""Counts reviews and times lists at 500 namespaces: `python -m benchmarks.access`.

On a real control plane, for people with more and fewer roles, who look at all namespaces: how many
SubjectAccessReviews their first look sends, the most that any two seconds bring, how long it takes
until every namespace was asked about, what is sent when answers have run out after 10 s; and how
long a list of 1,000 notebooks takes at first, and when the answers are remembered.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from streamlit.testing.v1 import AppTest

from benchmarks.running_app import ROOT
from nbcore.access import LIST, REMEMBERED_SECONDS
from nbcore.confirmations import PACE_SECONDS
from nbcore.identity import Identity, OwnAccount, Person
from nbcore.kube.cache import ClusterCache
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.kube.resources import NAMESPACES, NOTEBOOKS, ROLE_BINDINGS
from nbcore.objects import text_at
from nbcore.settings import Settings
from tests.cluster.api import Api, JsonObject, eventually
from tests.cluster.build import find_assets
from tests.cluster.control_plane import running_control_plane
from tests.cluster.servers import create_crds
from ui.access import CHOSEN_NAMESPACE
from ui.namespaces import ALL
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


@dataclass(frozen=True, slots=True)
class Look:
    """One run of the page: the reviews that it sent, and how long it took."""

    reviews: int
    seconds: float


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
            print(
                f"{'':24}{'first':>7}{'most in 2 s':>12}{'complete':>9}{'every 10 s':>11}"
                f"{'first look':>14}{'list again':>14}"
            )
            for title, identity in PEOPLE.items():
                _measure(title, identity, cache, kube, sent)
            cache.stop()
        api.close()
    return 0


def _step(sent: count[int]) -> None:
    next(sent)


def _measure(title: str, who: Identity, cache: ClusterCache, kube: Kube, sent: count[int]) -> None:
    services = Services(cache, kube, Settings.from_environ({}), identity=lambda: who)
    install(services)
    page = AppTest.from_file(str(ROOT / "ui" / "shell.py"), default_timeout=120)
    page.session_state[CHOSEN_NAMESPACE] = ALL
    first, complete = _look(page, sent), 0.0
    names = [text_at(item, "metadata", "name") for item in cache.list(NAMESPACES)]
    began, most = time.monotonic(), first.reviews
    while services.places.unasked(who, LIST, names):
        time.sleep(PACE_SECONDS)
        most = max(most, _look(page, sent).reviews)
        complete = time.monotonic() - began
    time.sleep(REMEMBERED_SECONDS)
    reviews = _look(page, sent).reviews
    again = statistics.median(_look(page, sent).seconds for _ in range(RERUNS))
    print(
        f"{title:24}{first.reviews:>7}{most:>11}{complete:>8.0f} s{reviews:>11}"
        f"{first.seconds * 1000:>11.0f} ms{again * 1000:>11.0f} ms"
    )


def _look(page: AppTest, sent: count[int]) -> Look:
    before, begun = next(sent), time.perf_counter()
    page.run()
    return Look(next(sent) - before - 1, time.perf_counter() - begun)


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
