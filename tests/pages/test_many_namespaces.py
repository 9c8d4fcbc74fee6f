"""What somebody sees who is bound in many namespaces, while they are asked about one by one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from nbcore.confirmations import AT_ONCE, PACE_SECONDS
from nbcore.identity import Person
from nbcore.kube.resources import CLUSTER_ROLES, NAMESPACES, ROLE_BINDINGS
from nbcore.names import NOTEBOOK_GROUP
from tests.cluster.api import eventually
from tests.pages.visit import NEW_PAGE, NOTEBOOKS_PAGE, Visit, run, words
from ui.session import install, services

LEAD = Person("lead")
REST = 5
TEAMS = [f"lead-{number:02}" for number in range(AT_ONCE + REST)]
ASKING = f"Still asking whether you may look into {REST} namespaces"


class Later:
    """The clock of the pages, some seconds ahead."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@pytest.fixture
def later(visit: Visit) -> Iterator[Later]:
    """The lead looks, who is bound in each team's namespace."""
    group = {"apiGroup": "rbac.authorization.k8s.io"}
    rules = [{"apiGroups": [NOTEBOOK_GROUP], "resources": ["notebooks"], "verbs": ["*"]}]
    role = {"metadata": {"name": "lead"}, "rules": rules}
    binding = {
        "metadata": {"name": "lead"},
        "roleRef": {**group, "kind": "ClusterRole", "name": "lead"},
        "subjects": [{**group, "kind": "User", "name": LEAD.user}],
    }
    visit.api.create(CLUSTER_ROLES.path(), role)
    for name in TEAMS:
        visit.api.create(NAMESPACES.path(), {"metadata": {"name": name}})
        visit.api.create(ROLE_BINDINGS.path(name), binding)
    eventually(lambda: len(visit.cache.grants(LEAD)) == len(TEAMS), what="the lead is bound")
    clock = Later()
    install(replace(services(), identity=lambda: LEAD, monotonic=clock))
    yield clock
    for name in TEAMS:
        visit.api.delete(NAMESPACES.path(name=name))
    visit.api.delete(CLUSTER_ROLES.path(name="lead"))


def offered(page: AppTest, key: str) -> list[str]:
    options: list[str] = page.selectbox(key=key).options
    return [option for option in options if option in TEAMS]


@pytest.mark.parametrize(
    ("path", "field"), [(NOTEBOOKS_PAGE, "namespace"), (NEW_PAGE, "new_namespace")]
)
def test_given_many_namespaces_when_a_page_opens_then_the_rest_follows_and_it_says_so(
    visit: Visit, later: Later, path: str, field: str
) -> None:
    page = run(visit.open_list().switch_page(path))

    assert ASKING in words(page)
    assert offered(page, field) == TEAMS[:AT_ONCE]

    later.ahead += PACE_SECONDS
    run(page)

    assert "Still asking" not in words(page)
    assert offered(page, field) == TEAMS
