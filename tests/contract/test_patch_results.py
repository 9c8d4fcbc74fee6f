"""What patches may make of an object, and what they may not."""

from __future__ import annotations

from typing import Any

import pytest

from nbcore.kube.resources import NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS, SERVICES
from tests.cluster.api import JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, Answer
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, claim, config_map, notebook, service


def _patch(s: ApiServer, path: str, patch: Any, kind: str = MERGE_PATCH, **query: str) -> Answer:
    return s.api.request("PATCH", path, patch, content_type=kind, **query)


def _fields(answer: Answer) -> list[str]:
    assert answer.status == 422, answer.body
    return sorted({cause["field"] for cause in answer.body["details"]["causes"]})


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


def test_given_a_notebook_when_a_patch_changes_its_kind_then_it_is_told_with_all_that_is_wrong(
    api_server: ApiServer,
) -> None:
    api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook("a"))
    path = NOTEBOOKS.path(api_server.namespace, "a")

    refused = _patch(api_server, path, {"kind": "Pod", "metadata": {"labels": {"a b": ""}}})
    created = api_server.api.request(
        "POST", NOTEBOOKS.path(api_server.namespace), notebook("b") | {"kind": "Pod", "more": 1}
    )

    assert _fields(refused) == ["kind", "metadata.labels"]
    assert _fields(created) == ["kind"]
    assert "Warning" not in created.headers


def test_given_a_notebook_without_a_version_when_it_can_not_be_decoded_then_the_sentence_has_none(
    api_server: ApiServer,
) -> None:
    body = notebook("a") | {"metadata": {"name": "a", "labels": {"a": 5}}}
    del body["apiVersion"]

    answer = api_server.api.request("POST", NOTEBOOKS.path(api_server.namespace), body)

    assert answer.body["message"].startswith('Notebook in version "" cannot be handled as a')


def test_given_a_notebook_when_a_patch_takes_its_version_away_then_500(
    api_server: ApiServer,
) -> None:
    api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook("a"))

    answer = _patch(api_server, NOTEBOOKS.path(api_server.namespace, "a"), {"apiVersion": None})

    assert answer.status == 500
    assert answer.body["reason"] == "InternalError"


def test_given_an_object_when_a_patch_changes_its_uid_then_it_is_told_with_all_that_is_wrong(
    api_server: ApiServer,
) -> None:
    api_server.api.create(SERVICES.path(api_server.namespace), service("a"))
    patch = {"metadata": {"uid": "x"}, "spec": {"type": "Other"}}

    answer = _patch(api_server, SERVICES.path(api_server.namespace, "a"), patch)

    assert _fields(answer) == ["metadata.uid", "spec.type"]


@pytest.mark.parametrize("name", ["deletionTimestamp", "deletionGracePeriodSeconds"])
def test_given_an_object_when_a_patch_begins_its_deletion_then_refused(
    api_server: ApiServer, name: str
) -> None:
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("a"))
    value = {"deletionTimestamp": "2020-01-02T03:04:05Z"}.get(name, 5)

    answer = _patch(
        api_server, CONFIG_MAPS.path(api_server.namespace, "a"), {"metadata": {name: value}}
    )

    assert _fields(answer) == [f"metadata.{name}"]


def test_given_a_service_when_a_patch_takes_its_spec_away_then_only_its_ports_are_missing(
    api_server: ApiServer,
) -> None:
    api_server.api.create(SERVICES.path(api_server.namespace), service("a"))

    answer = _patch(api_server, SERVICES.path(api_server.namespace, "a"), {"spec": None})

    assert _fields(answer) == ["spec.ports"]


def test_given_an_object_in_deletion_when_its_last_finalizer_goes_then_its_version_is_the_old_one(
    api_server: ApiServer,
) -> None:
    body = config_map("a")
    body["metadata"]["finalizers"] = ["example.com/a"]
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), body)
    path = CONFIG_MAPS.path(api_server.namespace, "a")
    api_server.api.delete(path)
    marked = api_server.api.get(path)

    gone = api_server.api.merge(path, {"metadata": {"finalizers": None}})

    assert gone["metadata"]["resourceVersion"] == marked["metadata"]["resourceVersion"]
    assert not api_server.api.exists(path)


def test_given_a_number_of_a_generation_when_deletion_begins_then_it_is_counted_up(
    api_server: ApiServer,
) -> None:
    body = config_map("a")
    body["metadata"] |= {"finalizers": ["example.com/a"], "generation": 7}
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), body)
    path = CONFIG_MAPS.path(api_server.namespace, "a")

    api_server.api.delete(path)
    gone = api_server.api.merge(path, {"metadata": {"finalizers": None}})

    assert gone["metadata"]["generation"] == 8


def test_given_a_claim_when_it_asks_for_less_then_only_its_spec_is_refused(
    api_server: ApiServer,
) -> None:
    collection = PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace)
    api_server.api.create(collection, claim("a", storageClassName="missing"))

    less = _patch(api_server, f"{collection}/a", _asking_for("1Mi"))
    operation = {"op": "add", "path": "/spec/resources/requests/storage"}
    nothing = _patch(api_server, f"{collection}/a", [operation], JSON_PATCH)

    assert _fields(less) == ["spec"]
    assert "spec.resources.requests.storage" in _fields(nothing)


def _asking_for(amount: str) -> Any:
    return {"spec": {"resources": {"requests": {"storage": amount}}}}


def test_given_a_service_when_a_patch_ends_its_affinity_then_the_time_of_it_goes_too(
    api_server: ApiServer,
) -> None:
    body = service("a", sessionAffinity="ClientIP")
    made = api_server.api.create(SERVICES.path(api_server.namespace), body)
    patch = {"spec": {"sessionAffinity": "None"}}

    ended = _patch(api_server, SERVICES.path(api_server.namespace, "a"), patch).body

    assert made["spec"]["sessionAffinityConfig"] == {"clientIP": {"timeoutSeconds": 10800}}
    assert "sessionAffinityConfig" not in ended["spec"]


def test_given_a_port_when_a_patch_takes_its_number_then_its_target_lacks_one_too(
    api_server: ApiServer,
) -> None:
    api_server.api.create(SERVICES.path(api_server.namespace), service("a"))
    patch = {"spec": {"ports": [{"name": "a"}]}}

    answer = _patch(api_server, SERVICES.path(api_server.namespace, "a"), patch)

    assert _fields(answer) == ["spec.ports[0].port", "spec.ports[0].targetPort"]


@pytest.mark.parametrize("kind", [MERGE_PATCH, STRATEGIC_MERGE_PATCH])
def test_given_nulls_in_a_new_map_when_patched_then_they_are_left_out(
    api_server: ApiServer, kind: str
) -> None:
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("a"))
    patch = {"metadata": {"annotations": {"a": None, "b": "1"}}}

    answer = _patch(api_server, CONFIG_MAPS.path(api_server.namespace, "a"), patch, kind)

    assert answer.body["metadata"]["annotations"] == {"b": "1"}
