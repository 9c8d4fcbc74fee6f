"""Who owns what after an apply and after other writes, and in which order items come."""

from __future__ import annotations

from typing import Any

import pytest

from nbcore.kube.resources import NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS, SERVICES
from tests.cluster.api import STRATEGIC_MERGE_PATCH, JsonObject
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, claim, config_map, labelled, notebook, service


def _owned(obj: JsonObject, manager: str) -> JsonObject:
    entries = obj["metadata"].get("managedFields", [])
    return next((e["fieldsV1"] for e in entries if e["manager"] == manager), {})


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


def test_given_an_empty_list_when_applied_then_nobody_owns_it(api_server: ApiServer) -> None:
    body = config_map("a", a="1")
    body["metadata"]["finalizers"] = []

    made = api_server.api.apply(
        CONFIG_MAPS.path(api_server.namespace, "a"), body, manager="first"
    ).body

    assert _owned(made, "first") == {"f:data": {"f:a": {}}}


def test_given_a_null_when_applied_then_it_is_an_empty_text_and_a_conflict_for_others(
    api_server: ApiServer,
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace, "a")
    body: Any = config_map("a") | {"data": {"a": None}}

    made = api_server.api.apply(path, body, manager="first").body
    other = api_server.api.apply(path, body, manager="second")

    assert made["data"] == {"a": ""}
    assert _owned(made, "first") == {"f:data": {"f:a": {}}}
    assert other.status == 409


@pytest.mark.parametrize("finalizer", ["example.com/a", None])
def test_given_a_list_of_names_when_one_is_null_then_the_apply_is_refused(
    api_server: ApiServer, finalizer: str | None
) -> None:
    body = config_map("a")
    body["metadata"]["finalizers"] = [finalizer]

    answer = api_server.api.apply(
        CONFIG_MAPS.path(api_server.namespace, "a"), body, manager="first", dryRun="All"
    )

    assert answer.status == (201 if finalizer else 500)


@pytest.mark.parametrize("force", ["false", "true"])
def test_given_a_conflict_when_something_can_not_be_converted_then_it_is_told_first(
    api_server: ApiServer, force: str
) -> None:
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("a", a="1"))
    body = config_map("a", a="2") | {"binaryData": {"b": "%%%"}}

    answer = api_server.api.apply(
        CONFIG_MAPS.path(api_server.namespace, "a"), body, manager="second", force=force
    )

    assert answer.status == (500 if force == "true" else 409)


def test_given_nothing_when_what_is_applied_can_not_be_converted_then_it_is_told_before_its_version(
    api_server: ApiServer,
) -> None:
    body = config_map("a") | {"binaryData": {"b": "%%%"}}
    body["metadata"]["resourceVersion"] = "x"

    answer = api_server.api.apply(
        CONFIG_MAPS.path(api_server.namespace, "a"), body, manager="first"
    )

    assert answer.status == 500
    assert answer.body["message"].startswith("failed to convert new object (/a; ")


@pytest.mark.parametrize("entries", [[], [{}]], ids=["an empty list", "an empty entry"])
def test_given_managers_when_they_are_forgotten_then_updates_have_none_until_the_next_apply(
    api_server: ApiServer, entries: list[Any]
) -> None:
    made = api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("a", a="1"))
    path = CONFIG_MAPS.path(api_server.namespace, "a")
    made["metadata"]["managedFields"] = entries
    made["data"]["a"] = "2"

    forgotten = api_server.api.replace(path, made)
    updated = api_server.api.merge(path, {"data": {"b": "1"}})
    applied = api_server.api.apply(path, config_map("a", c="1"), manager="second").body

    assert "managedFields" not in forgotten["metadata"]
    assert "managedFields" not in updated["metadata"]
    assert _owned(applied, "before-first-apply") == {"f:data": {".": {}, "f:a": {}, "f:b": {}}}
    assert _owned(applied, "second") == {"f:data": {"f:c": {}}}


def test_given_managers_when_a_notebook_comes_with_an_empty_list_of_them_then_they_stay(
    api_server: ApiServer,
) -> None:
    made = api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook("a"))
    path = NOTEBOOKS.path(api_server.namespace, "a")
    made["metadata"]["managedFields"] = []

    updated = api_server.api.replace(path, made)

    assert updated["metadata"]["managedFields"]


def test_given_any_list_of_managers_when_applied_then_refused(api_server: ApiServer) -> None:
    body = config_map("a")
    body["metadata"]["managedFields"] = []

    answer = api_server.api.apply(
        CONFIG_MAPS.path(api_server.namespace, "a"), body, manager="first"
    )

    assert answer.status == 400
    assert answer.body["message"] == "metadata.managedFields must be nil"


def test_given_an_item_of_a_list_when_its_only_owner_gives_it_up_then_it_goes_as_a_whole(
    api_server: ApiServer,
) -> None:
    path = SERVICES.path(api_server.namespace, "a")
    two = [{"name": "a", "port": 80}, {"name": "b", "port": 81}]
    api_server.api.apply(path, service("a", ports=two), manager="first")
    patch = {"spec": {"ports": [{"port": 81, "name": "renamed"}]}}
    api_server.api.expect(200, "PATCH", path, patch, content_type=STRATEGIC_MERGE_PATCH)

    applied = api_server.api.apply(path, service("a", ports=two[:1]), manager="first").body

    assert [port["name"] for port in applied["spec"]["ports"]] == ["a"]


def test_given_a_list_with_keys_when_an_item_has_none_then_only_built_in_kinds_make_one_up(
    api_server: ApiServer,
) -> None:
    of_services, of_notebooks = (r.path(api_server.namespace, "a") for r in (SERVICES, NOTEBOOKS))
    unnamed = {"template": {"spec": {"containers": [{"image": "x"}]}}}

    zero = api_server.api.apply(of_services, service("a", ports=[{"name": "a"}]), manager="first")
    none = api_server.api.apply(of_notebooks, notebook("a", **unnamed), manager="first")

    assert zero.status == 422
    assert none.status == 500


def test_given_two_conflicts_when_applied_then_a_field_comes_before_what_is_deeper(
    api_server: ApiServer,
) -> None:
    collection = PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace)
    api_server.api.create(collection, claim("a", storageClassName="missing"))
    body = claim("a", storageClassName="other", resources={"requests": {"storage": "2Gi"}})

    answer = api_server.api.apply(f"{collection}/a", body, manager="second")

    assert [cause["field"] for cause in answer.body["details"]["causes"]] == [
        ".spec.storageClassName",
        ".spec.resources.requests.storage",
    ]
