"""What ConfigMaps, claims and Services may hold, and what of them may change.

ConfigMaps: base64, keys, immutable; claims: choices, what stays as it was; Services: ports,
selector, choices, a default that depends on one.
"""

from __future__ import annotations

from typing import Any

import pytest

from nbcore.kube.resources import PERSISTENT_VOLUME_CLAIMS, SERVICES
from tests.cluster.api import MERGE_PATCH, Answer, JsonObject
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, claim, config_map, service


def _patch(s: ApiServer, path: str, patch: Any) -> Answer:
    return s.api.request("PATCH", path, patch, content_type=MERGE_PATCH)


def _fields(answer: Answer) -> list[str]:
    assert answer.status == 422, answer.body
    return sorted({cause["field"] for cause in answer.body["details"]["causes"]})


def test_given_no_base64_when_created_then_bad_request(api_server: ApiServer) -> None:
    body = config_map("a") | {"binaryData": {"b": "AAEC%"}}

    answer = api_server.api.request("POST", CONFIG_MAPS.path(api_server.namespace), body)

    assert answer.status == 400
    assert answer.body["message"].endswith("illegal base64 data at input byte 4")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param(
            {"data": {"a": "1", "b c": "2"}}, "data[b c]", id="a key that is no file name"
        ),
        pytest.param({"data": {"a": ""}, "binaryData": {"a": ""}}, "data[a]", id="a key twice"),
    ],
)
def test_given_wrong_keys_when_a_config_map_is_created_then_the_field_is_named(
    api_server: ApiServer, change: JsonObject, field: str
) -> None:
    answer = api_server.api.request(
        "POST", CONFIG_MAPS.path(api_server.namespace), config_map("a") | change
    )

    assert _fields(answer) == [field]


def test_given_an_immutable_config_map_when_changed_then_forbidden(api_server: ApiServer) -> None:
    body = config_map("a", a="1") | {"immutable": True}
    api_server.api.create(CONFIG_MAPS.path(api_server.namespace), body)
    path = CONFIG_MAPS.path(api_server.namespace, "a")

    answer = _patch(api_server, path, {"immutable": None, "data": {"a": "2"}})

    assert _fields(answer) == ["data", "immutable"]


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        pytest.param({"accessModes": ["Sometimes"]}, ["spec.accessModes"], id="access mode"),
        pytest.param({"volumeMode": "Tape"}, ["spec.volumeMode"], id="volume mode"),
    ],
)
def test_given_a_wrong_choice_when_a_claim_is_created_then_the_field_is_named(
    api_server: ApiServer, spec: JsonObject, fields: list[str]
) -> None:
    body = claim("a", **spec)

    answer = api_server.api.request(
        "POST", PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace), body
    )

    assert _fields(answer) == fields


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        pytest.param({"storageClassName": "other"}, ["spec"], id="class"),
        pytest.param({"volumeMode": "Block"}, ["spec", "volumeMode"], id="volume mode"),
        pytest.param(
            {"resources": {"requests": {"storage": None}}},
            ["spec", "spec.resources.requests.storage", "spec.resources[storage]"],
            id="amount",
        ),
        pytest.param(
            {"resources": {"requests": {"storage": "2Gi"}}},
            ["spec"],
            id="growth before it is bound",
        ),
    ],
)
def test_given_a_claim_when_it_changes_then_what_may_not_is_named(
    api_server: ApiServer, change: JsonObject, fields: list[str]
) -> None:
    body = claim("a", storageClassName="missing")
    api_server.api.create(PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace), body)
    path = PERSISTENT_VOLUME_CLAIMS.path(api_server.namespace, "a")

    answer = _patch(api_server, path, {"spec": change})

    assert _fields(answer) == fields


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        pytest.param(
            {"ports": [{"port": 70000}]},
            ["spec.ports[0].port", "spec.ports[0].targetPort"],
            id="number",
        ),
        pytest.param(
            {"ports": [{"name": "a", "port": 1}, {"name": "a", "port": 2}]},
            ["spec.ports[1].name"],
            id="a name twice",
        ),
        pytest.param(
            {"ports": [{"name": "a", "port": 1}, {"name": "b", "port": 1}]},
            ["spec.ports[1]"],
            id="a port twice",
        ),
        pytest.param(
            {"ports": [{"name": "A b", "port": 1, "protocol": "ICMP"}]},
            ["spec.ports[0].name", "spec.ports[0].protocol"],
            id="name and protocol",
        ),
        pytest.param({"selector": {"app": "a b"}}, ["spec.selector"], id="selector"),
        pytest.param({"sessionAffinity": "Some"}, ["spec.sessionAffinity"], id="affinity"),
    ],
)
def test_given_a_wrong_service_when_created_then_the_fields_are_named(
    api_server: ApiServer, spec: JsonObject, fields: list[str]
) -> None:
    body = service("a", **spec)

    answer = api_server.api.request("POST", SERVICES.path(api_server.namespace), body)

    assert _fields(answer) == fields


def test_given_session_affinity_when_created_then_it_gets_a_timeout(api_server: ApiServer) -> None:
    body = service("a", sessionAffinity="ClientIP")

    made = api_server.api.create(SERVICES.path(api_server.namespace), body)

    assert made["spec"]["sessionAffinityConfig"] == {"clientIP": {"timeoutSeconds": 10800}}
