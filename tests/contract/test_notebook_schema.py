"""The rules of the Notebook CRD, each with objects that it lets through and refuses.

rule                                   accepted                         refused
containers[0].name is metadata.name    the same                         another
name                                   a, a-1, 52 characters            53, capitals, dots, 1a, a-
cpu and memory                         in requests, in limits, split    missing, empty
requests <= limits                     equal, in other units            more
quantities                             1, "0.5", 1Gi, 1e3               "1 Gi", abc, -1, a float
containers                             1 and 16                         0 and 17
serviceType                            the three                        others
"""

from __future__ import annotations

from typing import Any

import pytest

from nbcore.kube.resources import NOTEBOOKS
from tests.cluster.api import JsonObject
from tests.cluster.servers import ApiServer
from tests.contract.objects import container, notebook

FIRST = "spec.template.spec.containers[0]"
LONGEST = "n" * 52


def _with_resources(**resources: Any) -> JsonObject:
    obj = notebook("a")
    obj["spec"]["template"]["spec"]["containers"][0]["resources"] = resources
    return obj


def _requests(**quantities: Any) -> JsonObject:
    return _with_resources(requests={"cpu": "1", "memory": "1Gi", **quantities})


def _without_resources() -> JsonObject:
    obj = notebook("a")
    del obj["spec"]["template"]["spec"]["containers"][0]["resources"]
    return obj


def _pair(request: object, limit: object, *, key: str = "cpu") -> JsonObject:
    both = {"cpu": "1", "memory": "1Gi"}
    return _with_resources(requests={**both, key: request}, limits={**both, key: limit})


def _containers(count: int) -> JsonObject:
    obj = notebook("a")
    names = ["a", *(f"side-{i}" for i in range(1, count))][:count]
    obj["spec"]["template"]["spec"]["containers"] = [container(name) for name in names]
    return obj


def _named_container(name: str) -> JsonObject:
    obj = notebook("a")
    obj["spec"]["template"]["spec"]["containers"][0]["name"] = name
    return obj


def _shared_memory(size: object) -> JsonObject:
    obj = notebook("a")
    volume = {"name": "dshm", "emptyDir": {"medium": "Memory", "sizeLimit": size}}
    obj["spec"]["template"]["spec"]["volumes"] = [volume]
    return obj


ACCEPTED = {
    "one letter": notebook("a"),
    "letters, a dash and a digit": notebook("churn-1"),
    "a name of 52 characters": notebook(LONGEST),
    "whole numbers": _requests(cpu=2, memory=1073741824),
    "half a cpu as text": _requests(cpu="0.5"),
    "an exponent": _requests(memory="1e9"),
    "a plus sign": _requests(cpu="+1"),
    "nothing of a resource": _requests(cpu="0"),
    "only limits": _with_resources(limits={"cpu": "1", "memory": "1Gi"}),
    "cpu in requests, memory in limits": _with_resources(
        requests={"cpu": "1"}, limits={"memory": "1Gi"}
    ),
    "a gpu": _with_resources(limits={"cpu": 1, "memory": "1Gi", "nvidia.com/gpu": 1}),
    "requests that equal limits in other units": _pair("1000m", 1),
    "memory that equals its limit in other units": _pair("1024Mi", "1Gi", key="memory"),
    "requests below limits": _pair("200m", "500m"),
    "16 containers": _containers(16),
    "shared memory with a limit": _shared_memory("1Gi"),
    "NodePort": notebook("a", serviceType="NodePort"),
    "LoadBalancer": notebook("a", serviceType="LoadBalancer"),
    "suspended": notebook("a", suspend=True),
}

