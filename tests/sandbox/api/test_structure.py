from __future__ import annotations

from sandbox.api.defaults import with_defaults as completed
from sandbox.api.schemas import built_in_schema
from sandbox.api.structure import prune, with_defaults, wrong_types
from tests.sandbox.api.objects import pod, service

POD = built_in_schema("v1", "Pod")
STRING = {"type": "string"}
SCHEMA = {
    "type": "object",
    "properties": {
        "a": STRING,
        "n": STRING | {"nullable": True},
        "d": STRING | {"default": "x"},
        "l": {
            "type": "array",
            "items": {"type": "object", "properties": {"p": STRING | {"default": "TCP"}}},
        },
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    },
}


def test_given_unknown_fields_when_pruned_then_they_go_and_are_named() -> None:
    value = {"a": "1", "z": 1, "l": [{"p": "x", "q": 1}], "free": {"q": {"r": 1}}}

    kept, dropped = prune(value, SCHEMA)

    assert kept == {"a": "1", "l": [{"p": "x"}], "free": {"q": {"r": 1}}}
    assert sorted(dropped) == ["l[0].q", "z"]


def test_given_nulls_when_pruned_then_only_where_allowed_they_stay() -> None:
    assert prune({"a": None, "n": None}, SCHEMA)[0] == {"n": None}


def test_given_missing_fields_when_defaulted_then_also_inside_lists() -> None:
    assert with_defaults({"l": [{}, {"p": "UDP"}]}, SCHEMA) == {
        "l": [{"p": "TCP"}, {"p": "UDP"}],
        "d": "x",
    }


def test_given_a_pod_with_a_typo_when_pruned_then_the_path_is_said() -> None:
    body = pod("x", hostNetwrk=True)

    assert prune(body, POD)[1] == ["spec.hostNetwrk"]


def test_given_a_wrong_type_when_looked_at_then_gos_names_for_it() -> None:
    [wrong] = wrong_types(pod("x", hostNetwork="yes"), POD)

    assert (wrong.struct, wrong.path, wrong.actual, wrong.wanted) == (
        "PodSpec",
        "spec.hostNetwork",
        "string",
        "boolean",
    )


def test_given_a_bare_pod_when_completed_then_as_the_server_does() -> None:
    resources = {"limits": {"cpu": "1"}}
    body = pod("x", containers=[{"name": "c", "image": "busybox", "resources": resources}])

    spec = completed(body, "pods")["spec"]

    assert (spec["restartPolicy"], spec["terminationGracePeriodSeconds"]) == ("Always", 30)
    assert spec["containers"][0]["imagePullPolicy"] == "Always"
    assert spec["containers"][0]["resources"]["requests"] == {"cpu": "1"}


def test_given_a_service_when_completed_then_the_target_is_the_port() -> None:
    [port] = completed(service("x"), "services")["spec"]["ports"]

    assert port == {"port": 80, "targetPort": 80, "protocol": "TCP"}


def test_given_something_optional_when_left_out_then_its_defaults_do_not_make_it() -> None:
    spec = completed(pod("x"), "pods")["spec"]

    assert "livenessProbe" not in spec["containers"][0]
    assert "volumes" not in spec
