from __future__ import annotations

from typing import Any

import pytest

from sandbox.api.cel import check_rules, compile_problems
from sandbox.api.statuses import CauseType


def _schema(rule: str, **rest: Any) -> Any:
    spec = {"type": "object", "x-kubernetes-validations": [{"rule": rule, **rest}]}
    return {"type": "object", "properties": {"spec": spec}}


def _object(**spec: Any) -> Any:
    return {"apiVersion": "x/v1", "kind": "X", "metadata": {"name": "w"}, "spec": spec}


@pytest.mark.parametrize(
    ("rule", "spec"),
    [
        ("quantity(self.cpu).compareTo(quantity('1')) < 0", {"cpu": "500m"}),
        ("quantity('1Gi').isGreaterThan(quantity('1G'))", {}),
        ("isQuantity(string(self.cpu))", {"cpu": 1}),
        ("!isQuantity(self.cpu)", {"cpu": "much"}),
        ("!has(self.a) || self.a.b == 1", {}),
        ("self.items.all(i, i.n > 0)", {"items": [{"n": 1}, {"n": 2}]}),
        ("self.items.exists(i, i.n == 2)", {"items": [{"n": 1}, {"n": 2}]}),
        ("['a', 'b'].all(k, !(k in self) || self[k] > 0)", {"a": 1}),
        ("self.name.matches('^[a-z]+$') && size(self.name) <= 3", {"name": "abc"}),
        ("self.text.split(',')[1].trim().upperAscii() == 'B'", {"text": "a, b"}),
        ("self.text.startsWith('a') && self.text.indexOf('c') == 2", {"text": "abc"}),
    ],
)
def test_given_a_rule_that_holds_when_checked_then_nothing(rule: str, spec: Any) -> None:
    assert check_rules(_object(**spec), None, _schema(rule)) == []


def test_given_a_broken_rule_when_checked_then_message_and_field() -> None:
    schema = _schema("self.a > 1", message="a is too small", fieldPath=".a")

    [cause] = check_rules(_object(a=1), None, schema)

    assert (cause.field, cause.message) == ("spec.a", "Invalid value: a is too small")


def test_given_no_message_when_broken_then_the_rule_is_shown() -> None:
    [cause] = check_rules(_object(a=1), None, _schema("self.a > 1"))

    assert cause.message == "Invalid value: failed rule: self.a > 1"


def test_given_a_message_expression_when_broken_then_it_is_evaluated() -> None:
    schema = _schema("self.a > 1", messageExpression="'a is ' + string(self.a)")

    [cause] = check_rules(_object(a=1), None, schema)

    assert cause.message == "Invalid value: a is 1"


def test_given_a_rule_that_fails_itself_when_checked_then_why() -> None:
    [missing] = check_rules(_object(), None, _schema("self.a.b == 1"))
    [no_quantity] = check_rules(_object(a="x"), None, _schema("quantity(self.a).sign() > 0"))

    assert missing.message.startswith('Invalid value: "object": no such key: a evaluating rule')
    assert "quantities must match the regular expression" in no_quantity.message


def test_given_a_transition_rule_when_created_then_it_is_not_asked() -> None:
    schema = _schema("self.a == oldSelf.a", reason="FieldValueForbidden", message="a stays")

    created = check_rules(_object(a=1), None, schema)
    [changed] = check_rules(_object(a=2), _object(a=1), schema)

    assert created == []
    assert (changed.type, changed.message) == (CauseType.FORBIDDEN, "Forbidden: a stays")


def test_given_a_value_that_was_wrong_before_when_left_alone_then_it_is_not_judged() -> None:
    schema = _schema("self.a > 1")

    assert check_rules(_object(a=1), _object(a=1), schema) == []
    assert check_rules(_object(a=0), _object(a=1), schema) != []


def test_given_metadata_when_a_rule_looks_then_it_sees_the_name_only() -> None:
    rule = "self.metadata.name == 'w' && !has(self.metadata.labels)"
    schema = {"type": "object", "x-kubernetes-validations": [{"rule": rule}]}
    labelled = _object()
    labelled["metadata"]["labels"] = {"a": "b"}

    assert check_rules(labelled, None, schema) == []


@pytest.mark.parametrize("rule", ["self ==", "(((", "self.?a.orValue(1) == 1"])
def test_given_a_rule_that_is_no_expression_when_compiled_then_a_problem(rule: str) -> None:
    assert list(compile_problems(_schema(rule)))


def test_given_a_pattern_that_is_none_when_compiled_then_a_problem() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}}

    assert list(compile_problems(schema))


def test_given_a_number_beyond_64_bits_when_checked_then_a_cause_and_no_crash() -> None:
    [cause] = check_rules(_object(a=10**40), None, _schema("self.a > 1"))

    assert "evaluating rule" in cause.message
