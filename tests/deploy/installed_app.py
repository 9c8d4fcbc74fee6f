"""The app as it is installed, inside the process of a test: its account, its cache, its visitors.

erin may edit in teaching, vera may view there, the group readers may view everywhere, dana nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.testing.v1 import AppTest

from nbcore.access import Question
from nbcore.identity import OwnAccount, Person
from nbcore.kube.cache import ClusterCache
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.kube.pulse import Beat
from nbcore.kube.resources import NOTEBOOKS
from nbcore.names import JsonObject
from nbcore.settings import Settings
from tests.cluster.api import eventually
from tests.deploy.installation import APP_ACCOUNT, Installation
from tests.nbcore.builders import notebook
from tests.pages.visit import SHELL, run
from ui import session

ERIN = Person("erin", ("teachers",))
VERA = Person("vera")
READER = Person("rae", ("readers",))
DANA = Person("dana", ("visitors", "guests"))


@dataclass(slots=True)
class App:
    """The app as it is installed, and the administrator beside it."""

    installation: Installation
    kube: Kube
    cache: ClusterCache
    ahead: float = 0
    reviews: int = 0
    services: session.Services = field(init=False)

    def clock(self) -> float:
        """A clock that a test can set ahead, so that none waits for answers to grow old."""
        return time.monotonic() + self.ahead

    def count(self) -> None:
        """Called for each request of the app's own account that is no GET: these are reviews."""
        self.reviews += 1

    def visited_by(self, person: Person, namespace: str = "") -> AppTest:
        """The list of notebooks as somebody sees it."""
        settings = Settings.from_environ({})
        self.services = session.Services(
            self.cache, self.kube, settings, identity=lambda: person, monotonic=self.clock
        )
        session.install(self.services)
        page = AppTest.from_file(str(SHELL), default_timeout=30)
        if namespace:
            page.query_params["namespace"] = namespace
        return run(page)

    def binds(self, person: str, role: str, namespace: str) -> None:
        """Gives somebody a role, as an administrator does it."""
        flags = (f"--clusterrole={role}", f"--user={person}", f"--namespace={namespace}")
        self.installation.kubectl.ok("create", "rolebinding", person, *flags)


@contextmanager
def running_app(installed: Installation, folder: Path) -> Iterator[App]:
    """Everything of it that is no server, with two namespaces and a notebook in each."""
    kubectl = installed.kubectl
    for name in ("teaching", "data"):
        kubectl.ok("create", "namespace", name)
    kubeconfig = installed.account_kubeconfig(folder, APP_ACCOUNT)
    environ = {"NB_CLUSTER": "kubeconfig", "KUBECONFIG": str(kubeconfig)}
    with connect(Settings.from_environ(environ)) as client:
        kube = Kube(client, OwnAccount("app"))
        cache = ClusterCache(kube, beat=Beat(quiet=0.3, patience=1, again=0.1))
        app = App(installed, kube, cache)
        app.kube = Kube(client, OwnAccount("app"), before_write=app.count)
        app.binds("erin", "edit", "teaching")
        app.binds("vera", "view", "teaching")
        kubectl.ok(
            "create", "clusterrolebinding", "readers", "--clusterrole=view", "--group=readers"
        )
        for namespace in ("teaching", "data"):
            installed.api.create(NOTEBOOKS.path(namespace), stored("lab", namespace))
        cache.start()
        eventually(lambda: cache.is_synced, what="everything that is followed may be read")
        eventually(lambda: cache.get(NOTEBOOKS, "lab", "data"), what="the notebooks are there")
        yield app
        cache.stop()


def has(app: App, person: Person, question: Question) -> bool:
    settings = Settings.from_environ({})
    services = session.Services(app.cache, app.kube, settings, identity=lambda: person)
    return services.access.allows(person, question)


def stored(name: str, namespace: str) -> JsonObject:
    made = notebook(
        name,
        namespace=namespace,
        metadata={"annotations": {"ml.oneblock.ai/owner": "erin"}},
        spec={"suspend": True},
    )
    del made["metadata"]["uid"]
    return made


def set_ready(app: App, name: str, namespace: str) -> None:
    """As a controller would say it of a notebook that runs."""
    path = NOTEBOOKS.path(namespace, name)
    app.installation.api.merge(path, {"spec": {"suspend": False}})
    app.installation.api.merge(f"{path}/status", {"status": {"phase": "Ready"}})

    def is_ready() -> bool:
        found = app.cache.get(NOTEBOOKS, name, namespace) or {}
        return "status" in found and found["spec"]["suspend"] is False

    eventually(is_ready, what="it is ready")
