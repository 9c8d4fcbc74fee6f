from __future__ import annotations

import sys
from collections.abc import Iterator
from subprocess import run

import pytest
from kubernetes.client import ApiClient

from nbcore.identity import Identity, OwnAccount, Person
from nbcore.kube.cache import ClusterCache
from nbcore.kube.client import Kube
from nbcore.settings import Settings
from ui import session


@pytest.fixture
def kube() -> Iterator[Kube]:
    with ApiClient() as client:
        yield Kube(client, OwnAccount("app"))


def install(kube: Kube, identity: session.IdentitySource) -> None:
    settings = Settings.from_environ({})
    session.install(session.Services(ClusterCache(kube), kube, settings, identity=identity))


def test_given_no_sign_in_when_asked_who_looks_then_it_is_the_owner_of_the_settings(
    kube: Kube,
) -> None:
    install(kube, session.own_account("me"))

    assert session.viewer() == OwnAccount("me")


def test_given_a_person_when_the_cluster_is_asked_then_it_is_asked_as_that_person(
    kube: Kube,
) -> None:
    alice = Person("alice", ("team",))
    install(kube, lambda: alice)

    assert session.kube().identity == alice


def test_given_another_person_at_the_next_run_when_asked_then_nothing_is_remembered(
    kube: Kube,
) -> None:
    people: list[Identity] = [Person("alice"), Person("bob")]
    install(kube, lambda: people.pop(0))

    assert [session.viewer(), session.viewer()] == [Person("alice"), Person("bob")]


def test_given_a_page_without_its_process_when_run_then_it_says_how_to_start() -> None:
    found = run(
        [sys.executable, "-c", "from ui import session; session.services()"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode != 0
    assert "streamlit run app.py" in found.stderr
