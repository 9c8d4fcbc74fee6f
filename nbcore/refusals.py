"""The API server's refusals in plain words, beside the form's field that they speak of. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from nbcore.errors import (
    AlreadyExistsError,
    Cause,
    ClusterError,
    FieldError,
    ForbiddenError,
    InvalidObjectError,
    InvalidQuantityError,
    NotFoundError,
)
from nbcore.form import Field, suggest_free_name
from nbcore.names import JsonObject
from nbcore.objects import text_at
from nbcore.quantities import Quantity, cpu_text, memory_text, parse_quantity

# Answers that are a verdict on the object; the others say nothing about it.
REFUSALS = (AlreadyExistsError, ForbiddenError, InvalidObjectError, NotFoundError)

# The sentences of the admission plugins, which carry no machine-readable form:
# pkg/quota/.../controller.go, plugin/pkg/admission/limitranger, k8s.io/pod-security-admission.
_RIGHTS = re.compile(
    r"cannot (?P<verb>\w+) resource \"(?P<resource>[^\"]+)\" in API group \"[^\"]*\""
    r"(?: in the namespace \"(?P<namespace>[^\"]+)\")?"
)
_VERBS = MappingProxyType({"patch": "change", "update": "change", "get": "read"})
_THINGS = MappingProxyType({"persistentvolumeclaims": "volumes"})
_QUOTA = re.compile(
    r"exceeded quota: (?P<quota>[^,]+), requested: (?P<requested>.+?), "
    r"used: (?P<used>.+?), limited: (?P<limited>.+)"
)
_QUOTA_UNSAID = re.compile(r"failed quota: (?P<quota>[^:]+): must specify (?P<resource>\S+) for")
_QUOTA_UNCOUNTED = re.compile(r"status unknown for quota: (?P<quota>[^,]+),")
_RATIO = re.compile(
    r"(?P<resource>\S+) max limit to request ratio per (?P<kind>\w+) is (?P<allowed>\w+)"
)
_LIMIT_RANGE = re.compile(
    r"(?P<bound>maximum|minimum) (?P<resource>\S+) usage per (?P<kind>\w+) is (?P<allowed>\w+)"
)
_POD_SECURITY = re.compile(r"violates PodSecurity \"(?P<level>[^\":]+)")
_RUNTIME_CLASS = re.compile(r"RuntimeClass \"(?P<name>[^\"]+)\" not found")
_NAMESPACE_MISSING = re.compile(r"namespaces \"(?P<name>[^\"]+)\" not found")
_OF_CLASS = ".storageclass.storage.k8s.io/"
_COUNT = "count/"
# What people call a thing that a quota counts.
_NOUNS: Mapping[str, str] = MappingProxyType(
    {"persistentvolumeclaims": "volumes", "notebooks.ml.oneblock.ai": "notebooks"}
)
_BEING_DELETED = "object is being deleted"
_NONE = Fraction(0)

# Which field a cause's path speaks of; the first that is found in it.
_FIELD_OF_PATH: Mapping[str, Field] = MappingProxyType(
    {
        "storageClassName": Field.STORAGE_CLASS,
        "storage": Field.VOLUME_SIZE,
        "serviceType": Field.SERVICE_TYPE,
        "runtimeClassName": Field.GPU_RESOURCE,
        "cpu": Field.CPU,
        "sizeLimit": Field.SHARED_MEMORY,
        "memory": Field.MEMORY,
        "gpu": Field.GPU_COUNT,
        "image": Field.IMAGE,
        ".env": Field.ENVIRONMENT,
        "persistentVolumeClaim": Field.VOLUME_NAME,
        "metadata.namespace": Field.NAMESPACE,
        "metadata.name": Field.NAME,
    }
)


def is_about_rights(error: ClusterError) -> bool:
    """Whether RBAC refused, as opposed to a quota or an admission policy. Pure."""
    return isinstance(error, ForbiddenError) and bool(_RIGHTS.search(error.message))


def rights_sentence(error: ClusterError) -> str:
    """Which right is missing: verb, objects and namespace; "" when it is about none. Pure."""
    found = _RIGHTS.search(error.message) if isinstance(error, ForbiddenError) else None
    return _missing_right(found) if found else ""


def explain(error: ClusterError, refused: JsonObject) -> FieldError:
    """A sentence for people and the form's field that can mend it ("" for none). Pure.

    Args:
        error: one of REFUSALS.
        refused: the object that was sent.
    """
    match error:
        case AlreadyExistsError():
            return _taken(error, refused)
        case NotFoundError():
            return _missing(error, refused)
        case InvalidObjectError() if error.causes:
            return _invalid(error.causes[0], refused)
        case ForbiddenError():
            return _forbidden(error, refused)
        case _:
            return FieldError("", error.message)


def _taken(error: ClusterError, refused: JsonObject) -> FieldError:
    name, namespace = _names(refused)
    free = suggest_free_name(name, {name})
    kind = "volume" if _is_claim(refused) else "notebook"
    field = Field.VOLUME_NAME if _is_claim(refused) else Field.NAME
    if error.message.startswith(_BEING_DELETED):
        words = f"The {kind} {name} of {namespace} is still being deleted. Wait, or try {free}."
        return FieldError(field, words)
    remedy = f"Choose Existing to use it, or try {free}." if _is_claim(refused) else f"Try {free}."
    return FieldError(field, f"{namespace} already has a {kind} {name}. {remedy}")


def _invalid(cause: Cause, refused: JsonObject) -> FieldError:
    words = cause.message.removeprefix("Invalid value: ")
    # A rule about the whole object has no path.
    path = "" if cause.field in {"", "<nil>"} else f"{cause.field}: "
    return FieldError(_field_of(cause.field, refused), path + words)


def _missing(error: ClusterError, refused: JsonObject) -> FieldError:
    if _NAMESPACE_MISSING.search(error.message):
        return FieldError(Field.NAMESPACE, f"There is no namespace {_names(refused)[1]}.")
    words = "The cluster does not know notebooks: an admin has to install the CRDs."
    return FieldError("", error.message if _is_claim(refused) else words)


def _forbidden(error: ClusterError, refused: JsonObject) -> FieldError:
    namespace = _names(refused)[1]
    for pattern, worded in _WORDINGS:
        if found := pattern.search(error.message):
            return worded(found, namespace)
    return FieldError("", error.message)


def _no_rights(found: re.Match[str], _namespace: str) -> FieldError:
    return FieldError("", _missing_right(found))


def _missing_right(found: re.Match[str]) -> str:
    verb, resource = found["verb"], found["resource"]
    place = f" in {found['namespace']}" if found["namespace"] else ""
    return f"You may not {_VERBS.get(verb, verb)} {_THINGS.get(resource, resource)}{place}."


def _over_quota(found: re.Match[str], namespace: str) -> FieldError:
    """The first resource that does not fit: asked, left and allowed."""
    requested, used, limited = (_amounts(found[key]) for key in ("requested", "used", "limited"))
    for name, asked in requested.items():
        if name in limited and name in used:
            left = replace(
                limited[name], amount=max(limited[name].amount - used[name].amount, _NONE)
            )
            words = (
                f"Over the quota of {namespace}: asks {_show(name, asked)}, {_show(name, left)} "
                f"left of {_show(name, limited[name])}{_noun(name)}. "
                "Stop something or ask for less."
            )
            return FieldError(_field_of_resource(name), words)
    return FieldError("", f"Over the quota {found['quota']} of {namespace}.")


def _unsaid(found: re.Match[str], namespace: str) -> FieldError:
    words = f"The quota {found['quota']} of {namespace} wants to know {found['resource']}: say it."
    return FieldError(_field_of_resource(found["resource"]), words)


def _uncounted(found: re.Match[str], namespace: str) -> FieldError:
    words = f"The quota {found['quota']} of {namespace} is being counted. Try again in a moment."
    return FieldError("", words)


def _limit_far_from_request(found: re.Match[str], namespace: str) -> FieldError:
    words = (
        f"{namespace} allows a limit of {found['resource']} of at most {found['allowed']} times "
        "what is requested."
    )
    return FieldError(_field_of_resource(found["resource"]), words)


def _out_of_range(found: re.Match[str], namespace: str) -> FieldError:
    name = found["resource"]
    try:
        allowed = _show(name, parse_quantity(found["allowed"]))
    except InvalidQuantityError:
        allowed = found["allowed"]
    bound = "at most" if found["bound"] == "maximum" else "at least"
    kind = "volume" if found["kind"] == "PersistentVolumeClaim" else found["kind"].lower()
    words = f"{namespace} allows {bound} {allowed}{_noun(name)} a {kind}."
    return FieldError(_field_of_resource(name), words)


def _against_pod_security(found: re.Match[str], namespace: str) -> FieldError:
    words = f"Pod Security of {namespace} ({found['level']}) refuses this pod: ask an admin."
    return FieldError("", words)


def _no_runtime_class(found: re.Match[str], _namespace: str) -> FieldError:
    words = f"The cluster has no RuntimeClass {found['name']}, which this GPU needs: ask an admin."
    return FieldError(Field.GPU_RESOURCE, words)


# The first pattern that fits words the refusal.
_WORDINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], FieldError]], ...] = (
    (_RIGHTS, _no_rights),
    (_QUOTA, _over_quota),
    (_QUOTA_UNSAID, _unsaid),
    (_QUOTA_UNCOUNTED, _uncounted),
    (_LIMIT_RANGE, _out_of_range),
    (_RATIO, _limit_far_from_request),
    (_POD_SECURITY, _against_pod_security),
    (_RUNTIME_CLASS, _no_runtime_class),
)


def _amounts(text: str) -> dict[str, Quantity]:
    """Reads "requests.cpu=2,requests.memory=8Gi"; what is no quantity is left out."""
    amounts: dict[str, Quantity] = {}
    for part in text.split(","):
        name, _, value = part.strip().partition("=")
        try:
            amounts[name] = parse_quantity(value)
        except InvalidQuantityError:
            continue
    return amounts


def _show(resource: str, quantity: Quantity) -> str:
    match _field_of_resource(resource):
        case Field.CPU:
            return cpu_text(quantity)
        case Field.MEMORY | Field.VOLUME_SIZE:
            return memory_text(quantity)
        case _:
            return quantity.text


def _noun(resource: str) -> str:
    """What a bare number counts, after a space; "" where the number has its unit. Pure."""
    if _field_of_resource(resource) in {Field.CPU, Field.MEMORY, Field.VOLUME_SIZE}:
        return ""
    storage_class, _, name = resource.rpartition(_OF_CLASS)
    plain = name.removeprefix("requests.").removeprefix(_COUNT)
    noun = _NOUNS.get(plain, plain)
    return f" {noun} of class {storage_class}" if storage_class else f" {noun}"


def _field_of_resource(name: str) -> Field | str:
    """The field behind a quota's resource: requests.cpu, limits.memory, requests.storage..."""
    counted = name.rpartition(_OF_CLASS)[2]
    plain = counted.removeprefix("requests.").removeprefix("limits.")
    fields = {"cpu": Field.CPU, "memory": Field.MEMORY, "storage": Field.VOLUME_SIZE}
    if plain in fields:
        return fields[plain]
    if plain.endswith("persistentvolumeclaims"):
        return Field.VOLUME
    if plain == f"{_COUNT}notebooks.ml.oneblock.ai":
        return Field.NAMESPACE
    return Field.GPU_COUNT if "/" in plain and not plain.startswith(_COUNT) else ""


def _field_of(path: str, refused: JsonObject) -> Field | str:
    field = next((field for part, field in _FIELD_OF_PATH.items() if part in path), "")
    return Field.VOLUME_NAME if field is Field.NAME and _is_claim(refused) else field


def _is_claim(refused: JsonObject) -> bool:
    return text_at(refused, "kind") == "PersistentVolumeClaim"


def _names(refused: JsonObject) -> tuple[str, str]:
    return text_at(refused, "metadata", "name"), text_at(refused, "metadata", "namespace")
