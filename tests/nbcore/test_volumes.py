from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from nbcore.quantities import parse_quantity
from nbcore.volumes import Volume, default_class, users_of
from tests.nbcore.builders import claim, notebook, with_home
from tests.nbcore.strange import strange_objects


def test_given_a_claim_when_read_then_size_class_and_users_are_told() -> None:
    found = claim("data", spec={"storageClassName": "local"}, status={"phase": "Bound"})

    volume = Volume.from_object(found, [notebook("etl", **with_home("data")), notebook("other")])

    assert volume == Volume(
        name="data",
        namespace="demo",
        uid="uid-of-data",
        size=parse_quantity("10Gi"),
        storage_class="local",
        phase="Bound",
        owner="",
        is_single_node=True,
        used_by=("etl",),
    )
    assert volume.title == "data · 10 GiB · used by etl"


def test_given_a_bound_claim_when_read_then_its_capacity_is_the_size() -> None:
    found = claim(status={"capacity": {"storage": "12Gi"}})

    assert Volume.from_object(found).size == parse_quantity("12Gi")


@pytest.mark.parametrize(
    "found",
    [
        {},
        claim(spec={"resources": None, "accessModes": None}),
        claim(spec={"resources": {"requests": {"storage": "lots"}}, "accessModes": 1}),
    ],
)
def test_given_a_strange_claim_when_read_then_what_is_missing_is_empty(
    found: dict[str, Any],
) -> None:
    volume = Volume.from_object(found)

    assert volume.size is None
    assert volume.title == volume.name
    assert volume.used_by == ()


def test_given_notebooks_elsewhere_when_users_are_asked_then_only_the_namespace_counts() -> None:
    notebooks = [
        notebook("b", **with_home("data")),
        notebook("a", **with_home("data")),
        notebook("c", namespace="other", **with_home("data")),
        notebook("d", **with_home("else")),
    ]

    assert users_of("data", "demo", notebooks) == ("a", "b")


@given(strange_objects())
def test_given_any_json_when_users_are_asked_then_nothing_breaks(found: Any) -> None:
    assert isinstance(users_of("nb", "demo", [found]), tuple)


def _class(name: str, created: str, *, is_default: str) -> dict[str, Any]:
    annotations = {"storageclass.kubernetes.io/is-default-class": is_default}
    return {"metadata": {"name": name, "creationTimestamp": created, "annotations": annotations}}


def test_given_several_default_classes_when_asked_then_the_newest_counts() -> None:
    classes = [
        _class("old", "2025-01-01T00:00:00Z", is_default="true"),
        _class("new", "2026-01-01T00:00:00Z", is_default="true"),
        _class("newer", "2026-06-01T00:00:00Z", is_default="false"),
        {"metadata": {"name": "plain"}},
    ]

    assert default_class(classes) == "new"
    assert default_class([{}]) == ""
