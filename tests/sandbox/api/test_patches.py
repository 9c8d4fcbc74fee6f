from __future__ import annotations

from typing import Any

import pytest

from sandbox.api.json_patch import json_patch
from sandbox.api.merge_patch import merge_patch
from sandbox.api.schemas import built_in_schema
from sandbox.api.strategic import strategic_merge
from sandbox.client import ApiError

POD_SCHEMA = built_in_schema("v1", "Pod")


@pytest.mark.parametrize(
    ("value", "patch", "expected"),
    [
        pytest.param({"a": 1}, {"b": 2}, {"a": 1, "b": 2}, id="adds"),
        pytest.param({"a": 1, "b": 2}, {"a": None}, {"b": 2}, id="null removes"),
        pytest.param({"a": [1]}, {"a": [2]}, {"a": [2]}, id="lists are replaced"),
        pytest.param({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}, id="goes deep"),
        pytest.param({"a": 1}, {"a": {"b": None}}, {"a": {}}, id="an object over a number"),
    ],
)
def test_given_a_merge_patch_when_applied_then_as_rfc_7386(
    value: Any, patch: Any, expected: Any
) -> None:
    assert merge_patch(value, patch) == expected


def test_given_a_json_patch_when_applied_then_the_original_stays() -> None:
    value = {"a": {"b": [1, 2]}}

    patched = json_patch(value, [{"op": "remove", "path": "/a/b/0"}])

    assert patched == {"a": {"b": [2]}}
    assert value == {"a": {"b": [1, 2]}}


@pytest.mark.parametrize(
    ("operations", "code"),
    [
        ([{"op": "test", "path": "/a", "value": 2}], 422),
        ([{"op": "remove", "path": "/none"}], 422),
        ([{"op": "dance", "path": "/a"}], 422),
        ([{"op": "add", "path": 5, "value": 1}], 400),
        ([{"op": "move", "from": "/a", "path": "/a/b"}], 422),
        ({"op": "add"}, 400),
        (["add"], 400),
        ([{"op": "add", "path": "/a", "value": 1}] * 10_001, 413),
    ],
)
def test_given_a_json_patch_that_does_not_fit_when_applied_then_refused(
    operations: Any, code: int
) -> None:
    with pytest.raises(ApiError) as caught:
        json_patch({"a": {}}, operations)

    assert caught.value.code == code


def _containers(*containers: Any) -> Any:
    return {"spec": {"containers": list(containers)}}


def _merged(patch: Any) -> Any:
    pod = _containers({"name": "a", "image": "1"}, {"name": "b", "image": "2"})
    return strategic_merge(pod, patch, POD_SCHEMA)["spec"]["containers"]


def test_given_keyed_lists_when_merged_strategically_then_items_are_found_by_key() -> None:
    patched = _merged(_containers({"name": "b", "image": "3"}, {"name": "c", "image": "4"}))

    assert patched == [
        {"name": "a", "image": "1"},
        {"name": "b", "image": "3"},
        {"name": "c", "image": "4"},
    ]


@pytest.mark.parametrize(
    ("patch", "names"),
    [
        pytest.param(_containers({"name": "a", "$patch": "delete"}), ["b"], id="an item goes"),
        pytest.param(
            _containers({"$patch": "replace"}, {"name": "z"}), ["z"], id="the list is replaced"
        ),
        pytest.param(
            {"spec": {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}},
            ["b", "a"],
            id="the order changes",
        ),
    ],
)
def test_given_a_directive_when_merged_strategically_then_it_is_followed(
    patch: Any, names: list[str]
) -> None:
    assert [container["name"] for container in _merged(patch)] == names


def test_given_a_set_when_merged_strategically_then_members_come_and_go() -> None:
    patch = {
        "metadata": {"finalizers": ["c"], "$deleteFromPrimitiveList/finalizers": ["a"]},
    }

    patched = strategic_merge({"metadata": {"finalizers": ["a", "b"]}}, patch, POD_SCHEMA)

    assert sorted(patched["metadata"]["finalizers"]) == ["b", "c"]


def test_given_an_item_without_its_key_when_merged_strategically_then_an_error() -> None:
    with pytest.raises(ApiError) as caught:
        _merged(_containers({"image": "3"}))

    assert caught.value.code == 500
