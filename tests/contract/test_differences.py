"""Answers that random requests once showed to differ, each as one short case.

writes: made by PUT, versions and numbers that a client sends, what is left empty, warnings with an
error; deletes: options in a body, preconditions, dry run; patches: what can't be decoded after one,
formats; owners and order of what an apply makes.
"""

from __future__ import annotations

from typing import Any

import pytest

from nbcore.kube.resources import (
    LEASES,
    NOTEBOOKS,
    PERSISTENT_VOLUME_CLAIMS,
    SERVICES,
    Resource,
)
from tests.cluster.api import (
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_MERGE_PATCH,
    Answer,
)
from tests.cluster.servers import ApiServer
from tests.contract.objects import (
    CONFIG_MAPS,
    claim,
    config_map,
    labelled,
    notebook,
    service,
)

LIMIT_RANGES = Resource("", "v1", "limitranges", "LimitRange")
UNKNOWN_UID = "00000000-0000-0000-0000-000000000000"


def _patch(s: ApiServer, path: str, patch: Any, kind: str = MERGE_PATCH, **query: str) -> Answer:
    return s.api.request("PATCH", path, patch, content_type=kind, **query)


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


@pytest.mark.parametrize(
    ("patch", "kind"),
    [
        pytest.param({"data": "x"}, MERGE_PATCH, id="a text for a map"),
        pytest.param({"data": {"a": 5}}, STRATEGIC_MERGE_PATCH, id="a number for a text"),
        pytest.param({"binaryData": {"b": "%%%"}}, MERGE_PATCH, id="no base64"),
        pytest.param(
            [{"op": "add", "path": "/metadata/labels", "value": "x"}], JSON_PATCH, id="labels"
        ),
    ],
)
def test_given_a_patch_when_its_result_can_not_be_decoded_then_the_patch_is_invalid(
    api_server: ApiServer, patch: Any, kind: str
) -> None:
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("a", a="1"))

    answer = _patch(api_server, CONFIG_MAPS.path(api_server.namespace, "a"), patch, kind)

    assert _fields(answer) == ["patch"]
    assert answer.body["message"].startswith(' "" is invalid: patch: Invalid value: ')


def test_given_a_patch_when_it_changes_the_kind_then_custom_kinds_refuse_it(
    api_server: ApiServer,
) -> None:
    api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook("a"))
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("a"))

    refused = _patch(api_server, NOTEBOOKS.path(api_server.namespace, "a"), {"kind": "Pod"})
    ignored = _patch(
        api_server,
        CONFIG_MAPS.path(api_server.namespace, "a"),
        {"kind": "Pod", "apiVersion": "v9"},
        STRATEGIC_MERGE_PATCH,
    )

    assert refused.body["message"] == (
        'Pod.ml.oneblock.ai "a" is invalid: kind: Invalid value: "Pod": must be Notebook'
    )
    assert ignored.body["kind"] == "ConfigMap"


def test_given_a_notebook_when_patched_strategically_with_wrong_options_then_415_comes_first(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace, "a")

    answer = _patch(api_server, path, {}, STRATEGIC_MERGE_PATCH, dryRun="Some")

    assert answer.status == 415


def test_given_a_service_when_created_then_nobody_owns_its_spec_as_such(
    api_server: ApiServer,
) -> None:
    made = api_server.api.create(SERVICES.path(api_server.namespace), labelled(service("a"), a="b"))

    [entry] = made["metadata"]["managedFields"]
    assert "." not in entry["fieldsV1"]["f:spec"]
    assert "." in entry["fieldsV1"]["f:metadata"]["f:labels"]


def test_given_a_port_when_another_manager_applies_one_then_it_comes_after(
    api_server: ApiServer,
) -> None:
    api_server.api.create(SERVICES.path(api_server.namespace), service("a"))
    path = SERVICES.path(api_server.namespace, "a")

    applied = api_server.api.apply(
        path, service("a", ports=[{"name": "new", "port": 81}]), manager="second"
    )

    assert [port["name"] for port in applied.body["spec"]["ports"]] == ["http", "new"]


def test_given_an_empty_map_when_applied_then_the_manager_owns_it(api_server: ApiServer) -> None:
    path = CONFIG_MAPS.path(api_server.namespace, "a")

    made = api_server.api.apply(path, config_map("a"), manager="first").body

    assert "data" not in made
    assert made["metadata"]["managedFields"][0]["fieldsV1"] == {"f:data": {}}


def test_given_an_amount_when_applied_in_another_form_then_it_is_a_conflict(
    api_server: ApiServer,
) -> None:
    collection = PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace)
    api_server.api.create(collection, claim("a", storageClassName="missing"))
    body = claim("a", resources={"requests": {"storage": "1024Mi"}})

    answer = api_server.api.apply(f"{collection}/a", body, manager="second")

    assert answer.status == 409
    assert [c["field"] for c in answer.body["details"]["causes"]] == [
        ".spec.resources.requests.storage"
    ]


def test_given_a_missing_notebook_when_its_status_is_applied_then_not_found(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace, "missing", "status")
    status = {"conditions": [{"type": "A"}, {"type": "A"}]}

    answer = api_server.api.apply(path, notebook("missing") | {"status": status}, manager="m")

    assert answer.status == 404


def test_given_labels_when_a_status_is_applied_then_its_manager_does_not_own_them(
    api_server: ApiServer,
) -> None:
    api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook("a"))
    path = NOTEBOOKS.path(api_server.namespace, "a", "status")
    body = labelled(notebook("a"), app="x") | {"status": {"phase": "Ready"}}

    applied = api_server.api.apply(path, body, manager="m").body

    [entry] = [e for e in applied["metadata"]["managedFields"] if e["manager"] == "m"]
    assert entry["fieldsV1"] == {"f:status": {"f:phase": {}}}


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
