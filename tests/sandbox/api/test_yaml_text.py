"""YAML from strangers: what it may mean, and that no text costs much."""

from __future__ import annotations

import time
from typing import Any

import pytest

from sandbox.api.bodies import parse_body
from sandbox.api.yaml_text import YamlError, read
from sandbox.client import APPLY_PATCH, ApiError

SECONDS = 5.0
"""Far more than any needs, far less than what a quadratic one takes."""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("a: {b: [1, x]}", {"a": {"b": [1, "x"]}}, id="flow"),
        pytest.param("a:\n- 1\n- b: |\n    x\n", {"a": [1, {"b": "x\n"}]}, id="block"),
        pytest.param("", None, id="nothing"),
        pytest.param("a:", {"a": None}, id="no value"),
        pytest.param("1: a\ntrue: b", {"1": "a", "true": "b"}, id="keys are text"),
        pytest.param("a: 1:59:59", {"a": "1:59:59"}, id="a time is text"),
        pytest.param("a: 2020-01-01", {"a": "2020-01-01"}, id="a date is text"),
        pytest.param("a: 2020-01-01T00:00:00Z", {"a": "2020-01-01T00:00:00Z"}, id="a timestamp"),
        pytest.param("a: 010", {"a": 8}, id="octal"),
        pytest.param("a: 0x1F", {"a": 31}, id="hexadecimal"),
        pytest.param("a: -1.5e3", {"a": -1500.0}, id="a float"),
        pytest.param("a: 1e999", {"a": "1e999"}, id="beyond a float"),
        pytest.param("a: '1'", {"a": "1"}, id="quoted"),
        pytest.param("a: !!str 1", {"a": "1"}, id="said to be text"),
        pytest.param("a: yes", {"a": True}, id="yes"),
        pytest.param("a: '<<'", {"a": "<<"}, id="a merge sign as a value"),
    ],
)
def test_given_yaml_when_read_then_the_value_of_the_server(text: str, value: Any) -> None:
    assert read(text.encode(), deepest=5) == value


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        pytest.param(b"- " * 60_000 + b"x", "nested deeper", id="60,000 lists in each other"),
        pytest.param(b"[" * 200_000, "nested deeper", id="200,000 brackets"),
        pytest.param(b"{a: " * 60_000, "nested deeper", id="60,000 objects"),
        pytest.param(b"a: &a [x]\nb: *a\n", "aliases", id="an alias"),
        pytest.param(b"<<: {a: 1}", "merge keys", id="a merge"),
        pytest.param(b"a: !!int 1" + b":59" * 50_000, "tag", id="said to be a number"),
        pytest.param(b'!!python/object/apply:os.system ["id"]', "tag", id="a call"),
        pytest.param(b"a: .inf", "no JSON number", id="infinity"),
        pytest.param(b"a: -.Inf", "no JSON number", id="minus infinity"),
        pytest.param(b"a: .nan", "no JSON number", id="no number"),
        pytest.param(b"? {a: 1}\n: 1\n", "key", id="an object as a key"),
        pytest.param(b"a: 1\n---\nb: 2\n", "single document", id="two documents"),
        pytest.param(b"a: \xff", "UTF-8", id="no UTF-8"),
        pytest.param(b"a: [", "flow node", id="half a list"),
    ],
)
def test_given_hostile_yaml_when_read_then_refused(raw: bytes, words: str) -> None:
    with pytest.raises(YamlError, match=words):
        read(raw, deepest=100)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"generation: 1" + b":59" * 80_000, id="a long time"),
        pytest.param(b"a: " + b"9" * 250_000, id="a long number"),
        pytest.param(b"a: " + b"1_" * 120_000, id="a long number with gaps"),
        pytest.param(b"[" + b"a," * 120_000 + b"]", id="a long list"),
        pytest.param(
            b"{" + b",".join(b"%d: 1" % (i * (2**61 - 1)) for i in range(9_000)) + b"}",
            id="numbers of one hash as keys",
        ),
    ],
)
def test_given_long_yaml_when_read_then_it_takes_no_longer_than_its_length(raw: bytes) -> None:
    begun = time.process_time()

    parse_body(raw, APPLY_PATCH)

    assert time.process_time() - begun < SECONDS


def test_given_json_for_yaml_when_read_then_the_same_value() -> None:
    assert parse_body(b' {"a": 1}', APPLY_PATCH) == {"a": 1}
    assert parse_body(b"{a: 1}", APPLY_PATCH) == {"a": 1}


def test_given_deep_json_for_yaml_when_read_then_refused() -> None:
    with pytest.raises(ApiError) as caught:
        parse_body(b'{"a":' * 40_000, APPLY_PATCH)

    assert caught.value.code == 400
