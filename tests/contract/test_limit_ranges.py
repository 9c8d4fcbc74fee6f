"""LimitRange: defaults for what pods leave out, and the sentences that refuse pods and claims."""

from __future__ import annotations

from typing import Any

import pytest

from nbcore.kube.resources import PERSISTENT_VOLUME_CLAIMS, PODS, Resource
from tests.cluster.api import JsonObject, eventually
from tests.cluster.servers import ApiServer
from tests.contract.objects import claim, pod

LIMIT_RANGES = Resource("", "v1", "limitranges", "LimitRange")


def _limit(s: ApiServer, *limits: JsonObject) -> JsonObject:
    """Makes a LimitRange that admission knows: a real server learns of it from a watch."""
    # A bound that only the probe breaks tells when it is known.
    probe = {"type": "PersistentVolumeClaim", "min": {"storage": "2"}}
    mine = [*limits] if any(x["type"] == probe["type"] for x in limits) else [*limits, probe]
    body = {"metadata": {"name": "bounds"}, "spec": {"limits": mine}}
    made: JsonObject = s.api.create(LIMIT_RANGES.path(s.namespace), body)
    path = PERSISTENT_VOLUME_CLAIMS.path(s.namespace)
    tiny = claim("tiny", resources={"requests": {"storage": "1"}})
    eventually(
        lambda: s.api.request("POST", path, tiny, dryRun="All").status == 403,
        what="the limit range is known",
    )
    return made


def _sentences(message: str) -> list[str]:
    """What follows "is forbidden: "; a real server lists several in any order."""
    why = message.partition(" is forbidden: ")[2]
    return sorted(why.removeprefix("[").removesuffix("]").split(", m"))


def test_given_bounds_when_stored_then_defaults_follow_from_them(api_server: ApiServer) -> None:
    item = {
        "type": "Container",
        "max": {"cpu": "2000m", "memory": "2048Mi"},
        "min": {"cpu": "0.1", "nvidia.com/gpu": "0"},
        "default": {"cpu": "1"},
    }

    made = _limit(api_server, item)

    assert made["spec"]["limits"][0] == {
        "type": "Container",
        "max": {"cpu": "2", "memory": "2Gi"},
        "min": {"cpu": "100m", "nvidia.com/gpu": "0"},
        "default": {"cpu": "1", "memory": "2Gi"},
        "defaultRequest": {"cpu": "1", "memory": "2Gi", "nvidia.com/gpu": "0"},
    }


def test_given_defaults_when_a_pod_says_nothing_then_they_are_filled_in_and_told(
    api_server: ApiServer,
) -> None:
    item = {
        "type": "Container",
        "default": {"cpu": "1", "memory": "1Gi"},
        "defaultRequest": {"cpu": "100m"},
    }
    _limit(api_server, item)
    body = pod("p")
    body["spec"]["containers"] = [
        {"name": "bare", "image": "a:1"},
        {"name": "own", "image": "a:1", "resources": {"limits": {"cpu": "2"}}},
    ]

    made = api_server.api.create(PODS.path(api_server.namespace), body)

    bare, own = (container["resources"] for container in made["spec"]["containers"])
    assert bare == {
        "limits": {"cpu": "1", "memory": "1Gi"},
        "requests": {"cpu": "100m", "memory": "1Gi"},
    }
    assert own == {
        "limits": {"cpu": "2", "memory": "1Gi"},
        "requests": {"cpu": "2", "memory": "1Gi"},
    }
    assert made["metadata"]["annotations"]["kubernetes.io/limit-ranger"] == (
        "LimitRanger plugin set: cpu, memory request for container bare; "
        "cpu, memory limit for container bare; memory request for container own; "
        "memory limit for container own"
    )
    assert made["status"]["qosClass"] == "Burstable"


