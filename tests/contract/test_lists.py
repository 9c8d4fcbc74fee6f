from __future__ import annotations

from typing import Any

import pytest

from nbcore.kube.resources import NOTEBOOKS, PODS, Resource
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, config_map, labelled, namespace, notebook, pod


def _names(answer: dict[str, Any]) -> list[str]:
    return [item["metadata"]["name"] for item in answer["items"]]


@pytest.fixture
def seven(api_server: ApiServer) -> ApiServer:
    """The server with notebooks n0 to n6."""
    for i in range(7):
        api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook(f"n{i}"))
    return api_server


def test_given_no_objects_when_listed_then_an_empty_list_with_a_version(
    api_server: ApiServer,
) -> None:
    answer = api_server.api.get(NOTEBOOKS.path(api_server.namespace))

    assert (answer["apiVersion"], answer["kind"]) == ("ml.oneblock.ai/v1", "NotebookList")
    assert answer["items"] == []
    assert answer["metadata"]["resourceVersion"].isdigit()


def test_given_a_namespace_that_is_not_there_when_listed_then_an_empty_list(
    api_server: ApiServer,
) -> None:
    assert api_server.api.get(NOTEBOOKS.path("nowhere"))["items"] == []


def test_given_seven_objects_when_read_in_pages_of_three_then_each_comes_once(
    seven: ApiServer,
) -> None:
    path = NOTEBOOKS.path(seven.namespace)

    first = seven.api.get(path, limit="3")
    second = seven.api.get(path, limit="3", **{"continue": first["metadata"]["continue"]})
    third = seven.api.get(path, limit="3", **{"continue": second["metadata"]["continue"]})

    assert [_names(page) for page in (first, second, third)] == [
        ["n0", "n1", "n2"],
        ["n3", "n4", "n5"],
        ["n6"],
    ]
    assert first["metadata"]["remainingItemCount"] == 4
    assert not third["metadata"].get("continue")
    versions = {page["metadata"]["resourceVersion"] for page in (first, second, third)}
    assert len(versions) == 1


def test_given_a_change_between_pages_when_read_on_then_the_pages_are_one_snapshot(
    seven: ApiServer,
) -> None:
    path = NOTEBOOKS.path(seven.namespace)
    first = seven.api.get(path, limit="3")
    seven.api.delete(NOTEBOOKS.path(seven.namespace, "n5"))
    seven.api.create(path, notebook("n4a"))

    rest = seven.api.get(path, **{"continue": first["metadata"]["continue"]})

    assert _names(rest) == ["n3", "n4", "n5", "n6"]
    assert rest["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


def test_given_a_continue_token_of_nobody_when_used_then_bad_request(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)

    status = api_server.api.expect(400, "GET", path, limit="3", **{"continue": "bm9uc2Vuc2U"})

    assert status["reason"] == "BadRequest"


def test_given_exactly_a_page_when_limited_then_there_is_no_continue(seven: ApiServer) -> None:
    answer = seven.api.get(NOTEBOOKS.path(seven.namespace), limit="7")

    assert len(answer["items"]) == 7
    assert not answer["metadata"].get("continue")


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("colour=red", ["a", "b"]),
        ("colour==red", ["a", "b"]),
        ("colour!=red", ["c", "d"]),
        ("colour in (red,blue)", ["a", "b", "c"]),
        ("colour notin (red)", ["c", "d"]),
        ("colour", ["a", "b", "c"]),
        ("!colour", ["d"]),
        ("colour=red,size=big", ["a"]),
        ("example.com/team=x", ["d"]),
        ("colour=", []),
    ],
)
@pytest.mark.parametrize("resource", [CONFIG_MAPS, NOTEBOOKS], ids=lambda r: r.plural)
def test_given_labels_when_selected_then_only_matches_come(
    api_server: ApiServer, resource: Resource, selector: str, expected: list[str]
) -> None:
    build: Any = config_map if resource is CONFIG_MAPS else notebook
    labels: dict[str, dict[str, str]] = {
        "a": {"colour": "red", "size": "big"},
        "b": {"colour": "red"},
        "c": {"colour": "blue"},
        "d": {"example.com/team": "x"},
    }
    for name, pairs in labels.items():
        api_server.api.create(resource.path(api_server.namespace), labelled(build(name), **pairs))

    answer = api_server.api.get(resource.path(api_server.namespace), labelSelector=selector)

    # A new namespace holds a ConfigMap with the cluster's certificate.
    assert [n for n in _names(answer) if n != "kube-root-ca.crt"] == expected


@pytest.mark.parametrize("selector", ["a in b", "a b", "=x", "a=b=c"])
def test_given_a_label_selector_of_no_grammar_when_used_then_bad_request(
    api_server: ApiServer, selector: str
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)

    status = api_server.api.expect(400, "GET", path, labelSelector=selector)

    assert status["reason"] == "BadRequest"


@pytest.mark.parametrize(
    ("resource", "selector", "expected"),
    [
        (NOTEBOOKS, "metadata.name=n1", ["n1"]),
        (NOTEBOOKS, "metadata.name!=n1", ["n0"]),
        (PODS, "metadata.name=n1", ["n1"]),
        (PODS, "status.phase=Pending", ["n0", "n1"]),
        (PODS, "status.phase=Running", []),
        (PODS, "spec.nodeName=elsewhere,status.phase=Pending", []),
    ],
)
def test_given_a_field_selector_when_listed_then_only_matches_come(
    api_server: ApiServer, resource: Resource, selector: str, expected: list[str]
) -> None:
    for name in ("n0", "n1"):
        # Far more than any node has, so that the pods stay Pending.
        body = notebook(name) if resource is NOTEBOOKS else pod(name, requests={"cpu": "9000"})
        api_server.api.create(resource.path(api_server.namespace), body)

    answer = api_server.api.get(resource.path(api_server.namespace), fieldSelector=selector)

    assert _names(answer) == expected


@pytest.mark.parametrize("resource", [NOTEBOOKS, PODS], ids=lambda r: r.plural)
def test_given_a_field_that_is_no_selector_when_used_then_bad_request(
    api_server: ApiServer, resource: Resource
) -> None:
    path = resource.path(api_server.namespace)

    status = api_server.api.expect(400, "GET", path, fieldSelector="spec.colour=red")

    assert status["reason"] == "BadRequest"
    assert "field label not supported: spec.colour" in status["message"]


def test_given_objects_in_two_namespaces_when_all_are_listed_then_both_come(
    api_server: ApiServer,
) -> None:
    other = f"{api_server.namespace}-other"
    api_server.api.create("/api/v1/namespaces", namespace(other))
    for where in (api_server.namespace, other):
        body = labelled(notebook("twice"), run=api_server.namespace)
        api_server.api.create(NOTEBOOKS.path(where), body)

    answer = api_server.api.get(NOTEBOOKS.path(), labelSelector=f"run={api_server.namespace}")

    found = [item["metadata"]["namespace"] for item in answer["items"]]
    # In the order of the storage keys: namespace, a slash, the name.
    assert found == [other, api_server.namespace]
    api_server.api.delete(f"/api/v1/namespaces/{other}")
