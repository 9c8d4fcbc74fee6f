"""Answers that random requests once showed to differ, each as one short case.

writes: made by PUT, versions, names and numbers that a client sends, nulls, what is left empty,
warnings; deletes: options in a body, preconditions, dry run; lists: selectors, pages.
"""

from __future__ import annotations

import pytest

from nbcore.kube.resources import LEASES, NOTEBOOKS, SERVICES, Resource
from tests.cluster.api import Answer
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, config_map, labelled, notebook, service

LIMIT_RANGES = Resource("", "v1", "limitranges", "LimitRange")
UNKNOWN_UID = "00000000-0000-0000-0000-000000000000"


def _fields(answer: Answer) -> list[str]:
    assert answer.status == 422, answer.body
    return sorted({cause["field"] for cause in answer.body["details"]["causes"]})


@pytest.mark.parametrize("resource", [SERVICES, LEASES, LIMIT_RANGES], ids=str)
def test_given_nothing_when_put_then_some_kinds_are_made(
    api_server: ApiServer, resource: Resource
) -> None:
    body = service("a") if resource is SERVICES else {"metadata": {"name": "a"}}
    path = resource.path(api_server.namespace, "a")

    made = api_server.api.expect(201, "PUT", path, body)

    assert made["metadata"]["namespace"] == api_server.namespace
    versioned = body | {"metadata": {"name": "c", "resourceVersion": "1"}}
    api_server.api.expect(201, "PUT", resource.path(api_server.namespace, "c"), versioned)
    named = body | {"metadata": {"name": "b", "uid": UNKNOWN_UID}}
    path = resource.path(api_server.namespace, "b")
    assert api_server.api.request("PUT", path, named).status == 409


@pytest.mark.parametrize("resource", [CONFIG_MAPS, NOTEBOOKS], ids=str)
def test_given_nothing_when_put_without_a_version_then_other_kinds_are_not_found(
    api_server: ApiServer, resource: Resource
) -> None:
    body = config_map("a") if resource is CONFIG_MAPS else notebook("a")

    answer = api_server.api.request("PUT", resource.path(api_server.namespace, "a"), body)

    assert answer.status == 404


def test_given_a_version_when_created_then_an_error_unless_it_is_empty(
    api_server: ApiServer,
) -> None:
    collection = CONFIG_MAPS.path(api_server.namespace)
    body = config_map("a")

    answer = api_server.api.request(
        "POST", collection, body | {"metadata": {"name": "a", "resourceVersion": "1"}}
    )

    assert answer.status == 500
    assert answer.body["message"] == "resourceVersion should not be set on objects to be created"
    empty = body | {"metadata": {"name": "a", "resourceVersion": ""}}
    assert (
        "resourceVersion" not in api_server.api.create(collection, empty, dryRun="All")["metadata"]
    )
    path = CONFIG_MAPS.path(api_server.namespace, "b")
    applied = config_map("b")
    applied["metadata"]["resourceVersion"] = "1"
    assert api_server.api.apply(path, applied, manager="m").status == 201


def test_given_a_kind_without_generation_when_created_with_one_then_it_is_kept(
    api_server: ApiServer,
) -> None:
    body = config_map("a") | {"metadata": {"name": "a", "generation": 7}}

    made = api_server.api.create(CONFIG_MAPS.path(api_server.namespace), body)

    assert made["metadata"]["generation"] == 7


def test_given_empty_metadata_when_a_notebook_is_created_then_it_is_left_out(
    api_server: ApiServer,
) -> None:
    body = notebook("a")
    body["metadata"] |= {"labels": {}, "finalizers": []}

    made = api_server.api.create(NOTEBOOKS.path(api_server.namespace), body)

    assert not made["metadata"].keys() & {"labels", "finalizers"}


def test_given_an_unknown_field_when_the_request_fails_then_the_warning_comes_all_the_same(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace, "missing")

    answer = api_server.api.request("PUT", path, notebook("missing", colour="red"))

    assert answer.status == 404
    assert 'unknown field \\"spec.colour\\"' in answer.headers["Warning"]


def test_given_two_wrong_options_when_sent_then_both_are_listed(api_server: ApiServer) -> None:
    answer = api_server.api.request(
        "POST",
        CONFIG_MAPS.path(api_server.namespace),
        config_map("a"),
        dryRun="Some",
        fieldValidation="Other",
    )

    assert _fields(answer) == ["dryRun", "fieldValidation"]
    assert 'is invalid: [dryRun: Unsupported value: ["Some"]' in answer.body["message"]


def test_given_a_body_when_deleted_then_the_query_is_not_looked_at(api_server: ApiServer) -> None:
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("a"))
    path = CONFIG_MAPS.path(api_server.namespace, "a")

    refused = api_server.api.request("DELETE", path, {"dryRun": ["Some"]})
    api_server.api.delete(path, {}, dryRun="All", propagationPolicy="Other")

    assert _fields(refused) == ["dryRun"]
    assert not api_server.api.exists(path)


@pytest.mark.parametrize("field", ["uid", "resourceVersion"])
def test_given_a_wrong_precondition_when_deleted_then_the_conflict_names_both_values(
    api_server: ApiServer, field: str
) -> None:
    made = api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("a"))
    path = CONFIG_MAPS.path(api_server.namespace, "a")

    answer = api_server.api.request("DELETE", path, {"preconditions": {field: "1"}})

    word = {"uid": "UID", "resourceVersion": "ResourceVersion"}[field]
    assert answer.status == 409
    assert answer.body["details"]["kind"] == "ConfigMap"
    assert (
        f"the {word} in the precondition (1) does not match the {word} in record "
        f"({made['metadata'][field]})"
    ) in answer.body["message"]


