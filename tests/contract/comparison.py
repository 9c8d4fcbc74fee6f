"""What is the same in two servers' answers: all but what each makes up by itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.cluster.api import Answer, JsonObject

FOREIGN = "kube-root-ca.crt"
"""Every namespace of a real cluster has this ConfigMap."""
Numbers = Mapping[str, int] | None

_MADE_UP = [
    (re.compile(pattern, re.DOTALL), word)
    for pattern, word in (
        # Identities, versions, addresses.
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uid>"),
        (r"\b(g\d+-)[a-z0-9]{5}\b", r"\1<suffix>"),
        (r"(the ResourceVersion in [a-z ]+)\(\d+\)", r"\1<version>"),
        (r"\b10\.96\.\d+\.\d+\b", "<address>"),
        # What decoders, parsers and printers of Go say; what went wrong is in status and reason.
        (r"(failed to create typed patch object \([^)]*\): ).*", r"\1<why>"),
        (r"(unable to convert unstructured object to [^ ]* [^ ]*: ).*", r"\1<why>"),
        (r".*Object 'Kind' is missing.*", "<no kind>"),
        (r"(cannot be handled as a \w+: )(?!strict|illegal).*", r"\1<why>"),
        (r"( is invalid: patch: |^)Invalid value: \"(map\[|\{).*", r"\1<patch>"),
        (r"^map: .* (does not contain declared merge key)", r"\1"),
        (r"(list element types are not identical|unknown patch type).*", r"\1"),
        (r"(The order in patch list).*", r"\1"),
        (r"(?<=AttributesClassName for bound claims)\n.*", ""),
        (r"StorageError: .*AdditionalErrorMsg: ", ""),
        (r"[\w.\[\]]+\.(\w+ in body must be)", r"\1"),
        (r"(invalid continue token: ).*", r"\1<why>"),
        (r"unable to parse requirement: .*|found '.*expected: .*", "<selector>"),
    )
]
_TIMES = frozenset({"creationTimestamp", "deletionTimestamp"})


def comparable(answer: Answer, numbers: Numbers) -> JsonObject:
    """An answer as every server should give it.

    Args:
        answer: what came.
        numbers: this server's versions, each with its place in the order in which they were seen;
            None to tell no version from another.
    """
    return {
        "status": answer.status,
        "warnings": sorted(_text(answer.headers.get("Warning", "")).split(", 299 ")),
        "body": _value(answer.body, "", numbers),
    }


def _value(value: Any, name: str, numbers: Numbers) -> Any:
    match value:
        case {"metadata": {"name": "kube-root-ca.crt"}}:
            return FOREIGN
        case dict():
            known = {k: _value(v, k, numbers) for k, v in value.items() if k != "time"}
            return known | _list_metadata(value) | _message(value)
        case list():
            items = [_value(item, name, numbers) for item in value]
            return _ORDERED[name](items) if name in _ORDERED else items
        case str():
            return _word(value, name, numbers)
        case _:
            return value


def _word(text: str, name: str, numbers: Numbers) -> str | int:
    if name in _TIMES:
        return "<time>"
    if name == "resourceVersion":
        return "<version>" if numbers is None else numbers.get(text, text)
    return _text(text)


def _text(text: str) -> str:
    for pattern, word in _MADE_UP:
        text = pattern.sub(word, text)
    return text


def _list_metadata(value: JsonObject) -> JsonObject:
    if "items" not in value or not isinstance(value.get("metadata"), dict):
        return {}
    metadata = {k: v for k, v in value["metadata"].items() if k != "resourceVersion"}
    return {"metadata": metadata | ({"continue": "<token>"} if metadata.get("continue") else {})}


def _message(value: JsonObject) -> JsonObject:
    """Several causes come in any order, and their sentences are in them once more."""
    causes = (value.get("details") or {}).get("causes") if value.get("kind") == "Status" else None
    if not causes:
        return {}
    return {"message": _text(value["message"].partition(" is invalid: ")[0])}


def _managers(entries: list[JsonObject]) -> list[JsonObject]:
    return sorted(
        entries, key=lambda e: [str(e.get(k)) for k in ("manager", "operation", "subresource")]
    )


def _causes(causes: list[JsonObject]) -> list[JsonObject]:
    """A real server tells some of them twice."""
    return [dict(c) for c in sorted({tuple(sorted(cause.items())) for cause in causes})]


_ORDERED = {"managedFields": _managers, "causes": _causes}
