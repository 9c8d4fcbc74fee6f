"""JSON patches where the API server does what RFC 6902 leaves open, or forbids."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cluster.api import JSON_PATCH, Answer
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, config_map

FINALIZERS = "/metadata/finalizers"


def _patched(s: ApiServer, *operations: Any) -> Answer:
    """A ConfigMap with a=1 and two finalizers, after the operations; nothing is stored of that."""
    body = config_map("a", a="1")
    body["metadata"]["finalizers"] = ["example.com/a", "example.com/b"]
    path = CONFIG_MAPS.path(s.namespace)
    s.api.create(path, body)
    answer = s.api.request(
        "PATCH", f"{path}/a", list(operations), content_type=JSON_PATCH, dryRun="All"
    )
    s.api.merge(f"{path}/a", {"metadata": {"finalizers": None}})
    return answer


@pytest.mark.parametrize(
    ("operation", "data"),
    [
        pytest.param(
            {"op": "replace", "path": "/data/b", "value": "2"},
            {"a": "1", "b": "2"},
            id="replace adds what is missing",
        ),
        pytest.param({"op": "add", "path": "/data/b"}, {"a": "1", "b": ""}, id="no value is null"),
        pytest.param(
            {"op": "copy", "from": "/data/b", "path": "/data/a"},
            {"a": ""},
            id="a copy of what is missing is null",
        ),
        pytest.param(
            {"op": "copy", "from": "/metadata/labels", "path": "/data"},
            None,
            id="and so is that of a map",
        ),
        pytest.param({"op": "test", "path": "/data/b"}, {"a": "1"}, id="missing is null in a test"),
        pytest.param(
            {"op": "add", "path": "anything/data", "value": {}},
            None,
            id="what stands before the first slash does not count",
        ),
    ],
)
def test_given_a_place_that_is_missing_when_patched_then_it_counts_as_null(
    api_server: ApiServer, operation: Any, data: Any
) -> None:
    answer = _patched(api_server, operation)

    assert answer.status == 200
    assert answer.body.get("data") == data


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        ({"op": "remove", "path": f"{FINALIZERS}/-1"}, "a"),
        ({"op": "add", "path": f"{FINALIZERS}/-1", "value": "example.com/c"}, "abc"),
        ({"op": "add", "path": f"{FINALIZERS}/-", "value": "example.com/c"}, "abc"),
        ({"op": "add", "path": f"{FINALIZERS}/+1", "value": "example.com/c"}, "acb"),
        ({"op": "replace", "path": f"{FINALIZERS}/00", "value": "example.com/c"}, "cb"),
        ({"op": "move", "from": f"{FINALIZERS}/0", "path": f"{FINALIZERS}/-"}, "ba"),
    ],
    ids=lambda case: "".join(case.values()) if isinstance(case, dict) else case,
)
def test_given_a_list_when_an_index_has_a_sign_or_zeros_then_it_counts(
    api_server: ApiServer, operation: Any, names: str
) -> None:
    answer = _patched(api_server, operation)

    assert answer.status == 200
    assert answer.body["metadata"]["finalizers"] == [f"example.com/{name}" for name in names]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/data/b"},
        {"op": "move", "from": "/data/b", "path": "/data/c"},
        {"op": "move", "from": "/data", "path": "/data/b"},
        {"op": "copy", "from": "", "path": "/data/b"},
        {"op": "add", "path": "", "value": {}},
        {"op": "replace", "path": "", "value": "x"},
        {"op": "replace", "path": "/none/b", "value": "x"},
        {"op": "replace", "path": f"{FINALIZERS}/-", "value": "x"},
        {"op": "add", "path": f"{FINALIZERS}/3", "value": "x"},
        {"op": "test", "path": "/data/a", "value": 1},
        {"op": "add", "path": "/data/a/b", "value": "x"},
    ],
    ids=lambda operation: " ".join(str(part) for part in operation.values()),
)
def test_given_an_operation_that_can_not_be_done_when_patched_then_422_and_no_more_is_said(
    api_server: ApiServer, operation: Any
) -> None:
    answer = _patched(api_server, operation)

    assert answer.status == 422
    assert answer.body["details"] == {}


@pytest.mark.parametrize(
    "operations",
    [[{"op": "add", "path": 5, "value": "x"}], ["x"], {}],
    ids=["a path that is no text", "an operation that is none", "no list"],
)
def test_given_what_is_no_json_patch_when_sent_then_400(
    api_server: ApiServer, operations: Any
) -> None:
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("a"))
    path = CONFIG_MAPS.path(api_server.namespace, "a")

    answer = api_server.api.request("PATCH", path, operations, content_type=JSON_PATCH)

    assert answer.status == 400


def test_given_an_object_when_a_patch_takes_its_namespace_away_then_nothing_changes(
    api_server: ApiServer,
) -> None:
    answer = _patched(api_server, {"op": "remove", "path": "/metadata/namespace"})

    assert answer.body["metadata"]["namespace"] == api_server.namespace


def test_given_an_object_when_a_patch_takes_its_metadata_away_then_it_has_no_name(
    api_server: ApiServer,
) -> None:
    answer = _patched(api_server, {"op": "remove", "path": "/metadata"})

    assert answer.status == 400
    assert answer.body["message"] == (
        "the name of the object (a based on URL) was undeterminable: name must be provided"
    )
