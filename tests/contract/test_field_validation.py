"""Unknown fields: Strict refuses them, Warn (the default) warns, Ignore drops them silently."""

from __future__ import annotations

from typing import Any

import pytest

from nbcore.kube.resources import NOTEBOOKS, STATEFUL_SETS, Resource
from tests.cluster.servers import ApiServer
from tests.contract.objects import notebook, stateful_set

CASES = pytest.mark.parametrize(
    ("resource", "build"),
    [
        pytest.param(NOTEBOOKS, notebook, id="Notebook"),
        pytest.param(STATEFUL_SETS, lambda name: stateful_set(name, replicas=0), id="StatefulSet"),
    ],
)
FIELD = "spec.template.spec.containers[0].imagePolicy"


def _with_typo(build: Any) -> Any:
    obj = build("a")
    obj["spec"]["template"]["spec"]["containers"][0]["imagePolicy"] = "Always"
    return obj


@CASES
def test_given_a_typo_when_created_strictly_then_refused_with_its_path(
    api_server: ApiServer, resource: Resource, build: Any
) -> None:
    path = resource.path(api_server.namespace)

    status = api_server.api.expect(400, "POST", path, _with_typo(build), fieldValidation="Strict")

    assert status["reason"] == "BadRequest"
    assert f'strict decoding error: unknown field "{FIELD}"' in status["message"]
    assert not api_server.api.exists(f"{path}/a")


@CASES
@pytest.mark.parametrize("query", [{}, {"fieldValidation": "Warn"}], ids=["default", "Warn"])
def test_given_a_typo_when_created_with_warnings_then_made_without_it(
    api_server: ApiServer, resource: Resource, build: Any, query: dict[str, str]
) -> None:
    path = resource.path(api_server.namespace)

    answer = api_server.api.request("POST", path, _with_typo(build), **query)

    assert answer.status == 201
    assert f'unknown field \\"{FIELD}\\"' in answer.headers["Warning"]
    assert answer.headers["Warning"].startswith("299 ")
    container = answer.body["spec"]["template"]["spec"]["containers"][0]
    assert "imagePolicy" not in container


@CASES
def test_given_a_typo_when_ignored_then_made_without_a_warning(
    api_server: ApiServer, resource: Resource, build: Any
) -> None:
    path = resource.path(api_server.namespace)

    answer = api_server.api.request("POST", path, _with_typo(build), fieldValidation="Ignore")

    assert answer.status == 201
    assert "Warning" not in answer.headers


@CASES
def test_given_a_typo_in_a_patch_when_strict_then_refused(
    api_server: ApiServer, resource: Resource, build: Any
) -> None:
    path = resource.path(api_server.namespace)
    api_server.api.create(path, build("a"))

    answer = api_server.api.request(
        "PATCH",
        f"{path}/a",
        {"spec": {"colour": "red"}},
        content_type="application/merge-patch+json",
        fieldValidation="Strict",
    )

    assert answer.status in {400, 422}
    assert 'unknown field "spec.colour"' in answer.body["message"]


def test_given_a_typo_when_applied_by_the_server_then_refused(api_server: ApiServer) -> None:
    path = NOTEBOOKS.path(api_server.namespace, "a")

    answer = api_server.api.apply(
        path, _with_typo(notebook), manager="me", fieldValidation="Strict"
    )

    assert answer.status >= 400
    assert "imagePolicy" in answer.body["message"]
    assert not api_server.api.exists(path)