@pytest.mark.parametrize(
    ("item", "resources", "expected"),
    [
        pytest.param(
            {"type": "Container", "max": {"memory": "1Gi"}},
            {"limits": {"memory": "2Gi"}},
            "maximum memory usage per Container is 1Gi, but limit is 2Gi",
            id="limit above the maximum",
        ),
        pytest.param(
            {"type": "Container", "min": {"cpu": "500m"}},
            {"requests": {"cpu": "0.1"}},
            "minimum cpu usage per Container is 500m, but request is 100m",
            id="request below the minimum",
        ),
        pytest.param(
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}},
            {"requests": {"cpu": "300m"}, "limits": {"cpu": "1"}},
            "cpu max limit to request ratio per Container is 2, but provided ratio is 3.333333",
            id="ratio",
        ),
        pytest.param(
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}},
            {"requests": {"cpu": "300m"}},
            "cpu max limit to request ratio per Container is 2, "
            "but no limit is specified or limit is 0",
            id="ratio without limit",
        ),
        pytest.param(
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}},
            {"requests": {"memory": "1Mi"}},
            "cpu max limit to request ratio per Container is 2, "
            "but no request is specified or request is 0",
            id="ratio without request",
        ),
        pytest.param(
            {"type": "Pod", "max": {"cpu": "1"}},
            {"requests": {"cpu": "100m"}},
            "maximum cpu usage per Pod is 1.  No limit is specified",
            id="pod without limit",
        ),
        pytest.param(
            {"type": "Pod", "min": {"memory": "1Gi"}},
            {"requests": {"cpu": "100m"}},
            "minimum memory usage per Pod is 1Gi.  No request is specified",
            id="pod without request",
        ),
    ],
)
def test_given_bounds_when_a_pod_breaks_them_then_the_sentence_says_which(
    api_server: ApiServer, item: JsonObject, resources: dict[str, Any], expected: str
) -> None:
    _limit(api_server, item)
    path = PODS.path(api_server.namespace)

    status = api_server.api.expect(403, "POST", path, pod("p", **resources))

    assert status["message"] == f'pods "p" is forbidden: {expected}'
    assert (status["reason"], status["details"]) == ("Forbidden", {"name": "p", "kind": "pods"})


def test_given_bounds_when_a_pod_breaks_two_then_both_are_told(api_server: ApiServer) -> None:
    _limit(api_server, {"type": "Container", "max": {"cpu": "1", "memory": "1Gi"}})
    path = PODS.path(api_server.namespace)
    body = pod("p", limits={"cpu": "2", "memory": "2Gi"})
    body["spec"]["containers"].append(body["spec"]["containers"][0] | {"name": "twin"})

    status = api_server.api.expect(403, "POST", path, body)

    assert _sentences(status["message"]) == [
        "aximum memory usage per Container is 1Gi, but limit is 2Gi",
        "maximum cpu usage per Container is 1, but limit is 2",
    ] or _sentences(status["message"]) == [
        "aximum cpu usage per Container is 1, but limit is 2",
        "maximum memory usage per Container is 1Gi, but limit is 2Gi",
    ]


@pytest.mark.parametrize(
    ("bound", "size", "expected"),
    [
        ("min", "1Gi", "minimum storage usage per PersistentVolumeClaim is 2Gi, but request is"),
        ("max", "3Gi", "maximum storage usage per PersistentVolumeClaim is 2Gi, but request is"),
    ],
)
def test_given_bounds_of_claims_when_one_breaks_them_then_it_is_forbidden(
    api_server: ApiServer, bound: str, size: str, expected: str
) -> None:
    item = {"type": "PersistentVolumeClaim", "min": {"storage": "2"}, bound: {"storage": "2Gi"}}
    _limit(api_server, item)
    path = PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace)

    status = api_server.api.expect(
        403, "POST", path, claim("data", resources={"requests": {"storage": size}})
    )

    assert status["message"] == (f'persistentvolumeclaims "data" is forbidden: {expected} {size}')


@pytest.mark.parametrize(
    ("item", "field", "detail"),
    [
        pytest.param(
            {"type": "Container", "min": {"cpu": "2"}, "max": {"cpu": "1"}},
            "spec.limits[0].min[cpu]",
            'Invalid value: "2": min value 2 is greater than max value 1',
            id="minimum above maximum",
        ),
        pytest.param(
            {"type": "Container", "default": {"cpu": "2"}, "max": {"cpu": "1"}},
            "spec.limits[0].default[cpu]",
            'Invalid value: "1": default value 2 is greater than max value 1',
            id="default above maximum",
        ),
        pytest.param(
            {"type": "Pod", "default": {"cpu": "2"}},
            "spec.limits[0].default",
            "Forbidden: may not be specified when `type` is 'Pod'",
            id="default of a pod",
        ),
        pytest.param(
            {"type": "PersistentVolumeClaim", "max": {"cpu": "1"}},
            "spec.limits[0].limits",
            "Required value: either minimum or maximum storage value is required, "
            "but neither was provided",
            id="claims without storage",
        ),
        pytest.param(
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "500m"}},
            "spec.limits[0].maxLimitRequestRatio[cpu]",
            'Invalid value: "500m": ratio 500m is less than 1',
            id="ratio below one",
        ),
    ],
)
def test_given_a_limit_range_that_makes_no_sense_when_stored_then_the_field_is_named(
    api_server: ApiServer, item: JsonObject, field: str, detail: str
) -> None:
    body = {"metadata": {"name": "odd"}, "spec": {"limits": [item]}}

    status = api_server.api.expect(422, "POST", LIMIT_RANGES.path(api_server.namespace), body)

    causes = {cause["field"]: cause["message"] for cause in status["details"]["causes"]}
    assert causes[field] == detail
