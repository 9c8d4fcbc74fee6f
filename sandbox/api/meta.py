"""The metadata that the server itself writes, and its rules. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.api.kinds import Kind
from sandbox.api.statuses import Cause, CauseType, forbidden_field, invalid, required
from sandbox.client import Object

SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
SUFFIX_LENGTH = 5
_GENERATED_BASE = 58

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = f"({_QUALIFIED})?"
# Kinds whose names become DNS labels; all others are subdomains.
_NAMED_BY_LABEL = frozenset({"namespaces", "services"})
# Role names may hold any character that fits into a path.
_FREELY_NAMED = frozenset({"roles", "rolebindings", "clusterroles", "clusterrolebindings"})
STANDARD_FINALIZERS = frozenset({"kubernetes", "orphan", "foregroundDeletion"})
_CARRIED = ("creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")


def timestamp(now: datetime) -> str:
    """A time as metadata writes it: RFC 3339, UTC, whole seconds. Pure."""
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def new_metadata(body: Object, kind: Kind, namespace: str, now: datetime, uid: str) -> Object:
    """The metadata of an object that is being made. Pure."""
    metadata = dict(body.get("metadata") or {})
    for name in ("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"):
        metadata.pop(name, None)
    if not metadata.get("resourceVersion"):
        metadata.pop("resourceVersion", None)
    if kind.is_namespaced:
        metadata["namespace"] = namespace
    metadata |= {"uid": uid, "creationTimestamp": timestamp(now)}
    if kind.has_generation:
        metadata["generation"] = 1
    return metadata


def generated_name(base: str, suffix: str) -> str:
    """A name from generateName, short enough to stay valid. Pure."""
    return base[:_GENERATED_BASE] + suffix


def carried_over(new: Object, old: Object) -> Object:
    """New metadata with what an update can't change taken from the old. Pure."""
    kept = {name: old[name] for name in (*_CARRIED, "generation") if name in old}
    kept |= {"uid": new.get("uid") or old["uid"]}
    dropped = {"uid", "creationTimestamp", "generation", "selfLink"}
    dropped |= set() if new.get("resourceVersion") else {"resourceVersion"}
    rest = {k: v for k, v in new.items() if k not in dropped}
    return rest | kept


def next_generation(new: Object, old: Object, kind: Kind) -> Object:
    """The object with its generation counted up if its desired state changed. Pure."""
    if not kind.has_generation or _desired(new, kind) == _desired(old, kind):
        return new
    generation = int(old["metadata"].get("generation", 0)) + 1
    return new | {"metadata": new["metadata"] | {"generation": generation}}


def _desired(obj: Object, kind: Kind) -> Object:
    has_status = "status" in kind.subresources
    skipped = {"metadata", "status"} if has_status or not kind.is_custom else {"metadata"}
    return {k: v for k, v in obj.items() if k not in skipped}


def is_same(new: Object, old: Object) -> bool:
    """Whether a write would change nothing but the time at which a field was last managed. Pure."""
    return _comparable(new) == _comparable(old)


def _comparable(obj: Object) -> Object:
    metadata = {k: v for k, v in obj["metadata"].items() if k != "resourceVersion" and v != {}}
    entries = metadata.get("managedFields")
    if entries:
        metadata["managedFields"] = [{**entry, "time": ""} for entry in entries]
    return obj | {"metadata": metadata}


def metadata_causes(obj: Object, kind: Kind, old: Object | None = None) -> Iterator[Cause]:
    """What is wrong with an object's metadata. Pure."""
    metadata = obj["metadata"]
    yield from name_causes(metadata.get("name", ""), kind)
    yield from _label_causes(metadata.get("labels") or {})
    yield from _annotation_causes(metadata.get("annotations") or {})
    yield from _owner_causes(metadata.get("ownerReferences") or [])
    yield from _finalizer_causes(metadata.get("finalizers") or [], is_core=not kind.group)
    if old:
        yield from _added_finalizer_causes(metadata, old["metadata"])
        yield from _immutable_causes(metadata, old["metadata"])


def name_causes(name: str, kind: Kind) -> Iterator[Cause]:
    """What is wrong with an object's name. Pure."""
    field = "metadata.name"
    if not name:
        yield required(field, "name or generateName is required")
    elif name in {".", ".."} or "/" in name or "%" in name:
        yield invalid(field, name, "may not be '.', '..' or contain '/' or '%'")
    elif kind.plural in _FREELY_NAMED and not kind.is_custom:
        return
    elif kind.plural in _NAMED_BY_LABEL and not kind.is_custom:
        if "." in name:
            yield invalid(field, name, "must not contain dots")
            return
        yield from label_causes(field, name)
    else:
        yield from subdomain_causes(field, name)


def label_causes(field: str, name: str) -> Iterator[Cause]:
    """What is wrong with a name that has to be a DNS label. Pure."""
    yield from _pattern_causes(field, name, 63, _LABEL, _DNS_LABEL_RULE)


