"""Input that a parser may choke on: the server answers, refuses or cleans it, and lives on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nbcore.kube.resources import NOTEBOOKS, PODS, STATEFUL_SETS
from tests.cluster.api import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, JsonObject
from tests.cluster.servers import ApiServer
from tests.contract.objects import CONFIG_MAPS, config_map, notebook, stateful_set

DEEP = 100_000


def _raw(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def _config_map(data: str) -> bytes:
    head = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}'
    return _raw(f'{head}, "data": {data}}}')


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half an object"),
        pytest.param(b"\xff\xfe", id="no UTF-8"),
        pytest.param(_config_map('{"a": NaN}'), id="NaN"),
        pytest.param(_config_map('{"a": Infinity}'), id="Infinity"),
        pytest.param(_config_map('{"a": 1}'), id="a number for text"),
        pytest.param(_config_map("[" * DEEP + "]" * DEEP), id="100,000 lists in each other"),
        pytest.param(_config_map('{"a":' * DEEP + "1" + "}" * DEEP), id="100,000 objects"),
        pytest.param(_config_map('{"a": "b"} {}'), id="more after the end"),
    ],
)
def test_given_a_body_of_no_sense_when_created_then_bad_request(
    api_server: ApiServer, body: bytes
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)

    answer = api_server.api.request("POST", path, body)

    assert answer.status == 400
    assert answer.body["reason"] == "BadRequest"
    assert api_server.api.get("/readyz") == "ok"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(10**30, id="more than an integer holds"),
        pytest.param(1.5, id="a half"),
        pytest.param("1", id="text"),
        pytest.param(True, id="a truth value"),
        pytest.param([], id="a list"),
    ],
)
def test_given_replicas_of_no_sense_when_created_then_bad_request(
    api_server: ApiServer, value: Any
) -> None:
    body = stateful_set("a", replicas=value)

    status = api_server.api.expect(400, "POST", STATEFUL_SETS.path(api_server.namespace), body)

    assert status["reason"] == "BadRequest"


def test_given_negative_replicas_when_created_then_invalid(api_server: ApiServer) -> None:
    path = STATEFUL_SETS.path(api_server.namespace)

    status = api_server.api.expect(422, "POST", path, stateful_set("a", replicas=-1))

    assert [c["field"] for c in status["details"]["causes"]] == ["spec.replicas"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('"\\ud800"', id="half a surrogate pair"),
        pytest.param('"\\u0000"', id="a zero character"),
        pytest.param('"\\ud83d\\ude80"', id="a rocket"),
        pytest.param('"<script>alert(1)</script>"', id="markup"),
    ],
)
def test_given_strange_text_when_created_then_it_can_be_read_back(
    api_server: ApiServer, text: str
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)

    answer = api_server.api.request("POST", path, _config_map(f'{{"a": {text}}}'))

    assert answer.status == 201
    got = api_server.api.get(f"{path}/a")["data"]["a"]
    # Half a pair stands for nothing; it is replaced, as browsers do.
    assert got == json.loads(text).replace("\ud800", "\ufffd")


@pytest.mark.parametrize(
    "name",
    ["%2e%2e", "a%2fb", "a%00b", "a%0ab", "%ff", "a b", "A", "a" * 254, "a;b", "%252e%252e"],
)
def test_given_a_strange_name_in_the_path_when_asked_for_then_nothing_is_found(
    api_server: ApiServer, name: str
) -> None:
    path = f"/api/v1/namespaces/{api_server.namespace}/configmaps/{name}"

    answer = api_server.api.request("GET", path)

    assert answer.status in {301, 400, 404}


@pytest.mark.parametrize(
    ("content_type", "patch"),
    [
        pytest.param(MERGE_PATCH, b'"text"', id="a merge patch that is text"),
        pytest.param(MERGE_PATCH, b"[]", id="a merge patch that is a list"),
        pytest.param(MERGE_PATCH, b'{"data": 7}', id="a number for an object"),
        pytest.param(JSON_PATCH, b'[{"op": "fly", "path": "/data"}]', id="an unknown operation"),
        pytest.param(JSON_PATCH, b'[{"op": "add"}]', id="no path"),
        pytest.param(JSON_PATCH, b'[{"op": "add", "path": "data", "value": 1}]', id="no pointer"),
        pytest.param(JSON_PATCH, b'[{"op": "remove", "path": ""}]', id="the whole is removed"),
        pytest.param(
            JSON_PATCH, b'[{"op": "replace", "path": "/kind", "value": 7}]', id="kind is a number"
        ),
    ],
)
def test_given_a_patch_of_no_sense_when_sent_then_refused_and_nothing_changes(
    api_server: ApiServer, content_type: str, patch: bytes
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    made = api_server.api.create(path, config_map("a", a="1"))

    answer = api_server.api.request("PATCH", f"{path}/a", patch, content_type=content_type)

    # A real one gives 500 to some of these.
    assert answer.status in {400, 422, 500}
    assert api_server.api.get(f"{path}/a") == made


def test_given_a_huge_json_patch_when_sent_then_it_is_refused(api_server: ApiServer) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    api_server.api.create(path, config_map("a", a="1"))
    operations = [{"op": "add", "path": "/data/b", "value": "2"}] * 20_000

    answer = api_server.api.request("PATCH", f"{path}/a", operations, content_type=JSON_PATCH)

    assert answer.status == 413


def test_given_metadata_of_wrong_types_when_created_then_bad_request(
    api_server: ApiServer,
) -> None:
    wrong: list[JsonObject] = [
        {"name": 7},
        {"name": "a", "labels": []},
        {"name": "a", "labels": {"b": 1}},
        {"name": "a", "annotations": "c"},
        {"name": "a", "finalizers": {}},
        {"name": "a", "ownerReferences": [7]},
    ]

    for metadata in wrong:
        for path, body in (
            (CONFIG_MAPS.path(api_server.namespace), config_map("a")),
            (NOTEBOOKS.path(api_server.namespace), notebook("a")),
        ):
            answer = api_server.api.request("POST", path, {**body, "metadata": metadata})
            assert answer.status in {400, 422}, (metadata, answer.body)


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        pytest.param("1:59:59", "1:59:59", id="a time"),
        pytest.param("2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z", id="a timestamp"),
        pytest.param("1:59" + ":59" * 1000, "1:59" + ":59" * 1000, id="a long time"),
        pytest.param("y", None, id="y"),
        pytest.param("off", None, id="off"),
        pytest.param("0x1F", None, id="hexadecimal"),
        pytest.param("0o17", None, id="octal"),
        pytest.param("1_000", None, id="a number with a gap"),
        pytest.param(".5", None, id="half"),
        pytest.param("9" * 400, "9" * 400, id="400 digits"),
        pytest.param(".inf", None, id="infinity"),
        pytest.param("<<", "<<", id="a merge sign"),
        pytest.param("=", "=", id="an equals sign"),
    ],
)
def test_given_a_plain_word_of_yaml_when_applied_then_text_or_refused(
    api_server: ApiServer, word: str, kept: str | None
) -> None:
    path = f"{CONFIG_MAPS.path(api_server.namespace)}/a"
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  a: {word}\n"

    answer = api_server.api.request(
        "PATCH", f"{path}?fieldManager=m", text.encode(), content_type=APPLY_PATCH
    )

    if kept is None:
        # A number where text belongs: a real one gives 500.
        assert answer.status in {400, 422, 500}
    else:
        assert answer.status == 201
        assert answer.body["data"]["a"] == kept


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"- " * 60_000 + b"x", id="60,000 lists in each other"),
        pytest.param(b"{a: " * 60_000, id="60,000 objects in each other"),
        pytest.param(b"a: .inf", id="infinity"),
    ],
)
def test_given_hostile_yaml_when_applied_then_bad_request_and_it_lives_on(
    api_server: ApiServer, raw: bytes
) -> None:
    path = f"{CONFIG_MAPS.path(api_server.namespace)}/a?fieldManager=m"

    answer = api_server.api.request("PATCH", path, raw, content_type=APPLY_PATCH)

    assert answer.status == 400
    assert api_server.api.get("/readyz") == "ok"


@pytest.mark.parametrize("digits", [25, 4000, 5000])
def test_given_a_generation_beyond_64_bits_when_created_then_bad_request(
    api_server: ApiServer, digits: int
) -> None:
    path = CONFIG_MAPS.path(api_server.namespace)
    head = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "generation": '
    body = f"{head}{'9' * digits}}}}}".encode()

    answer = api_server.api.request("POST", path, body)

    assert answer.status == 400


@pytest.mark.parametrize(
    ("variable", "code"),
    [
        pytest.param({"name": "A=B", "value": "x"}, 422, id="an equals sign"),
        pytest.param({"name": "A\0B", "value": "x"}, 422, id="a zero in the name"),
        pytest.param({"name": "A B", "value": "x"}, 201, id="a space"),
        pytest.param({"name": "1.a-B_", "value": "x"}, 201, id="dots and dashes"),
        pytest.param({"name": "ä", "value": "x"}, 422, id="a letter beyond ASCII"),
        pytest.param({"name": "..", "value": "x"}, 201, id="two dots"),
        pytest.param({"name": "AB", "value": "x\0y"}, 201, id="a zero in the value"),
    ],
)
def test_given_a_strange_variable_when_a_pod_is_created_then_the_answer_of_the_server(
    api_server: ApiServer, variable: JsonObject, code: int
) -> None:
    spec = {"containers": [{"name": "c", "image": "i", "env": [variable]}]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}

    answer = api_server.api.request("POST", PODS.path(api_server.namespace), pod)

    assert answer.status == code, answer.body


@pytest.mark.parametrize("version", ["abc", "-1"])
def test_given_a_version_that_is_no_number_when_watched_then_refused(
    api_server: ApiServer, version: str
) -> None:
    path = NOTEBOOKS.path(api_server.namespace)

    answer = api_server.api.request("GET", path, watch="true", resourceVersion=version)

    # 500 by a real one; what counts is that it is no stream that never ends.
    assert answer.status in {400, 422, 500}
