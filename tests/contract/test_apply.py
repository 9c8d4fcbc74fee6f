"""Server-side apply: who owns which field.

first apply creates; the same again changes nothing; a field left out is removed if only the
applier owned it; a field of somebody else is a conflict, unless forced; lists with keys merge.
"""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from nbcore.kube.resources import NOTEBOOKS, SERVICES, STATEFUL_SETS, Resource
from tests.cluster.api import JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, config_map, notebook, service, stateful_set

KINDS = pytest.mark.parametrize(
    ("resource", "build"),
    [
        pytest.param(CONFIG_MAPS, lambda name: config_map(name, a="1"), id="ConfigMap"),
        pytest.param(NOTEBOOKS, notebook, id="Notebook"),
        pytest.param(STATEFUL_SETS, stateful_set, id="StatefulSet"),
        pytest.param(SERVICES, service, id="Service"),
    ],
)
Build = Any


def _apply(
    s: ApiServer, obj: JsonObject, *, manager: str = "first", code: int = 200, **query: str
) -> Any:
    kinds: dict[str, Resource] = {
        r.kind: r for r in (CONFIG_MAPS, NOTEBOOKS, STATEFUL_SETS, SERVICES)
    }
    path = kinds[obj["kind"]].path(s.namespace, obj["metadata"]["name"])
    answer = s.api.apply(path, obj, manager=manager, **query)
    assert answer.status == code, answer.body
    return answer.body


def _owners(obj: JsonObject) -> dict[str, JsonObject]:
    return {m["manager"]: m for m in obj["metadata"]["managedFields"]}


@KINDS
def test_given_nothing_when_applied_then_it_is_created_and_owned(
    api_server: ApiServer, resource: Resource, build: Build
) -> None:
    made = _apply(api_server, build("a"), code=201)

    entry = _owners(made)["first"]
    assert entry["operation"] == "Apply"
    assert entry["apiVersion"] == resource.api_version
    assert entry["fieldsType"] == "FieldsV1"
    assert set(entry["fieldsV1"]) <= {"f:metadata", "f:data", "f:spec"}


