from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.api.apply import apply, first_apply
from sandbox.api.fields import from_fields_v1, owned_set, to_fields_v1
from sandbox.api.kinds import BUILT_IN_KINDS
from sandbox.api.managed import Manager, read_shares, with_ownership
from sandbox.api.schemas import built_in_schema
from sandbox.client import ApiError
from tests.sandbox.api.objects import NOW

_ROW = next(kind for kind in BUILT_IN_KINDS if kind.plural == "statefulsets")
KIND = replace(_ROW, schema=built_in_schema("apps/v1", "StatefulSet"))
TIME = datetime(*NOW, tzinfo=UTC)
FIRST = Manager("first", "Apply", "", "apps/v1")
SECOND = Manager("second", "Apply", "", "apps/v1")


def wanted(labels: dict[str, str] | None = None, *containers: Any, **spec: Any) -> Any:
    """A StatefulSet as somebody applies it."""
    body: Any = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "x"}}
    if labels:
        body["metadata"]["labels"] = labels
    if containers:
        spec["template"] = {"spec": {"containers": list(containers)}}
    return body | ({"spec": spec} if spec else {})


def made(body: Any, manager: Manager = FIRST) -> Any:
    """The object that a first apply makes."""
    return first_apply(body, body, KIND, manager, TIME)


def applied(live: Any, body: Any, manager: Manager = FIRST, *, force: bool = False) -> Any:
    """The object after an apply."""
    return apply(live, body, KIND, manager, now=TIME, force=force)


def updated(live: Any, new: Any, name: str = "editor") -> Any:
    """The object after a plain update by another manager."""
    return with_ownership(new, live, KIND, Manager(name), TIME)


def test_given_an_apply_when_the_same_again_then_nothing_changes() -> None:
    live = made(wanted({"a": "1"}, replicas=1))

    assert applied(live, wanted({"a": "1"}, replicas=1)) == live


def test_given_a_field_when_no_longer_named_then_it_goes() -> None:
    live = made(wanted({"a": "1", "b": "2"}, replicas=1))

    assert applied(live, wanted({"a": "1"}, replicas=1))["metadata"]["labels"] == {"a": "1"}


def test_given_the_last_label_when_no_longer_named_then_no_empty_map_stays() -> None:
    live = made(wanted({"a": "1"}, replicas=1))

    assert "labels" not in applied(live, wanted(replicas=1))["metadata"]


def test_given_a_field_of_two_managers_when_one_lets_go_then_it_stays() -> None:
    live = applied(made(wanted({"a": "1"})), wanted({"a": "1"}), SECOND)

    assert applied(live, wanted())["metadata"]["labels"] == {"a": "1"}


def test_given_containers_when_one_is_left_out_then_only_ours_goes() -> None:
    live = made(wanted(None, {"name": "a", "image": "1"}, {"name": "b", "image": "2"}))
    live = applied(live, wanted(None, {"name": "c", "image": "3"}), SECOND)

    after = applied(live, wanted(None, {"name": "a", "image": "1"}))

    assert [c["name"] for c in after["spec"]["template"]["spec"]["containers"]] == ["a", "c"]


def test_given_a_default_inside_an_item_when_the_item_is_let_go_then_it_goes_too() -> None:
    body = wanted(None, {"name": "a", "image": "1"}, {"name": "b", "image": "2"})
    live = first_apply(
        wanted(
            None,
            {"name": "a", "image": "1"},
            {"name": "b", "image": "2", "imagePullPolicy": "Always"},
        ),
        body,
        KIND,
        FIRST,
        TIME,
    )

    after = applied(live, wanted(None, {"name": "a", "image": "1"}))

    assert after["spec"]["template"]["spec"]["containers"] == [{"name": "a", "image": "1"}]


def test_given_another_value_of_another_manager_when_applied_then_conflict() -> None:
    live = made(wanted({"a": "1"}, replicas=1))

    with pytest.raises(ApiError) as caught:
        applied(live, wanted(None, replicas=2), SECOND)

    assert caught.value.code == 409
    assert caught.value.message == (
        'Apply failed with 1 conflict: conflict with "first": .spec.replicas'
    )
    assert caught.value.body["details"]["causes"][0]["reason"] == "FieldManagerConflict"


def test_given_two_conflicts_when_applied_then_both_are_listed() -> None:
    live = made(wanted({"a": "1"}, {"name": "c", "image": "1"}))

    with pytest.raises(ApiError) as caught:
        applied(live, wanted({"a": "2"}, {"name": "c", "image": "2"}), SECOND)

    assert '- .spec.template.spec.containers[name="c"].image' in caught.value.message
    assert "Apply failed with 2 conflicts" in caught.value.message


def test_given_a_conflict_when_forced_then_the_field_changes_hands() -> None:
    live = made(wanted(None, replicas=1))

    after = applied(live, wanted(None, replicas=2), SECOND, force=True)

    assert after["spec"]["replicas"] == 2
    assert list(read_shares(after)) == [SECOND]


def test_given_the_same_value_when_applied_by_another_then_both_own_it() -> None:
    live = made(wanted(None, replicas=1))

    after = applied(live, wanted(None, replicas=1), SECOND)

    assert set(read_shares(after)) == {FIRST, SECOND}


def test_given_an_update_when_it_changes_a_field_then_the_applier_lost_it() -> None:
    live = made(wanted({"a": "1"}, replicas=1))
    new = {**live, "spec": {"replicas": 3}}

    after = updated(live, new)

    with pytest.raises(ApiError) as caught:
        applied(after, wanted({"a": "1"}, replicas=1))
    assert '"editor" using apps/v1' in caught.value.message


def test_given_managers_when_reset_by_an_empty_list_then_they_are_forgotten() -> None:
    live = made(wanted({"a": "1"}))
    new = {**live, "metadata": {**live["metadata"], "managedFields": []}}

    assert "managedFields" not in updated(live, new)["metadata"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            wanted({"a": "1"}),
            {"f:metadata": {"f:labels": {"f:a": {}}}},
            id="keys of a map, and nothing that identifies the object",
        ),
        pytest.param(
            wanted(None, selector={"matchLabels": {"a": "b"}}),
            {"f:spec": {"f:selector": {}}},
            id="an atomic structure is one field",
        ),
        pytest.param(
            wanted(None, {"name": "c", "ports": [{"containerPort": 80}], "args": ["x"]}),
            {
                "f:spec": {
                    "f:template": {
                        "f:spec": {
                            "f:containers": {
                                'k:{"name":"c"}': {
                                    ".": {},
                                    "f:name": {},
                                    "f:args": {},
                                    "f:ports": {
                                        'k:{"containerPort":80,"protocol":"TCP"}': {
                                            ".": {},
                                            "f:containerPort": {},
                                        }
                                    },
                                }
                            }
                        }
                    }
                }
            },
            id="items by key, a key with its default, a list without keys as one",
        ),
    ],
)
def test_given_an_object_when_applied_then_it_owns_what_it_names(body: Any, expected: Any) -> None:
    owned = owned_set(body, KIND.schema)

    assert to_fields_v1(owned) == expected
    assert frozenset(from_fields_v1(to_fields_v1(owned))) == owned


@pytest.mark.parametrize("tree", [None, 5, [], {"f:a": 5}, {"k:{": {"f:": {}}}])
def test_given_malformed_fields_when_read_then_no_error(tree: Any) -> None:
    assert all(isinstance(path, tuple) for path in from_fields_v1(tree))
