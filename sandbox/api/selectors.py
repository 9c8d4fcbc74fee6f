"""Label and field selectors. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.api import statuses
from sandbox.api.kinds import Kind
from sandbox.client import Object

Test = Callable[[Object], bool]

_SET = re.compile(r"([^\s!=,()]+)\s+(in|notin)\s*\(([^()]*)\)")
_COMPARISON = re.compile(r"([^\s!=,()]+)\s*(==|=|!=)\s*([^\s!=,()]*)")
_EXISTENCE = re.compile(r"(!?)\s*([^\s!=,()]+)")
_COMMA = re.compile(r",(?![^()]*\))")
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Requirement:
    """One part of a label selector. ``values`` empty means: about the key alone."""

    key: str
    is_wanted: bool
    values: frozenset[str] = frozenset()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether labels fulfil it. A missing key fulfils != and notin. Pure."""
        if not self.values:
            return (self.key in labels) == self.is_wanted
        return (labels.get(self.key) in self.values) == self.is_wanted


def parse_label_selector(text: str) -> tuple[Requirement, ...]:
    """A selector such as ``app=x,tier in (a,b),!old``. Pure.

    Raises:
        ApiError: 400 when it can't be read.
    """
    if len(text) > _LONGEST:
        raise statuses.bad_request("the label selector is too long")
    return tuple(_requirement(part.strip()) for part in _COMMA.split(text) if part.strip())


def matches_selector(selector: Object, labels: Mapping[str, str]) -> bool:
    """Whether labels fulfil a LabelSelector object; an empty one is fulfilled by all. Pure."""
    exact = (selector.get("matchLabels") or {}).items()
    wanted = [Requirement(key, is_wanted=True, values=frozenset({value})) for key, value in exact]
    for expression in selector.get("matchExpressions") or ():
        is_wanted = expression["operator"] in {"In", "Exists"}
        values = frozenset(expression.get("values") or ())
        wanted.append(Requirement(expression["key"], is_wanted, values))
    return all(requirement.matches(labels) for requirement in wanted)


def _requirement(text: str) -> Requirement:
    if match := _SET.fullmatch(text):
        values = frozenset(value.strip() for value in match.group(3).split(","))
        return Requirement(match.group(1), match.group(2) == "in", values)
    if match := _COMPARISON.fullmatch(text):
        return Requirement(match.group(1), match.group(2) != "!=", frozenset({match.group(3)}))
    if match := _EXISTENCE.fullmatch(text):
        return Requirement(match.group(2), not match.group(1))
    raise statuses.bad_request(f'unable to parse requirement: found "{text[:60]}"')


def parse_field_selector(text: str, kind: Kind) -> tuple[tuple[str, bool, str], ...]:
    """A selector such as ``metadata.name=x,status.phase!=Running``: path, is it "=", value. Pure.

    Raises:
        ApiError: 400 for a field that the kind does not offer.
    """
    parts = [part for part in text.split(",") if part]
    return tuple(_field_requirement(part, kind) for part in parts)


def _field_requirement(text: str, kind: Kind) -> tuple[str, bool, str]:
    match = re.fullmatch(r"([^!=]+)(==|=|!=)([^!=]*)", text)
    if match is None:
        raise statuses.bad_request(
            f"invalid selector: '{text[:60]}'; can't understand '{text[:60]}'"
        )
    field, operator, value = match.groups()
    if field not in {"metadata.name", "metadata.namespace", *kind.selectable}:
        raise statuses.bad_request(_unknown_field(field[:60], kind))
    return field, operator != "!=", value


def _unknown_field(field: str, kind: Kind) -> str:
    if kind.is_custom or kind.selectable:
        return f"field label not supported: {field}"
    return f'"{field}" is not a known field selector: only "metadata.name", "metadata.namespace"'


def selection(kind: Kind, label_selector: str, field_selector: str) -> Test | None:
    """The test that both selectors make together; None when everything passes. Pure."""
    labels = parse_label_selector(label_selector)
    fields = parse_field_selector(field_selector, kind)
    if not labels and not fields:
        return None

    def test(obj: Object) -> bool:
        own = obj["metadata"].get("labels") or {}
        return all(part.matches(own) for part in labels) and all(
            (field_text(obj, path) == value) == is_equal for path, is_equal, value in fields
        )

    return test


def field_text(obj: Object, path: str) -> str:
    """A field as a field selector compares it; "" when it is missing. Pure."""
    value: object = obj
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)
