"""The rules of custom kinds (x-kubernetes-validations), asked through a kept CEL library. Pure.

The library is loaded when the first rule is compiled, and a rule is compiled once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sandbox.api.statuses import Cause, CauseType, shown
from sandbox.api.structure import child_path, field_schema, json_type
from sandbox.api.validation import is_pattern, list_key
from sandbox.client import Object

RULES = "x-kubernetes-validations"
_OLD_SELF = re.compile(r"\boldSelf\b")
_WORDS = {
    CauseType.FORBIDDEN: "Forbidden",
    CauseType.REQUIRED: "Required value",
    CauseType.DUPLICATE: "Duplicate value",
}


class RuleError(Exception):
    """A rule that can't be compiled, or that failed while it was asked."""


def check_rules(value: Object, old: Object | None, schema: Object) -> list[Cause]:
    """What the rules of a kind say against an object; ``old`` is what it replaces. Pure."""
    return list(_walk(_root(value), _root(old) if old else None, schema, ""))


def compile_problems(schema: Object) -> Iterator[str]:
    """The sentences for every rule and pattern in a schema that can't be compiled. Pure."""
    for rule in schema.get(RULES, ()):
        try:
            _program(rule.get("rule", ""))
        except RuleError as problem:
            yield f"compilation failed: {problem}"
    pattern = schema.get("pattern")
    if pattern is not None and not is_pattern(pattern):
        yield f"{shown(pattern)}: must be a valid regular expression, but isn't"
    nested = [*schema.get("properties", {}).values()]
    nested += [schema[k] for k in ("items", "additionalProperties") if k in schema]
    for part in nested:
        if isinstance(part, dict):
            yield from compile_problems(part)


def has_rules(schema: Any) -> bool:
    """Whether there is any rule at or below this place. Pure."""
    if not isinstance(schema, dict):
        return False
    nested = [*schema.get("properties", {}).values()]
    nested += [schema.get("items"), schema.get("additionalProperties")]
    return bool(schema.get(RULES)) or any(has_rules(part) for part in nested)


def _root(obj: Object) -> Object:
    """An object as its rules see it: of the metadata only the names. Pure."""
    metadata = obj.get("metadata", {})
    named = {key: metadata[key] for key in ("name", "generateName") if key in metadata}
    return obj | {"metadata": named}


def _walk(value: Any, old: Any, schema: Object, path: str) -> Iterator[Cause]:
    if value is None:
        return
    # What an update leaves as it was is not judged again, so that a definition may become
    # stricter; rules about the change itself are asked all the same.
    is_unchanged = old is not None and value == old
    asked = [rule for rule in schema.get(RULES, ()) if _is_asked(rule, old, is_unchanged)]
    if asked:
        yield from _ask_all(asked, value, old, path)
    for item, before, nested, below in _children(value, old, schema, path):
        yield from _walk(item, item if is_unchanged else before, nested, below)


def _is_asked(rule: Object, old: Any, is_unchanged: bool) -> bool:  # noqa: FBT001 a fact, no option
    if _is_transition(rule):
        return old is not None or bool(rule.get("optionalOldSelf"))
    return not is_unchanged


def _is_transition(rule: Object) -> bool:
    return _OLD_SELF.search(rule["rule"]) is not None


def _children(
    value: Any, old: Any, schema: Object, path: str
) -> Iterator[tuple[Any, Any, Object, str]]:
    """What is inside a value: item, what it was before, its schema and its path. Pure."""
    if isinstance(value, dict):
        was = old if isinstance(old, dict) else {}
        for name, item in value.items():
            nested = field_schema(schema, name)
            if nested:
                yield item, was.get(name), nested, child_path(path, name)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, item in enumerate(value):
            before = _counterpart(item, old, schema)
            yield item, before, schema["items"], f"{path}[{index}]"


def _counterpart(item: Any, old: Any, schema: Object) -> Any:
    """The item of the old list that is the same one by key; None without keys. Pure."""
    key = list_key(item, schema)
    if key is None or not isinstance(old, list):
        return None
    return next((other for other in old if list_key(other, schema) == key), None)


def _ask_all(rules: list[Object], value: Any, old: Any, path: str) -> Iterator[Cause]:
    """Ask the rules of one place; its value is translated for the library once."""
    try:
        variables = {"self": _translated(value), "oldSelf": _translated(old)}
    except RuleError as problem:
        yield _failure(rules[0], value, problem, path)
        return
    for rule in rules:
        try:
            holds = _evaluate(rule["rule"], variables) is True
        except RuleError as problem:
            yield _failure(rule, value, problem, path)
        else:
            if not holds:
                yield _broken(rule, variables, path)


def _failure(rule: Object, value: Any, problem: RuleError, path: str) -> Cause:
    said = rule.get("message") or rule["rule"]
    sentence = f'Invalid value: "{json_type(value)}": {problem} evaluating rule: {said}'
    return Cause(CauseType.INVALID, path or "<nil>", sentence)


def _broken(rule: Object, variables: dict[str, Any], path: str) -> Cause:
    where = (path + rule.get("fieldPath", "")).lstrip(".") or "<nil>"
    cause = CauseType(rule.get("reason", CauseType.INVALID))
    words = _WORDS.get(cause, "Invalid value")
    return Cause(cause, where, f"{words}: {_sentence(rule, variables)}")


def _sentence(rule: Object, variables: dict[str, Any]) -> str:
    if expression := rule.get("messageExpression"):
        try:
            return str(_evaluate(expression, variables))
        except RuleError:
            pass  # The API server falls back as well when the expression fails.
    return str(rule.get("message") or f"failed rule: {rule['rule']}".strip())


def _translated(value: Any) -> Any:
    import celpy  # noqa: PLC0415 loaded with the first rule, not at start

    try:
        return celpy.json_to_cel(value)
    except (ValueError, TypeError) as problem:  # A whole number of more than 64 bits.
        raise RuleError(str(problem)) from problem


def _evaluate(expression: str, variables: dict[str, Any]) -> Any:
    import celpy  # noqa: PLC0415 loaded with the first rule, not at start

    program = _program(expression)
    try:
        result = program.evaluate(variables)
    except (celpy.CELEvalError, ValueError, TypeError, ArithmeticError, LookupError) as problem:
        raise RuleError(_reason(problem)) from problem
    return bool(result) if type(result).__name__ == "BoolType" else result


def _reason(problem: Exception) -> str:
    """Why an expression failed: the words of the function that did, if there are any. Pure."""
    if isinstance(problem.__cause__, ValueError) and problem.__cause__.args:
        return str(problem.__cause__.args[0])
    text = str(problem.args[0]) if problem.args else type(problem).__name__
    missing = re.fullmatch(r"no such member in mapping: '(.*)'", text)
    return f"no such key: {missing.group(1)}" if missing else text[:200]


@lru_cache(maxsize=1024)
def _program(expression: str) -> Any:
    import celpy  # noqa: PLC0415 loaded with the first rule, not at start

    from sandbox.api.cel_functions import FUNCTIONS  # noqa: PLC0415 needs the library

    environment = celpy.Environment()
    try:
        return environment.program(environment.compile(expression), functions=FUNCTIONS)
    except celpy.CELParseError as problem:
        raise RuleError(str(problem.args[0])) from problem
