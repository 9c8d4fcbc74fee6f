from __future__ import annotations

from typing import Any

import pytest

from nbcore.kube.resources import NOTEBOOKS, STATEFUL_SETS, Resource
from tests.cluster.api import JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, config_map, notebook, stateful_set


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        pytest.param({"data": {"b": "3"}}, {"a": "1", "b": "3"}, id="a key changes"),
        pytest.param({"data": {"c": "3"}}, {"a": "1", "b": "2", "c": "3"}, id="a key is added"),
        pytest.param({"data": {"a": None}}, {"b": "2"}, id="null removes a key"),
        pytest.param({"data": None}, None, id="null removes the whole"),
        pytest.param({}, {"a": "1", "b": "2"}, id="nothing"),
    ],
)
def test_given_data_when_merge_patched_then_rfc_7396_holds(
    api_server: ApiServer, patch: dict[str, Any], expected: dict[str, str] | None
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    api_server.api.create(path, config_map("a", a="1", b="2"))

    patched = api_server.api.merge(f"{path}/a", patch)

    assert patched.get("data") == expected
    assert api_server.api.get(f"{path}/a") == patched


def test_given_a_list_when_merge_patched_then_it_is_replaced_whole(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    made = api_server.api.create(path, notebook("a"))
    first = made["spec"]["template"]["spec"]["containers"][0]
    containers = [{**first, "image": "other:1"}]

    patched = api_server.api.merge(
        f"{path}/a", {"spec": {"template": {"spec": {"containers": containers}}}}
    )

    assert patched["spec"]["template"]["spec"]["containers"] == containers


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        pytest.param(
            [{"op": "add", "path": "/data/c", "value": "3"}],
            {"a": "1", "b": "2", "c": "3"},
            id="add",
        ),
        pytest.param([{"op": "remove", "path": "/data/a"}], {"b": "2"}, id="remove"),
        pytest.param(
            [{"op": "replace", "path": "/data/a", "value": "9"}], {"a": "9", "b": "2"}, id="replace"
        ),
        pytest.param(
            [{"op": "move", "from": "/data/a", "path": "/data/z"}], {"b": "2", "z": "1"}, id="move"
        ),
        pytest.param(
            [
                {"op": "test", "path": "/data/a", "value": "1"},
                {"op": "copy", "from": "/data/a", "path": "/data/b"},
            ],
            {"a": "1", "b": "1"},
            id="test and copy",
        ),
        pytest.param(
            [{"op": "add", "path": "/metadata/labels", "value": {"x": "y"}}],
            {"a": "1", "b": "2"},
            id="outside the data",
        ),
    ],
)
def test_given_data_when_json_patched_then_rfc_6902_holds(
    api_server: ApiServer, operations: list[dict[str, Any]], expected: dict[str, str]
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    api_server.api.create(path, config_map("a", a="1", b="2"))

    patched = api_server.api.expect(200, "PATCH", f"{path}/a", operations, content_type=JSON_PATCH)

    assert patched["data"] == expected


def test_given_a_slash_in_a_key_when_json_patched_then_it_is_escaped(
    api_server: ApiServer,
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    api_server.api.create(path, config_map("a"))
    operations = [
        {"op": "add", "path": "/metadata/annotations", "value": {}},
        {"op": "add", "path": "/metadata/annotations/ml.oneblock.ai~1owner", "value": "ada"},
    ]

    patched = api_server.api.expect(200, "PATCH", f"{path}/a", operations, content_type=JSON_PATCH)

    assert patched["metadata"]["annotations"] == {"ml.oneblock.ai/owner": "ada"}


@pytest.mark.parametrize(
    ("operations", "code"),
    [
        pytest.param(
            [{"op": "test", "path": "/data/a", "value": "other"}], 422, id="a test that fails"
        ),
        pytest.param([{"op": "remove", "path": "/data/none"}], 422, id="nothing to remove"),
        pytest.param({"op": "add"}, 400, id="no list"),
    ],
)
def test_given_a_json_patch_that_cannot_be_when_sent_then_nothing_changes(
    api_server: ApiServer, operations: object, code: int
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    made = api_server.api.create(path, config_map("a", a="1"))

    api_server.api.expect(code, "PATCH", f"{path}/a", operations, content_type=JSON_PATCH)

    assert api_server.api.get(f"{path}/a") == made


def test_given_a_stale_version_when_json_patch_tests_it_then_refused(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    made = api_server.api.create(path, notebook("a"))
    api_server.api.merge(f"{path}/a", {"spec": {"suspend": True}})
    guard = {
        "op": "test",
        "path": "/metadata/resourceVersion",
        "value": made["metadata"]["resourceVersion"],
    }
    operations = [guard, {"op": "replace", "path": "/spec/suspend", "value": False}]

    api_server.api.expect(422, "PATCH", f"{path}/a", operations, content_type=JSON_PATCH)

    assert api_server.api.get(f"{path}/a")["spec"]["suspend"] is True


def test_given_a_stateful_set_when_strategically_merged_then_containers_match_by_name(
    api_server: ApiServer,
) -> None:
    path = STATEFUL_SETS.path(api_server.namespace)
    api_server.api.create(path, stateful_set("a", replicas=0))
    containers = [{"name": "main", "image": "other:1"}, {"name": "side", "image": "side:1"}]
    patch = {"spec": {"template": {"spec": {"containers": containers}}}}

    patched = api_server.api.expect(
        200, "PATCH", f"{path}/a", patch, content_type=STRATEGIC_MERGE_PATCH
    )

    got = {c["name"]: c for c in patched["spec"]["template"]["spec"]["containers"]}
    assert {name: c["image"] for name, c in got.items()} == {"main": "other:1", "side": "side:1"}
    assert got["main"]["resources"]["requests"] == {"cpu": "100m", "memory": "64Mi"}


@pytest.mark.parametrize(
    ("resource", "content_type"),
    [
        pytest.param(NOTEBOOKS, STRATEGIC_MERGE_PATCH, id="strategic merge of a custom object"),
        pytest.param(CONFIG_MAPS, "application/json", id="plain JSON"),
        pytest.param(CONFIG_MAPS, "text/plain", id="text"),
    ],
)
def test_given_a_patch_of_an_unsupported_type_when_sent_then_415(
    api_server: ApiServer, resource: Resource, content_type: str
) -> None:
    build: Any = notebook if resource is NOTEBOOKS else config_map
    path = resource.path(api_server.namespace)
    api_server.api.create(path, build("a"))

    status = api_server.api.expect(
        415, "PATCH", f"{path}/a", {"metadata": {"labels": {"a": "b"}}}, content_type=content_type
    )

    assert status["reason"] == "UnsupportedMediaType"


def test_given_a_patch_that_renames_when_sent_then_refused(api_server: ApiServer) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    api_server.api.create(path, config_map("a"))

    answer = api_server.api.request(
        "PATCH", f"{path}/a", {"metadata": {"name": "b"}}, content_type=MERGE_PATCH
    )

    assert answer.status in {400, 422}
    assert not api_server.api.exists(f"{path}/b")