@KINDS
def test_given_an_applied_object_when_applied_again_then_the_version_stays(
    api_server: ApiServer, resource: Resource, build: Build
) -> None:
    _apply(api_server, build("a"), code=201)
    before = api_server.api.get(resource.path(api_server.namespace, "a"))

    again = _apply(api_server, build("a"))

    # A controller may have written status in between; the applier has not changed the spec.
    assert again["metadata"].get("generation") == before["metadata"].get("generation")
    if resource in {CONFIG_MAPS, NOTEBOOKS}:
        assert again["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


def test_given_a_field_when_the_next_apply_leaves_it_out_then_it_is_removed(
    api_server: ApiServer,
) -> None:
    _apply(api_server, config_map("a", kept="1", dropped="2"), code=201)

    applied = _apply(api_server, config_map("a", kept="1"))

    assert applied["data"] == {"kept": "1"}


def test_given_a_label_and_an_annotation_when_left_out_then_they_are_removed(
    api_server: ApiServer,
) -> None:
    first = notebook("a", suspend=True)
    first["metadata"] |= {"labels": {"x": "1", "y": "2"}, "annotations": {"z": "3"}}
    _apply(api_server, first, code=201)

    second = notebook("a")
    second["metadata"] |= {"labels": {"x": "1"}}
    applied = _apply(api_server, second)

    assert applied["metadata"]["labels"] == {"x": "1"}
    assert not applied["metadata"].get("annotations")
    assert "suspend" not in applied["spec"]


def test_given_fields_of_another_when_i_apply_mine_then_theirs_stay(
    api_server: ApiServer,
) -> None:
    _apply(api_server, config_map("a", mine="1"), manager="me", code=201)
    _apply(api_server, config_map("a", theirs="2"), manager="they")

    applied = _apply(api_server, config_map("a", mine="3"), manager="me")

    assert applied["data"] == {"mine": "3", "theirs": "2"}


def test_given_a_field_of_another_when_i_apply_another_value_then_conflict(
    api_server: ApiServer,
) -> None:
    _apply(api_server, config_map("a", x="1"), manager="they", code=201)

    status = _apply(api_server, config_map("a", x="2"), manager="me", code=409)

    assert status["reason"] == "Conflict"
    assert status["message"] == 'Apply failed with 1 conflict: conflict with "they": .data.x'
    assert status["details"]["causes"] == [
        {"reason": "FieldManagerConflict", "message": 'conflict with "they"', "field": ".data.x"}
    ]


def test_given_a_conflict_when_forced_then_the_field_changes_hands(
    api_server: ApiServer,
) -> None:
    _apply(api_server, config_map("a", x="1", y="1"), manager="they", code=201)

    applied = _apply(api_server, config_map("a", x="2"), manager="me", force="true")

    assert applied["data"] == {"x": "2", "y": "1"}
    owners = _owners(applied)
    assert owners["me"]["fieldsV1"] == {"f:data": {"f:x": {}}}
    assert owners["they"]["fieldsV1"] == {"f:data": {"f:y": {}}}


def test_given_the_same_value_when_two_apply_it_then_both_own_it(api_server: ApiServer) -> None:
    _apply(api_server, config_map("a", x="1"), manager="they", code=201)
    _apply(api_server, config_map("a", x="1"), manager="me")

    left = _apply(api_server, config_map("a"), manager="they")

    assert left["data"] == {"x": "1"}


def test_given_a_patch_by_hand_when_the_controller_forces_then_it_is_taken_back(
    api_server: ApiServer,
) -> None:
    _apply(api_server, stateful_set("a", replicas=0), code=201)
    path = STATEFUL_SETS.path(api_server.namespace, "a")
    api_server.api.merge(path, {"spec": {"replicas": 3}}, fieldManager="somebody")
    conflict = _apply(api_server, stateful_set("a", replicas=0), code=409)

    applied = _apply(api_server, stateful_set("a", replicas=0), force="true")

    assert 'conflict with "somebody"' in conflict["message"]
    assert applied["spec"]["replicas"] == 0


def test_given_a_created_object_when_another_applies_then_undeclared_fields_stay(
    api_server: ApiServer,
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    api_server.api.create(path, config_map("a", old="1"), fieldManager="creator")

    applied = _apply(api_server, config_map("a", new="2"))

    assert applied["data"] == {"old": "1", "new": "2"}
    assert _owners(applied)["creator"]["operation"] == "Update"


@pytest.mark.parametrize("kind", ["Notebook", "StatefulSet"])
def test_given_a_renamed_container_when_applied_then_it_replaces_the_old_one(
    api_server: ApiServer, kind: str
) -> None:
    first: JsonObject = notebook("a") if kind == "Notebook" else stateful_set("a", replicas=0)
    template = first["spec"]["template"]["spec"]
    template["containers"].append({"name": "side", "image": "side:1"})
    _apply(api_server, first, code=201)

    template["containers"][1] = {"name": "helper", "image": "side:1"}
    applied = _apply(api_server, first)

    names = [c["name"] for c in applied["spec"]["template"]["spec"]["containers"]]
    assert names == [template["containers"][0]["name"], "helper"]


def test_given_environment_of_two_when_both_apply_then_the_list_is_merged_by_name(
    api_server: ApiServer,
) -> None:
    def with_env(**variables: str) -> JsonObject:
        obj = stateful_set("a", replicas=0)
        env = [{"name": key, "value": value} for key, value in variables.items()]
        obj["spec"]["template"]["spec"]["containers"][0]["env"] = env
        return obj

    _apply(api_server, with_env(A="1", B="2"), manager="me", code=201)
    _apply(api_server, with_env(C="3"), manager="they")

    applied = _apply(api_server, with_env(B="2"), manager="me")

    env = applied["spec"]["template"]["spec"]["containers"][0]["env"]
    assert {e["name"]: e["value"] for e in env} == {"B": "2", "C": "3"}


@pytest.mark.parametrize(
    ("change", "query", "code"),
    [
        pytest.param(
            {"managedFields": [{"manager": "x"}]}, {}, 400, id="managedFields of one's own"
        ),
        pytest.param({}, {"fieldManager": ""}, 422, id="no field manager"),
        pytest.param({"uid": "11111111-1111-4111-8111-111111111111"}, {}, 409, id="uid of no one"),
    ],
)
def test_given_a_strange_apply_when_sent_then_the_server_says_so(
    api_server: ApiServer, change: JsonObject, query: dict[str, str], code: int
) -> None:
    body = config_map("a", x="1")
    body["metadata"] |= change
    path = CONFIG_MAPS.path(api_server.namespace, "a")

    answer = api_server.api.apply(path, body, **{"manager": "first", **query})

    assert answer.status == code, answer.body


def test_given_a_status_when_applied_by_its_owner_then_only_status_changes(
    api_server: ApiServer,
) -> None:
    api_server.api.create(NOTEBOOKS.path(api_server.namespace), notebook("a"))
    path = NOTEBOOKS.path(api_server.namespace, "a", "status")
    body = {
        "apiVersion": "ml.oneblock.ai/v1",
        "kind": "Notebook",
        "metadata": {"name": "a"},
        "status": {"phase": "Ready", "readyReplicas": 1},
    }
    api_server.api.apply(path, body, manager="controller")

    body["status"] = {"phase": "Stopped"}
    applied = api_server.api.apply(path, body, manager="controller")

    assert applied.body["status"] == {"phase": "Stopped"}
    assert "suspend" not in applied.body["spec"]


def _patched(s: ApiServer, manager: str, **data: str | None) -> str:
    """Writes fields of the map as a manager; since when it is the manager, by then."""
    path = CONFIG_MAPS.path(s.namespace, "a")
    return str(_owners(s.api.merge(path, {"data": data}, fieldManager=manager))[manager]["time"])


def test_given_a_manager_when_it_changes_a_value_again_then_its_time_moves(
    api_server: ApiServer,
) -> None:
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("a", kept="1"))
    values = (str(number) for number in count())
    first = _patched(api_server, "writer", x=next(values))

    # Times are whole seconds: the next one comes by itself.
    eventually(
        lambda: _patched(api_server, "writer", x=next(values)) > first, what="the time moves"
    )


def test_given_an_applier_when_it_applies_another_value_then_its_time_moves(
    api_server: ApiServer,
) -> None:
    made = _apply(api_server, config_map("a", x="first"), code=201)
    values = (str(number) for number in count())

    def applied() -> str:
        answer = _apply(api_server, config_map("a", x=next(values)))
        return str(_owners(answer)["first"]["time"])

    eventually(lambda: applied() > _owners(made)["first"]["time"], what="the time moves")


def test_given_a_manager_when_it_takes_a_field_away_then_its_time_stays(
    api_server: ApiServer,
) -> None:
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), config_map("a", kept="1"))
    values = (str(number) for number in count())
    first = _patched(api_server, "writer", x="1", y="1")
    eventually(lambda: _patched(api_server, "clock", z=next(values)) > first, what="a second later")

    assert _patched(api_server, "writer", y=None) == first
