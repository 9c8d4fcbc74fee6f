"""Create, read, replace, delete, and what the server says when it refuses.

Objects are ConfigMaps (built in) and Notebooks (custom) where the two could differ.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from nbcore.kube.resources import NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS, PODS, Resource
from tests.cluster.api import Api, JsonObject
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, claim, config_map, notebook, pod

BOTH = pytest.mark.parametrize(
    ("resource", "build"),
    [pytest.param(CONFIG_MAPS, config_map, id="built in"), (NOTEBOOKS, notebook)],
)
Build = Any


@BOTH
def test_given_nothing_when_created_then_the_server_fills_in_metadata(
    api_server: ApiServer, resource: Resource, build: Build
) -> None:
    made = api_server.api.create(resource.path(api_server.namespace), build("first"))

    metadata = made["metadata"]
    assert (made["apiVersion"], made["kind"]) == (resource.api_version, resource.kind)
    assert metadata["namespace"] == api_server.namespace
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", metadata["uid"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", metadata["creationTimestamp"])
    assert metadata["resourceVersion"].isdigit()
    assert api_server.api.get(resource.path(api_server.namespace, "first")) == made


def test_given_no_kind_when_a_built_in_object_is_created_then_the_url_says_it(
    api_server: ApiServer,
) -> None:
    body = {"metadata": {"name": "a"}}

    made = api_server.api.create(CONFIG_MAPS.path(api_server.namespace), body)

    assert (made["apiVersion"], made["kind"]) == ("v1", "ConfigMap")


def test_given_no_kind_when_a_notebook_is_created_then_bad_request(api_server: ApiServer) -> None:
    body = {key: value for key, value in notebook("a").items() if key != "kind"}

    api_server.api.expect(400, "POST", NOTEBOOKS.path(api_server.namespace), body)


@BOTH
def test_given_an_object_when_created_again_then_it_already_exists(
    api_server: ApiServer, resource: Resource, build: Build
) -> None:
    path = resource.path(api_server.namespace)
    api_server.api.create(path, build("taken"))

    status = api_server.api.expect(409, "POST", path, build("taken"))

    qualified = f"{resource.plural}.{resource.group}" if resource.group else resource.plural
    assert status["kind"] == "Status"
    assert status["apiVersion"] == "v1"
    assert status["status"] == "Failure"
    assert status["code"] == 409
    assert status["reason"] == "AlreadyExists"
    assert status["message"] == f'{qualified} "taken" already exists'
    assert status["details"]["name"] == "taken"
    assert status["details"]["kind"] == resource.plural


@BOTH
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_given_no_object_when_addressed_then_not_found(
    api_server: ApiServer, resource: Resource, build: Build, method: str
) -> None:
    path = resource.path(api_server.namespace, "nobody")
    numbered = build("nobody")
    numbered["metadata"]["resourceVersion"] = "1"
    body = {"PUT": numbered, "PATCH": {"metadata": {"labels": {"a": "b"}}}}.get(method)
    content_type = "application/merge-patch+json" if method == "PATCH" else "application/json"

    answer = api_server.api.request(method, path, body, content_type=content_type)

    qualified = f"{resource.plural}.{resource.group}" if resource.group else resource.plural
    assert answer.status == 404
    assert answer.body["reason"] == "NotFound"
    assert answer.body["message"] == f'{qualified} "nobody" not found'
    assert answer.body["details"]["name"] == "nobody"


def test_given_a_generate_name_when_created_then_five_characters_are_added(
    api_server: ApiServer,
) -> None:
    body = {**config_map(""), "metadata": {"generateName": "copy-"}}

    names = {
        api_server.api.create(CONFIG_MAPS.path(api_server.namespace), body)["metadata"]["name"]
        for _ in range(3)
    }

    assert len(names) == 3
    assert all(re.fullmatch(r"copy-[a-z0-9]{5}", name) for name in names)


@pytest.mark.parametrize(
    ("body", "code", "reason", "field"),
    [
        pytest.param(
            {"metadata": {}}, 422, "FieldValueRequired", "metadata.name", id="neither name"
        ),
        pytest.param(
            {"metadata": {"name": "Upper"}}, 422, "FieldValueInvalid", "metadata.name", id="capital"
        ),
        pytest.param(
            {"metadata": {"name": "a", "labels": {"b": "c d"}}},
            422,
            "FieldValueInvalid",
            "metadata.labels",
            id="label value with a space",
        ),
        pytest.param(
            {"metadata": {"name": "a", "annotations": {"not/a/key": "c"}}},
            422,
            "FieldValueInvalid",
            "metadata.annotations",
            id="annotation key with two slashes",
        ),
    ],
)
def test_given_wrong_metadata_when_created_then_the_cause_names_the_field(
    api_server: ApiServer, body: JsonObject, code: int, reason: str, field: str
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)

    status = api_server.api.expect(code, "POST", path, {**config_map(""), **body})

    assert status["reason"] == "Invalid"
    assert (reason, field) in [(c["reason"], c["field"]) for c in status["details"]["causes"]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"metadata": {"name": "a", "namespace": "elsewhere"}},
            "the namespace of the provided object does not match the namespace sent on the request",
            id="another namespace",
        ),
        pytest.param({"kind": "Secret"}, "Secret", id="another kind"),
        pytest.param({"apiVersion": "v2"}, "v2", id="another version"),
    ],
)
def test_given_a_body_that_contradicts_the_url_when_created_then_bad_request(
    api_server: ApiServer, change: JsonObject, message: str
) -> None:
    body = {**config_map("a"), **change}

    status = api_server.api.expect(400, "POST", CONFIG_MAPS.path(api_server.namespace), body)

    assert status["reason"] == "BadRequest"
    assert message in status["message"]


def test_given_another_name_in_the_body_when_replaced_then_bad_request(
    api_server: ApiServer,
) -> None:
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("a"))
    path = CONFIG_MAPS.path(api_server.namespace, "a")

    status = api_server.api.expect(400, "PUT", path, config_map("b"))

    expected = "the name of the object (b) does not match the name on the URL (a)"
    assert status["message"] == expected


@pytest.mark.parametrize("body", ["", "text", 7, []], ids=["empty string", "text", "7", "a list"])
def test_given_a_body_that_is_no_object_when_created_then_bad_request(
    api_server: ApiServer, body: object
) -> None:
    api_server.api.expect(400, "POST", CONFIG_MAPS.path(api_server.namespace), body)


def test_given_a_uid_of_ones_own_when_created_then_the_server_chooses(
    api_server: ApiServer,
) -> None:
    body = config_map("a")
    body["metadata"] |= {"uid": "mine", "creationTimestamp": "2001-01-01T00:00:00Z"}

    made = api_server.api.create(CONFIG_MAPS.path(api_server.namespace), body)

    assert made["metadata"]["uid"] != "mine"
    assert not made["metadata"]["creationTimestamp"].startswith("2001")


@BOTH
def test_given_an_object_when_replaced_by_the_same_then_nothing_changes(
    api_server: ApiServer, resource: Resource, build: Build
) -> None:
    made = api_server.api.create(resource.path(api_server.namespace), build("same"))

    again = api_server.api.replace(resource.path(api_server.namespace, "same"), made)

    assert again["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]


def test_given_a_notebook_when_its_spec_changes_then_only_that_raises_the_generation(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace, "counted")
    made = api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook("counted"))

    labelled = api_server.api.merge(path, {"metadata": {"labels": {"a": "b"}}})
    stopped = api_server.api.merge(path, {"spec": {"suspend": True}})

    generations = [o["metadata"]["generation"] for o in (made, labelled, stopped)]
    assert generations == [1, 1, 2]
    versions = [int(o["metadata"]["resourceVersion"]) for o in (made, labelled, stopped)]
    assert versions == sorted(set(versions))


@pytest.mark.parametrize(
    ("resource", "build", "kind"),
    [
        pytest.param(CONFIG_MAPS, config_map, "Status", id="ConfigMap: a Status"),
        pytest.param(NOTEBOOKS, notebook, "Status", id="Notebook: a Status"),
        pytest.param(PODS, pod, "Pod", id="Pod: the object"),
        pytest.param(
            PERSISTENT_VOLUME_CLAIMS, claim, "PersistentVolumeClaim", id="claim: the object"
        ),
    ],
)
def test_given_an_object_when_deleted_then_the_answer_is_what_clients_expect(
    api_server: ApiServer, resource: Resource, build: Build, kind: str
) -> None:
    made = api_server.api.create(resource.path(api_server.namespace), build("gone"))

    answer = api_server.api.delete(resource.path(api_server.namespace, "gone"))

    assert answer["kind"] == kind
    if kind == "Status":
        assert answer["status"] == "Success"
        assert answer["details"]["name"] == "gone"
        assert answer["details"]["uid"] == made["metadata"]["uid"]


def test_given_a_collection_when_put_to_then_method_not_allowed(api_server: ApiServer) -> None:
    status = api_server.api.expect(
        405, "PUT", CONFIG_MAPS.path(api_server.namespace), config_map("a")
    )

    assert status["reason"] == "MethodNotAllowed"


def test_given_labelled_objects_when_the_collection_is_deleted_then_only_they_go(
    api_server: ApiServer,
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    for name, colour in (("a", "red"), ("b", "red"), ("c", "blue")):
        body = config_map(name)
        body["metadata"]["labels"] = {"colour": colour}
        api_server.api.create(path, body)

    api_server.api.delete(path, labelSelector="colour=red")

    left = api_server.api.get(path, labelSelector="colour")
    assert [item["metadata"]["name"] for item in left["items"]] == ["c"]


def test_given_a_token_that_nobody_has_when_used_then_unauthorized(api_server: ApiServer) -> None:
    nobody = Api(api_server.kubeconfig, is_anonymous=True)

    answer = nobody.request("GET", "/api/v1/namespaces", token="wrong")

    nobody.close()
    assert answer.status == 401
    assert answer.body["reason"] == "Unauthorized"


def test_given_a_body_of_four_megabytes_when_created_then_it_is_too_large(
    api_server: ApiServer,
) -> None:
    body = config_map("big", a="x" * 4_000_000)

    answer = api_server.api.request("POST", CONFIG_MAPS.path(api_server.namespace), body)

    assert answer.status == 413
    assert answer.body["reason"] == "RequestEntityTooLarge"
