from __future__ import annotations

from copy import deepcopy

import pytest

from controller.drift import essence, is_drifted, stamped
from nbcore.names import JsonObject
from tests.controller.objects import notebook, service, statefulset

CONTAINER = {"name": "lab", "image": "a", "env": [{"name": "A", "value": "1"}]}


def desired(**spec: object) -> JsonObject:
    return stamped({"metadata": {"name": "lab", "labels": {"a": "b"}}, "spec": spec})


@pytest.mark.parametrize(
    ("wanted", "live"),
    [
        pytest.param({"replicas": 1}, {"replicas": 1, "revisionHistoryLimit": 10}, id="defaults"),
        pytest.param({"requests": {"cpu": "0.5"}}, {"requests": {"cpu": "500m"}}, id="half a core"),
        pytest.param(
            {"limits": {"x.io/gpu": 1}}, {"limits": {"x.io/gpu": "1"}}, id="number and text"
        ),
        pytest.param({"limits": {"memory": "1024Mi"}}, {"limits": {"memory": "1Gi"}}, id="1024Mi"),
        pytest.param({"volumes": [], "hostNetwork": False}, {}, id="empty values are not stored"),
        pytest.param(
            {"containers": [CONTAINER]},
            {"containers": [{"name": "side"}, {**CONTAINER, "imagePullPolicy": "IfNotPresent"}]},
            id="a side container that somebody else put there",
        ),
        pytest.param({"args": ["a", "b"]}, {"args": ["a", "b"]}, id="a list of texts"),
    ],
)
def test_given_a_child_when_it_covers_what_is_wanted_then_nothing_is_to_do(
    wanted: JsonObject, live: JsonObject
) -> None:
    obj = desired(**wanted)

    assert not is_drifted({**obj, "spec": live}, obj)


@pytest.mark.parametrize(
    ("wanted", "live"),
    [
        pytest.param({"replicas": 1}, {"replicas": 0}, id="scaled by hand"),
        pytest.param({"replicas": 0}, {"replicas": 1}, id="to be stopped"),
        pytest.param({"requests": {"cpu": "1"}}, {"requests": {"cpu": "500m"}}, id="another size"),
        pytest.param({"requests": {"cpu": "1"}}, {"requests": {}}, id="a size is missing"),
        pytest.param({"requests": {"cpu": "1"}}, {"requests": {"cpu": "junk"}}, id="no size"),
        pytest.param({"args": ["a", "b"]}, {"args": ["b", "a"]}, id="another order of texts"),
        pytest.param({"selector": {"a": "b"}}, {"selector": None}, id="taken away"),
        pytest.param({"selector": {"a": "b"}}, {"selector": "a"}, id="another type"),
        pytest.param(
            {"containers": [CONTAINER]},
            {"containers": [{**CONTAINER, "image": "evil"}]},
            id="another image",
        ),
        pytest.param(
            {"containers": [CONTAINER]},
            {"containers": [{**CONTAINER, "name": "other"}]},
            id="another container",
        ),
    ],
)
def test_given_a_child_when_something_wanted_is_missing_then_it_drifted(
    wanted: JsonObject, live: JsonObject
) -> None:
    obj = desired(**wanted)

    assert is_drifted({**obj, "spec": live}, obj)


def test_given_a_variable_that_is_no_longer_wanted_when_compared_then_it_drifted() -> None:
    live = desired(containers=[CONTAINER])

    assert is_drifted(live, desired(containers=[{**CONTAINER, "env": []}]))


def test_given_the_built_children_when_stored_with_defaults_then_nothing_is_to_do() -> None:
    parent = notebook()
    for child in (statefulset(parent), service(parent)):
        live = deepcopy(child)
        live["metadata"]["annotations"]["somebody"] = "else"
        wanted = {**child, "metadata": {**child["metadata"]}}
        for key in ("uid", "generation", "resourceVersion"):
            wanted["metadata"].pop(key, None)
        wanted.pop("status", None)

        assert not is_drifted(live, wanted)


def test_given_what_the_server_stores_in_another_form_when_applied_once_then_that_is_enough() -> (
    None
):
    wanted = desired(port="8888")
    live = {**wanted, "spec": {"port": 8888}}
    assert is_drifted(live, wanted)

    assert not is_drifted(live, wanted, essence(live))
    assert is_drifted({**live, "spec": {"port": 1}}, wanted, essence(live))


def test_given_a_change_of_status_when_digested_then_the_essence_stays() -> None:
    live = statefulset(notebook(), readyReplicas=0)

    assert essence(live) == essence({**live, "status": {"readyReplicas": 1}})
    assert essence(live) != essence({**live, "spec": {}})
