"""What a resourceVersion means for a list: unset, 0, not older than, exactly, from the future."""

from __future__ import annotations

import pytest

from nbcore.kube.resources import NOTEBOOKS
from tests.cluster.api import JsonObject
from tests.cluster.servers import ApiServer
from tests.contract.objects import notebook


@pytest.fixture
def then(api_server: ApiServer) -> str:
    """The version at which there was the notebook a; b came later."""
    path = NOTEBOOKS.path(api_server.namespace)
    api_server.api.create(path, notebook("a"))
    version: str = api_server.api.get(path)["metadata"]["resourceVersion"]
    api_server.api.create(path, notebook("b"))
    return version


def _names(answer: JsonObject) -> list[str]:
    return [item["metadata"]["name"] for item in answer["items"]]


def test_given_no_version_when_listed_then_the_newest_comes(
    api_server: ApiServer, then: str
) -> None:
    answer = api_server.api.get(NOTEBOOKS.path(api_server.namespace))

    assert _names(answer) == ["a", "b"]
    assert int(answer["metadata"]["resourceVersion"]) > int(then)


@pytest.mark.parametrize("query", [{}, {"resourceVersionMatch": "NotOlderThan"}])
def test_given_a_version_when_listed_then_it_is_at_least_as_new(
    api_server: ApiServer, then: str, query: dict[str, str]
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)

    answer = api_server.api.get(path, resourceVersion=then, **query)

    assert "a" in _names(answer)
    assert int(answer["metadata"]["resourceVersion"]) >= int(then)


def test_given_version_0_when_listed_then_some_state_comes(
    api_server: ApiServer, then: str
) -> None:
    answer = api_server.api.get(NOTEBOOKS.path(api_server.namespace), resourceVersion="0")

    assert then
    assert set(_names(answer)) <= {"a", "b"}
    assert int(answer["metadata"]["resourceVersion"]) > 0


def test_given_an_exact_version_when_listed_then_that_state_comes(
    api_server: ApiServer, then: str
) -> None:
    query = {"resourceVersion": then, "resourceVersionMatch": "Exact"}

    answer = api_server.api.get(NOTEBOOKS.path(api_server.namespace), **query)

    assert _names(answer) == ["a"]
    assert answer["metadata"]["resourceVersion"] == then


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param(
            {"resourceVersionMatch": "Exact"},
            "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
            id="a match without version",
        ),
        pytest.param(
            {"resourceVersion": "0", "resourceVersionMatch": "Exact"},
            'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
            id="exactly any version",
        ),
        pytest.param(
            {"resourceVersion": "1", "resourceVersionMatch": "Odd"},
            'Unsupported value: "Odd": supported values: "Exact", "NotOlderThan", ""',
            id="an unknown match",
        ),
    ],
)
def test_given_a_match_that_makes_no_sense_when_listed_then_it_is_named(
    api_server: ApiServer, query: dict[str, str], words: str
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)

    status = api_server.api.expect(422, "GET", path, **query)

    assert status["message"] == (
        f'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: {words}'
    )


def test_given_a_version_that_is_no_number_when_listed_then_bad_request(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)

    status = api_server.api.expect(400, "GET", path, resourceVersion="abc")

    assert status["reason"] == "BadRequest"