def subdomain_causes(field: str, name: str) -> Iterator[Cause]:
    """What is wrong with a name that has to be a DNS subdomain. Pure."""
    yield from _pattern_causes(field, name, 253, _SUBDOMAIN, _SUBDOMAIN_RULE)


_DNS_LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', "
    "regex used for validation is '{pattern}')"
)
_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex "
    "used for validation is '{pattern}')"
)
_QUALIFIED_RULE = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for "
    f"validation is '{_QUALIFIED}')"
)
_LABEL_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
    "'12345', regex used for validation is '{pattern}')"
)


def _pattern_causes(
    field: str, text: str, longest: int, pattern: str, rule: str
) -> Iterator[Cause]:
    if len(text) > longest:
        yield invalid(field, text, f"must be no more than {longest} characters")
    elif not re.fullmatch(pattern, text, re.ASCII):
        yield invalid(field, text, rule.format(pattern=pattern))


def _label_causes(labels: Object) -> Iterator[Cause]:
    for key, value in labels.items():
        yield from key_causes("metadata.labels", key)
        yield from label_value_causes("metadata.labels", value)


def label_value_causes(field: str, value: str) -> Iterator[Cause]:
    """What is wrong with the value of a label. Pure."""
    yield from _pattern_causes(field, value, 63, _LABEL_VALUE, _LABEL_VALUE_RULE)


def _annotation_causes(annotations: Object) -> Iterator[Cause]:
    for key in annotations:
        yield from key_causes("metadata.annotations", key.lower())
    size = sum(len(key) + len(value) for key, value in annotations.items())
    if size > 256 * 1024:
        too_long = "Too long: may not be more than 262144 bytes"
        yield Cause(CauseType.TOO_LONG, "metadata.annotations", too_long)


def key_causes(field: str, key: str) -> Iterator[Cause]:
    """What is wrong with the key of a label or an annotation. Pure."""
    for problem in _key_problems(key):
        yield invalid(field, key, problem)


def _key_problems(key: str) -> Iterator[str]:
    """https://github.com/kubernetes/apimachinery/blob/v0.36.2/pkg/util/validation/validation.go."""
    if key.count("/") > 1:
        yield (
            f"a qualified name {_QUALIFIED_RULE} with an optional DNS subdomain prefix and '/' "
            "(e.g. 'example.com/MyName')"
        )
        return
    prefix, slash, name = key.rpartition("/")
    if slash and not prefix:
        yield "prefix part must be non-empty"
    elif slash:
        for cause in subdomain_causes("", prefix):
            yield f"prefix part {cause.message.partition(': ')[2].partition(': ')[2]}"
    if not name:
        yield "name part must be non-empty"
    elif len(name) > 63:
        yield "name part must be no more than 63 characters"
    if not re.fullmatch(_QUALIFIED, name, re.ASCII):
        yield f"name part {_QUALIFIED_RULE}"


def _owner_causes(owners: list[Any]) -> Iterator[Cause]:
    field = "metadata.ownerReferences"
    for owner in owners:
        for name in ("apiVersion", "kind", "name", "uid"):
            if not owner.get(name):
                what = "version must" if name == "apiVersion" else "must"
                yield invalid(f"{field}.{name}", "", f"{what} not be empty")
    first, *others = [
        f"{owner.get('kind', '')}/{owner.get('name', '')}"
        for owner in owners
        if owner.get("controller")
    ] or [""]
    for other in others:
        detail = (
            'Only one reference can have Controller set to true. Found "true" in references for '
            f"{first} and {other}"
        )
        yield invalid(field, owners, detail)


def _immutable_causes(new: Object, old: Object) -> Iterator[Cause]:
    """No update makes another object of one, or begins its deletion."""
    for name in ("uid", "deletionTimestamp", "deletionGracePeriodSeconds"):
        if new.get(name) != old.get(name):
            yield invalid(f"metadata.{name}", new[name], "field is immutable")


def _finalizer_causes(finalizers: list[str], *, is_core: bool) -> Iterator[Cause]:
    field = "metadata.finalizers"
    for index, name in enumerate(finalizers):
        yield from key_causes(field, name)
        if is_core and "/" not in name and name not in STANDARD_FINALIZERS:
            detail = "name is neither a standard finalizer name nor is it fully qualified"
            yield invalid(f"{field}[{index}]", name, detail)
    if {"orphan", "foregroundDeletion"} <= set(finalizers):
        detail = "finalizer orphan and foregroundDeletion cannot be both set"
        yield invalid(field, finalizers, detail)


def _added_finalizer_causes(new: Object, old: Object) -> Iterator[Cause]:
    if not old.get("deletionTimestamp"):
        return
    added = [f for f in new.get("finalizers") or [] if f not in (old.get("finalizers") or [])]
    if added:
        names = ", ".join(f'"{name}"' for name in added)
        detail = (
            "no new finalizers can be added if the object is being deleted, "
            f"found new finalizers []string{{{names}}}"
        )
        yield forbidden_field("metadata.finalizers", detail)
