from __future__ import annotations

from typing import Any

import pytest

from sandbox.api.builtin_rules import causes
from sandbox.api.defaults import with_defaults
from tests.sandbox.api.objects import pod, service


def _pod(**container: Any) -> Any:
    return pod("x", containers=[{"name": "c", "image": "i", **container}])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (pod("x", containers=[]), "spec.containers"),
        (_pod(name="Not A Label"), "spec.containers[0].name"),
        (_pod(image=""), "spec.containers[0].image"),
        (_pod(env=[{"value": "1"}]), "spec.containers[0].env[0].name"),
        (
            _pod(volumeMounts=[{"name": "v", "mountPath": "/v"}]),
            "spec.containers[0].volumeMounts[0].name",
        ),
        (
            _pod(resources={"limits": {"cpu": "1"}, "requests": {"cpu": "2"}}),
            "spec.containers[0].resources.requests",
        ),
        (
            _pod(resources={"limits": {"cpu": "-1"}}),
            "spec.containers[0].resources.limits[cpu]",
        ),
        (
            _pod(resources={"limits": {"nvidia.com/gpu": "500m"}}),
            "spec.containers[0].resources.limits[nvidia.com/gpu]",
        ),
        (
            _pod(resources={"requests": {"nvidia.com/gpu": "1"}}),
            "spec.containers[0].resources.limits",
        ),
    ],
)
def test_given_a_wrong_pod_when_checked_then_the_field_is_named(body: Any, field: str) -> None:
    found = [cause.field for cause in causes(body, None, "pods")]

    assert field in found


def test_given_a_right_pod_when_checked_then_nothing() -> None:
    resources = {"limits": {"cpu": "1", "nvidia.com/gpu": "1"}, "requests": {"cpu": "500m"}}

    assert causes(with_defaults(_pod(resources=resources), "pods"), None, "pods") == []


def _set(**spec: Any) -> Any:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": _pod()["spec"]}
    return {"spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template, **spec}}


@pytest.mark.parametrize(
    ("new", "old", "field"),
    [
        (_set(selector={"matchLabels": {"a": "c"}}), None, "spec.template.metadata.labels"),
        (_set(selector=None), None, "spec.selector"),
        (_set(replicas=-1), None, "spec.replicas"),
        (_set(serviceName="new"), _set(serviceName="old"), "spec"),
    ],
)
def test_given_a_wrong_stateful_set_when_checked_then_the_field_is_named(
    new: Any, old: Any, field: str
) -> None:
    assert field in [cause.field for cause in causes(new, old, "statefulsets.apps")]


def test_given_a_stateful_set_when_its_template_changes_then_nothing() -> None:
    changed = _set(template=_set()["spec"]["template"] | {"spec": _pod(image="j")["spec"]})

    assert causes(changed, _set(), "statefulsets.apps") == []


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"type": "Foo"}, "spec.type"),
        ({"type": "ClusterIP", "ports": []}, "spec.ports"),
        ({"type": "ClusterIP", "ports": [{"port": 70000}]}, "spec.ports[0].port"),
        ({"type": "ClusterIP", "ports": [{"port": 1}, {"port": 2}]}, "spec.ports[0].name"),
    ],
)
def test_given_a_wrong_service_when_checked_then_the_field_is_named(spec: Any, field: str) -> None:
    assert field in [cause.field for cause in causes(service("x", **spec), None, "services")]
