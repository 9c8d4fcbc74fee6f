from __future__ import annotations

from typing import Any

import pytest

from sandbox.api.statuses import CauseType
from sandbox.api.validation import validate

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
INT_OR_STRING = {
    "x-kubernetes-int-or-string": True,
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    "pattern": "^[0-9]+$",
}
KEYED: Any = {
    "type": "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
    "items": {"type": "object", "properties": {"name": STRING}},
}


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        (STRING, 5, 'Invalid value: "integer": spec.x in body must be of type string: "integer"'),
        (
            INTEGER,
            True,
            'Invalid value: "boolean": spec.x in body must be of type integer: "boolean"',
        ),
        (INTEGER | {"minimum": 0}, -1, "spec.x in body should be greater than or equal to 0"),
        (INTEGER | {"maximum": 3}, 4, "spec.x in body should be less than or equal to 3"),
        (INTEGER | {"minimum": 0, "exclusiveMinimum": True}, 0, "should be greater than 0"),
        (INTEGER | {"multipleOf": 2}, 3, "spec.x in body should be a multiple of 2"),
        (INTEGER | {"format": "int32"}, 2**31, "must be of type integer with format int32"),
        (STRING | {"enum": ["a", "b"]}, "c", 'Unsupported value: "c": supported values: "a", "b"'),
        (STRING | {"pattern": "^[a-z]+$"}, "A", "spec.x in body should match '^[a-z]+$'"),
        (STRING | {"pattern": "^[a-z]+$"}, "a\n", "spec.x in body should match '^[a-z]+$'"),
        (STRING | {"maxLength": 2}, "abc", "Too long: may not be more than 2 bytes"),
        (STRING | {"minLength": 2}, "a", "spec.x in body should be at least 2 chars long"),
        (STRING | {"format": "date-time"}, "yesterday", "must be of type date-time"),
        (INT_OR_STRING, 0.5, "spec.x in body must be of type integer,string"),
        (INT_OR_STRING, "abc", "spec.x in body should match '^[0-9]+$'"),
        ({"type": "array", "maxItems": 1}, [1, 2], "Too many: 2: must have at most 1 item"),
        ({"type": "array", "minItems": 1}, [], "spec.x in body should have at least 1 items"),
        (KEYED, [{"name": "a"}, {"name": "a"}], 'Duplicate value: {"name":"a"}'),
        ({"type": "object", "required": ["a"]}, {}, "Required value"),
        ({"type": "object", "maxProperties": 0}, {"a": 1}, "Too many: 1: must have at most 0"),
        ({"type": "object", "additionalProperties": INTEGER}, {"a": "b"}, "of type integer"),
        ({"type": "string", "oneOf": [{"enum": ["a"]}, {"enum": ["a"]}]}, "a", "one and only one"),
        ({"type": "string", "not": {"enum": ["a"]}}, "a", "must not validate the schema (not)"),
    ],
)
def test_given_a_wrong_value_when_validated_then_the_sentence_of_the_server(
    schema: Any, value: Any, message: str
) -> None:
    causes = validate(value, schema, "spec.x")

    assert any(message in cause.message for cause in causes), causes


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (INT_OR_STRING, 5),
        (INT_OR_STRING, "5"),
        (INTEGER, 5.0),
        ({"type": "number"}, 5),
        (STRING | {"nullable": True}, None),
        (STRING | {"format": "date-time"}, "2026-11-23T12:00:00Z"),
        (STRING | {"format": "unheard-of"}, "anything"),
        ({"x-kubernetes-preserve-unknown-fields": True}, {"any": ["thing", 5]}),
        (KEYED, [{"name": "a"}, {"name": "b"}]),
    ],
)
def test_given_a_right_value_when_validated_then_nothing(schema: Any, value: Any) -> None:
    assert validate(value, schema, "spec.x") == []


def test_given_something_deep_when_validated_then_the_path_leads_there() -> None:
    schema = {"type": "object", "properties": {"a": KEYED}}

    [cause] = validate({"a": [{"name": 5}]}, schema, "spec")

    assert (cause.type, cause.field) == (CauseType.TYPE_INVALID, "spec.a[0].name")