CONTAINERS = "spec.template.spec.containers"
REQUEST_CPU = f"{FIRST}.resources.requests.cpu"
REFUSED: dict[str, tuple[JsonObject, str, str]] = {
    "another name of the container": (_named_container("b"), "", "first container is the notebook"),
    "53 characters": (notebook(LONGEST + "n"), "", "at most 52 characters"),
    "a dot": (notebook("a.b"), "", "lower-case letters, digits and '-'"),
    "a digit first": (notebook("1a"), "", "lower-case letters, digits and '-'"),
    "a capital": (notebook("Ab"), "metadata.name", "lowercase RFC 1123"),
    "a dash last": (notebook("a-"), "metadata.name", "lowercase RFC 1123"),
    "no resources": (_without_resources(), CONTAINERS, "needs cpu and memory"),
    "empty resources": (_with_resources(), CONTAINERS, "needs cpu and memory"),
    "no memory": (_with_resources(requests={"cpu": "1"}), CONTAINERS, "needs cpu and memory"),
    "no cpu": (_with_resources(limits={"memory": "1Gi"}), CONTAINERS, "needs cpu and memory"),
    "more cpu than the limit": (_pair("2", "1"), CONTAINERS, "requests more than its limit"),
    "more cpu in other units": (_pair(2, "1999m"), CONTAINERS, "requests more than its limit"),
    "more memory than the limit": (
        _pair("1025Mi", "1Gi", key="memory"),
        CONTAINERS,
        "requests more than its limit",
    ),
    "a space": (_requests(cpu="1 Gi"), REQUEST_CPU, "should match"),
    "no number": (_requests(cpu="abc"), REQUEST_CPU, "should match"),
    "NaN": (_requests(cpu="NaN"), REQUEST_CPU, "should match"),
    "an underscore": (_requests(cpu="1_000"), REQUEST_CPU, "should match"),
    "an unknown unit": (_requests(cpu="1K"), REQUEST_CPU, "should match"),
    "a negative text": (_requests(cpu="-1"), REQUEST_CPU, "should match"),
    "a negative number": (_requests(cpu=-5), REQUEST_CPU, "greater than or equal to 0"),
    "a float": (_requests(cpu=0.5), REQUEST_CPU, "must be of type integer,string"),
    "a truth value": (_requests(cpu=True), REQUEST_CPU, "must be of type integer,string"),
    "a very long number": (_requests(cpu="1" * 33), REQUEST_CPU, "Too long"),
    "a negative gpu": (
        _with_resources(limits={"cpu": 1, "memory": 1, "nvidia.com/gpu": -1}),
        f"{FIRST}.resources.limits.nvidia.com/gpu",
        "greater than or equal to 0",
    ),
    "a negative shared memory": (
        _shared_memory(-1),
        "spec.template.spec.volumes[0].emptyDir.sizeLimit",
        "greater than or equal to 0",
    ),
    "no containers": (_containers(0), CONTAINERS, "should have at least 1 items"),
    "17 containers": (_containers(17), CONTAINERS, "must have at most 16 items"),
    "another service type": (
        notebook("a", serviceType="ExternalName"),
        "spec.serviceType",
        'supported values: "ClusterIP", "NodePort", "LoadBalancer"',
    ),
    "no template": (
        {**notebook("a"), "spec": {}},
        "spec.template",
        "Required value",
    ),
    "no spec": (
        {k: v for k, v in notebook("a").items() if k != "spec"},
        "spec",
        "Required value",
    ),
    "a name that is no text": (_named_container(7), FIRST + ".name", "must be of type string"),  # type: ignore[arg-type]  # on purpose
    "a list for an object": (
        notebook("a", template=[]),
        "spec.template",
        "must be of type object",
    ),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_given_a_notebook_within_the_rules_when_created_then_accepted(
    api_server: ApiServer, case: str
) -> None:
    api_server.api.create(
        NOTEBOOKS.path(api_server.namespace), ACCEPTED[case], fieldValidation="Strict"
    )


@pytest.mark.parametrize("case", REFUSED)
def test_given_a_notebook_against_a_rule_when_created_then_refused_with_the_field(
    api_server: ApiServer, case: str
) -> None:
    body, field, words = REFUSED[case]

    status = api_server.api.expect(422, "POST", NOTEBOOKS.path(api_server.namespace), body)

    assert status["reason"] == "Invalid"
    assert status["details"]["group"] == "ml.oneblock.ai"
    assert status["details"]["kind"] == "Notebook"
    causes = {c["field"]: c["message"] for c in reversed(status["details"]["causes"])}
    # A rule at the root has no field; a real server says so in its own way.
    at_root = [m for f, m in causes.items() if f in {"", "<nil>"}]
    messages = at_root if not field else [causes.get(field, f"only {sorted(causes)}")]
    assert any(words in message for message in messages), status["details"]["causes"]


def test_given_a_notebook_when_edited_against_a_rule_then_refused(
    api_server: ApiServer,
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)
    made = api_server.api.create(path, notebook("a"))
    resources = {"requests": {"cpu": "2", "memory": "1Gi"}, "limits": {"cpu": "1"}}
    made["spec"]["template"]["spec"]["containers"][0]["resources"] = resources

    status = api_server.api.expect(422, "PUT", f"{path}/a", made)

    assert "requests more than its limit" in status["message"]
