from __future__ import annotations

import pytest

from nbcore.kube.metadata import differences, key_of, version_of, without_managed_fields
from nbcore.names import JsonObject

Change = tuple[str | None, str | None]


def _version(obj: JsonObject | None) -> str | None:
    return version_of(obj) if obj else None


def _object(name: str, version: str) -> JsonObject:
    return {"metadata": {"name": name, "namespace": "demo", "resourceVersion": version}}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param([("a", "1")], [("a", "1")], [], id="the same"),
        pytest.param([("a", "1")], [("a", "2")], [("1", "2")], id="changed"),
        pytest.param([("a", "1")], [], [("1", None)], id="gone"),
        pytest.param([], [("a", "1")], [(None, "1")], id="new"),
        pytest.param([("a", "1")], [("b", "2")], [("1", None), (None, "2")], id="one for another"),
    ],
)
def test_given_two_lists_when_compared_then_the_differences_are_told(
    before: list[tuple[str, str]], after: list[tuple[str, str]], expected: list[Change]
) -> None:
    old = {key_of(_object(*each)): _object(*each) for each in before}
    new = {key_of(_object(*each)): _object(*each) for each in after}

    found = [(_version(a), _version(b)) for a, b in differences(old, new)]

    assert found == expected


def test_given_a_cluster_scoped_object_when_keyed_then_its_namespace_is_empty() -> None:
    assert key_of({"metadata": {"name": "node1"}}) == ("", "node1")


def test_given_managed_fields_when_left_out_then_the_object_itself_stays_as_it_was() -> None:
    obj = {"metadata": {"name": "a", "managedFields": [1]}, "spec": {}}

    assert without_managed_fields(obj) == {"metadata": {"name": "a"}, "spec": {}}
    assert obj["metadata"]["managedFields"] == [1]