def test_given_a_config_map_when_its_deletion_is_tried_then_the_answer_is_a_status(
    api_server: ApiServer,
) -> None:
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("a"))

    shown = api_server.api.delete(CONFIG_MAPS.path(api_server.namespace, "a"), dryRun="All")

    assert shown["status"] == "Success"


@pytest.mark.parametrize("resource", [CONFIG_MAPS, SERVICES], ids=str)
def test_given_an_unknown_field_selector_when_listed_then_the_sentence_depends_on_the_kind(
    api_server: ApiServer, resource: Resource
) -> None:
    answer = api_server.api.request(
        "GET", resource.path(api_server.namespace), fieldSelector="spec.colour=red"
    )

    known = 'only "metadata.name", "metadata.namespace"'
    assert answer.body["message"] == (
        f'"spec.colour" is not a known field selector: {known}'
        if resource is CONFIG_MAPS
        else "field label not supported: spec.colour"
    )


def test_given_nothing_to_continue_with_when_listed_then_custom_kinds_say_so(
    api_server: ApiServer,
) -> None:
    notebooks = api_server.api.get(NOTEBOOKS.path(api_server.namespace))
    config_maps = api_server.api.get(CONFIG_MAPS.path(api_server.namespace))

    assert notebooks["metadata"]["continue"] == ""
    assert "continue" not in config_maps["metadata"]


def test_given_a_page_when_nothing_after_it_is_selected_then_the_next_one_is_empty(
    api_server: ApiServer,
) -> None:
    collection = SERVICES.path(api_server.namespace)
    api_server.api.create(collection, labelled(service("a"), app="x"))
    api_server.api.create(collection, service("b"))

    page = api_server.api.get(collection, labelSelector="app=x", limit="1")
    token = page["metadata"]["continue"]
    rest = api_server.api.get(
        collection, **{"labelSelector": "app=x", "limit": "1", "continue": token}
    )

    assert [item["metadata"]["name"] for item in page["items"]] == ["a"]
    assert rest["items"] == []


@pytest.mark.parametrize(
    ("version", "status"), [("0", 200), ("00", 200), ("x", 500), ("-1", 500), ("1", 409)]
)
def test_given_a_version_when_put_then_it_counts_as_a_number(
    api_server: ApiServer, version: str, status: int
) -> None:
    made = api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("a"))
    made["metadata"]["resourceVersion"] = version

    answer = api_server.api.request("PUT", CONFIG_MAPS.path(api_server.namespace, "a"), made)

    assert answer.status == status


def test_given_a_notebook_when_put_with_version_zero_then_a_version_is_required(
    api_server: ApiServer,
) -> None:
    made = api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook("a"))
    made["metadata"]["resourceVersion"] = "0"

    answer = api_server.api.request("PUT", NOTEBOOKS.path(api_server.namespace, "a"), made)

    assert _fields(answer) == ["metadata.resourceVersion"]


def test_given_an_object_without_a_name_when_put_then_it_is_undeterminable(
    api_server: ApiServer,
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace, "a")

    answer = api_server.api.request("PUT", path, config_map("a") | {"metadata": {}})

    assert answer.body["message"] == (
        "the name of the object (a based on URL) was undeterminable: name must be provided"
    )


def test_given_nulls_when_created_then_they_are_empty_texts(api_server: ApiServer) -> None:
    body = config_map("a") | {"data": {"a": None}}
    body["metadata"]["labels"] = {"b": None}

    made = api_server.api.create(CONFIG_MAPS.path(api_server.namespace), body)

    assert made["data"] == {"a": ""}
    assert made["metadata"]["labels"] == {"b": ""}


@pytest.mark.parametrize(
    ("field", "value", "causes"),
    [
        pytest.param("finalizers", ["example.com/not valid!"], ["finalizers"], id="a bad name"),
        pytest.param("finalizers", ["unqualified"], ["finalizers[0]"], id="a name of nobody's"),
        pytest.param("finalizers", [None], ["finalizers", "finalizers[0]"], id="no name"),
        pytest.param(
            "ownerReferences",
            [{"uid": "x"}],
            [f"ownerReferences.{name}" for name in ("apiVersion", "kind", "name")],
            id="an owner that is not named",
        ),
        pytest.param("annotations", {"a/b/c": "", "/d": ""}, ["annotations"], id="bad keys"),
    ],
)
def test_given_wrong_metadata_when_created_then_each_cause_is_where_it_is(
    api_server: ApiServer, field: str, value: object, causes: list[str]
) -> None:
    body = config_map("a")
    body["metadata"][field] = value

    answer = api_server.api.request("POST", CONFIG_MAPS.path(api_server.namespace), body)

    assert _fields(answer) == [f"metadata.{cause}" for cause in causes]


def test_given_a_time_that_is_none_when_created_then_400(api_server: ApiServer) -> None:
    body = config_map("a")
    body["metadata"]["deletionTimestamp"] = "today"

    answer = api_server.api.request("POST", CONFIG_MAPS.path(api_server.namespace), body)

    assert answer.status == 400


def test_given_a_finalizer_of_nobody_s_when_a_notebook_gets_it_then_a_warning_comes_once(
    api_server: ApiServer,
) -> None:
    body = notebook("a")
    body["metadata"]["finalizers"] = ["unqualified"]
    collection = NOTEBOOKS.path(api_server.namespace)

    made = api_server.api.request("POST", collection, body)
    again = api_server.api.request("PUT", f"{collection}/a", made.body)
    api_server.api.merge(f"{collection}/a", {"metadata": {"finalizers": None}})

    assert "prefer a domain-qualified finalizer name to avoid" in made.headers["Warning"]
    assert "Warning" not in again.headers
