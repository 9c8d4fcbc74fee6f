# ruff: noqa: S108  (paths inside a pod, not files of ours)
from __future__ import annotations

from typing import Any

import pytest

from sandbox.client import Object
from sandbox.node.environment import (
    VariableError,
    base,
    check,
    expand,
    field_of,
    relocate,
    variables,
)
from tests.sandbox.objects import container, pod

KNOWN = {"A": "1", "B": "two"}
VALUES = {("Secret", "keys", "token"): "s3cret"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$(A)/$(B)", "1/two"),
        ("$(C)", "$(C)"),
        ("$$(A)", "$(A)"),
        ("$A ${A}", "$A ${A}"),
        ("$((A))", "$((A))"),
        ("", ""),
    ],
)
def test_given_references_when_expanded_then_known_names_are_replaced(
    text: str, expected: str
) -> None:
    assert expand(text, KNOWN) == expected


def resolved(*entries: Object) -> dict[str, str]:
    return variables(
        container(env=list(entries)),
        lambda path: field_of(pod(), path, address="127.70.0.1"),
        lambda *key: VALUES.get(key),
    )


def sourced(**source: Any) -> Object:
    return {"name": "X", "valueFrom": source}


def test_given_variables_when_resolved_then_each_may_use_those_before_it() -> None:
    found = resolved(
        {"name": "A", "value": "$(B)"}, {"name": "B", "value": "b"}, {"name": "C", "value": "$(B)!"}
    )

    assert found == {"A": "$(B)", "B": "b", "C": "b!"}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ({"fieldRef": {"fieldPath": "metadata.name"}}, "lab-0"),
        ({"fieldRef": {"fieldPath": "status.podIP"}}, "127.70.0.1"),
        ({"fieldRef": {"fieldPath": "metadata.labels['app']"}}, ""),
        ({"secretKeyRef": {"name": "keys", "key": "token"}}, "s3cret"),
    ],
)
def test_given_a_source_when_resolved_then_its_value_is_taken(source: Object, value: str) -> None:
    assert resolved(sourced(**source)) == {"X": value}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"secretKeyRef": {"name": "keys", "key": "no"}}, "couldn't find key no in Secret keys"),
        ({"configMapKeyRef": {"name": "c", "key": "k"}}, "couldn't find key k in ConfigMap c"),
        ({"fieldRef": {"fieldPath": "spec.nope"}}, "unsupported fieldPath: spec.nope"),
        ({"resourceFieldRef": {"resource": "limits.cpu"}}, "resourceFieldRef"),
    ],
)
def test_given_a_missing_source_when_resolved_then_it_is_named(source: Object, words: str) -> None:
    with pytest.raises(VariableError, match=words):
        resolved(sourced(**source))


def test_given_an_optional_source_when_missing_then_the_variable_is_left_out() -> None:
    assert resolved(sourced(secretKeyRef={"name": "x", "key": "y", "optional": True})) == {}


def test_given_a_container_when_it_starts_then_nothing_else_is_in_its_environment() -> None:
    made = base(home="/h", tmp="/t", user="me", path=["/venv/bin"])

    assert made["PATH"].startswith("/venv/bin:/usr/local/sbin")
    assert set(made) == {
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "TERM",
        "TMPDIR",
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("/tmp/jupyter_runtime", "/pod/tmp/jupyter_runtime"),
        ("/tmp", "/pod/tmp"),
        ("/tmpfile", "/tmpfile"),
        ("x=/tmp/y", "x=/tmp/y"),
    ],
)
def test_given_a_path_of_the_container_when_relocated_then_it_is_the_pods_own(
    value: str, expected: str
) -> None:
    assert relocate(value, {"/tmp": "/pod/tmp"}) == expected


@pytest.mark.parametrize(
    ("variables", "words", "said"),
    [
        ({"A=B": "x"}, [], "'A=B'"),
        ({"": "x"}, [], "''"),
        ({"A\0": "x"}, [], "A"),
        ({"A": "x\0y"}, [], "'A'"),
        ({"A": "x"}, ["sh", "\0"], "zero character"),
    ],
)
def test_given_what_no_process_can_have_when_checked_then_refused(
    variables: dict[str, str], words: list[str], said: str
) -> None:
    with pytest.raises(VariableError, match=said):
        check(variables, words)


def test_given_what_a_process_can_have_when_checked_then_nothing_is_said() -> None:
    check({"A": "x=y", "a.b-c": ""}, ["sh", "-c", ""])
