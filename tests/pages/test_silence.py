"""The cluster goes away and comes back: pages tell the age of what they show, and recover."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from nbcore.identity import OwnAccount, Person
from nbcore.kube.cache import ClusterCache
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.kube.pulse import Beat
from nbcore.settings import Settings
from tests.cluster.api import Api, eventually
from tests.pages.relay import Relay, relay_to
from tests.pages.visit import SHELL, Visit, click, run, select, words
from ui.session import Services, install, own_account
from ui.session import services as current_services

IMAGES_PAGE = "../pages/images.py"
AHEAD = 7.5
"""Seconds by which the pages' clock is ahead, so that no test waits long for a silence."""
BEAT = Beat(quiet=0.3, patience=1, again=0.1)
"""Keeps a cluster that answers within the rest of the ten seconds, also on a busy machine."""


@dataclass(frozen=True, slots=True)
class Line:
    """A visit that reaches the cluster through a relay."""

    visit: Visit
    relay: Relay


@pytest.fixture
def line(visit: Visit, api: Api, kubeconfig: Path, tmp_path: Path) -> Iterator[Line]:
    server = urlsplit(api.server)
    assert server.hostname
    assert server.port
    with relay_to(server.hostname, server.port) as relay:
        relayed = tmp_path / "kubeconfig"
        relayed.write_text(kubeconfig.read_text().replace(f":{server.port}", f":{relay.port}"))
        settings = Settings.from_environ(
            {
                "NB_CLUSTER": "kubeconfig",
                "KUBECONFIG": str(relayed),
                "NB_NAMESPACES": visit.namespace,
            }
        )
        with connect(settings) as client:
            kube = Kube(client, OwnAccount("alice"))
            cache = ClusterCache(kube, beat=BEAT)
            cache.start()
            eventually(lambda: cache.is_synced, what="the cache is filled")
            install(
                Services(
                    cache,
                    kube,
                    settings,
                    identity=own_account("alice"),
                    monotonic=lambda: time.monotonic() + AHEAD,
                )
            )
            yield Line(Visit(api, cache, visit.namespace), relay)
            cache.stop()


def is_silent(page: AppTest) -> bool:
    return "The cluster has not answered for" in words(run(page))


def test_given_a_cluster_that_left_when_opened_then_the_age_of_the_state_is_told(
    line: Line,
) -> None:
    line.visit.has_notebook("nb", phase="Ready")
    page = line.visit.open_list()
    said_before = is_silent(page)

    line.relay.cut()

    eventually(lambda: is_silent(page), what="the banner is there")
    assert not said_before
    assert "This is the state of " in words(page)
    assert page.dataframe[0].value["Name"].tolist() == ["nb"]
    assert "live" not in words(page)


def test_given_a_cluster_that_left_when_something_is_done_then_a_sentence_says_that_it_failed(
    line: Line,
) -> None:
    line.visit.has_notebook("nb", phase="Ready")
    page = select(line.visit.open_list(), 0)
    line.relay.cut()

    click(page, "Stop")
    click(page, "Stop")

    assert "nb: The cluster does not answer." in words(page)
    assert not line.visit.stored("notebooks", "nb")["spec"].get("suspend")


def test_given_a_cluster_that_left_when_creating_then_what_was_typed_stays(line: Line) -> None:
    page = line.visit.open_form()
    line.relay.cut()

    click(page, "Create")

    assert page.title[0].value == "New notebook"
    assert "The cluster does not answer." in words(page)
    assert page.code


def test_given_a_cluster_that_came_back_when_looked_at_then_the_banner_is_gone(line: Line) -> None:
    page = line.visit.open_list()
    line.relay.cut()
    eventually(lambda: is_silent(page), what="the banner is there")

    line.relay.mend()

    eventually(lambda: not is_silent(page), what="the banner is gone")
    click(page, "Start JupyterLab")
    assert line.visit.names("notebooks") == {"jupyter"}


@pytest.mark.parametrize("open_page", [Visit.open_list, Visit.open_form], ids=["list", "form"])
def test_given_a_cluster_that_was_never_read_when_opened_then_the_page_waits_for_it(
    line: Line, open_page: Callable[[Visit], AppTest]
) -> None:
    services = current_services()
    later = replace(
        services, cache=ClusterCache(services.kube), monotonic=lambda: time.monotonic() + 40
    )
    install(later)
    page = open_page(line.visit)
    waiting = words(page)

    install(services)

    assert re.search(r"The cluster has not answered for \d\d s\.", waiting)
    assert not page.selectbox
    assert run(page).selectbox


def test_given_a_cluster_that_left_when_the_images_are_opened_then_it_says_so_until_it_is_back(
    line: Line,
) -> None:
    ahead = replace(current_services(), identity=lambda: Person("dora"))
    install(replace(ahead, monotonic=time.monotonic))
    line.relay.cut()

    page = run(AppTest.from_file(str(SHELL), default_timeout=30))
    page = run(page.switch_page(IMAGES_PAGE))

    assert "Whether you may edit the images is not known" in words(page)
    assert "You may not" not in words(page)
    install(ahead)
    eventually(lambda: is_silent(page), what="the banner is there")
    assert "You may not" not in words(page)
    line.relay.mend()
    eventually(lambda: "You may not update the Setting" in words(run(page)), what="the answer")
    assert not is_silent(page)
