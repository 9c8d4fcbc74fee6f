from __future__ import annotations

from typing import Any

import pytest

from sandbox.client import Object
from sandbox.controllers.endpoints import differs, has_selector, slice_of
from tests.sandbox.objects import container, pod, ready, service, terminating

LABELS = {"labels": {"app": "lab"}}


def chosen(**more: Any) -> Object:
    return ready(pod(meta=LABELS, **more))


def test_given_a_ready_pod_when_sliced_then_its_address_and_port_are_told() -> None:
    made = slice_of(service(), [chosen(), ready(pod("other-0"))])

    assert made["metadata"]["generateName"] == "lab-"
    assert made["metadata"]["labels"]["kubernetes.io/service-name"] == "lab"
    assert made["metadata"]["ownerReferences"][0]["kind"] == "Service"
    assert made["ports"] == [{"name": "http", "protocol": "TCP", "port": 8888}]
    assert made["endpoints"] == [
        {
            "addresses": ["127.70.0.1"],
            "conditions": {"ready": True, "serving": True, "terminating": False},
            "nodeName": "sandbox",
            "targetRef": {
                "kind": "Pod",
                "name": "lab-0",
                "namespace": "demo",
                "uid": "uid-of-lab-0",
            },
        }
    ]


@pytest.mark.parametrize(
    ("found", "spec", "conditions"),
    [
        pytest.param(
            ready(pod(meta=LABELS), is_ready=False), {}, (False, False, False), id="unready"
        ),
        pytest.param(terminating(chosen()), {}, (False, True, True), id="ready but going"),
        pytest.param(
            ready(pod(meta=LABELS), is_ready=False),
            {"publishNotReadyAddresses": True},
            (True, False, False),
            id="published anyway",
        ),
    ],
)
def test_given_a_pods_state_when_sliced_then_its_conditions_say_so(
    found: Object, spec: Object, conditions: tuple[bool, bool, bool]
) -> None:
    made = slice_of(service(**spec), [found])

    words = ("ready", "serving", "terminating")
    assert made["endpoints"][0]["conditions"] == dict(zip(words, conditions, strict=True))


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(pod(meta=LABELS), id="without address"),
        pytest.param({**chosen(), "status": {"phase": "Failed", "podIP": "1.2.3.4"}}, id="ended"),
    ],
)
def test_given_no_usable_pod_when_sliced_then_lists_are_null_as_the_real_ones(
    found: Object,
) -> None:
    made = slice_of(service(), [found])

    assert made["endpoints"] is None
    assert made["ports"] is None


@pytest.mark.parametrize(
    ("target", "port"),
    [
        pytest.param({"targetPort": "ide"}, {"port": 9999}, id="named"),
        pytest.param({}, {"port": 80}, id="left out"),
        pytest.param({"targetPort": "nothing"}, {}, id="a name that no container has"),
    ],
)
def test_given_a_target_port_when_sliced_then_its_number_is_found(
    target: Object, port: Object
) -> None:
    serving = container(ports=[{"name": "ide", "containerPort": 9999}])
    ports = [{"name": "http", "port": 80, **target}]

    made = slice_of(service(ports=ports), [chosen(containers=[serving])])

    assert made["ports"] == [{"name": "http", "protocol": "TCP", **port}]


def test_given_a_slice_when_compared_then_only_what_it_says_counts() -> None:
    wanted = slice_of(service(), [chosen()])
    stored = {**wanted, "metadata": {**wanted["metadata"], "resourceVersion": "7"}}

    assert not differs(stored, wanted)
    assert differs({**stored, "endpoints": None}, wanted)


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        pytest.param(service(), True, id="a selector"),
        pytest.param(service(selector={}), False, id="no selector"),
        pytest.param(service(type="ExternalName"), False, id="a name elsewhere"),
    ],
)
def test_given_a_service_when_asked_then_we_keep_its_slices_or_not(
    obj: Object, *, expected: bool
) -> None:
    assert has_selector(obj) is expected
