"""Rules of built-in kinds that their schemas do not hold; those that people run into. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sandbox.api.claim_rules import claim_causes
from sandbox.api.config_map_rules import config_map_causes, config_map_update_causes
from sandbox.api.limits.rules import limit_range_causes, quota_causes
from sandbox.api.meta import label_causes
from sandbox.api.quantities import parse_quantity
from sandbox.api.rbac.binding_rules import binding_causes, role_causes
from sandbox.api.service_rules import service_causes
from sandbox.api.statuses import (
    Cause,
    duplicate,
    forbidden_field,
    invalid,
    missing,
    required,
    unsupported,
)
from sandbox.client import Object

Rule = Callable[[Object, Object | None], Iterator[Cause]]

_VARIABLE_NAME = re.compile(r"[ -<>-~]+")
_VARIABLE_SENTENCE = (
    "a valid environment variable name must consist only of printable ASCII characters other "
    "than '='"
)
_POD_MUTABLE = (
    "pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
    "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it "
    "to be set to 1 if it was previously negative)"
)
_STATEFUL_SET_MUTABLE = (
    "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
)  # fmt: skip
_STATEFUL_SET_SENTENCE = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
    "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
    "'minReadySeconds' are forbidden"
)


def causes(obj: Object, old: Object | None, resource: str) -> list[Cause]:
    """What is wrong with an object of a built-in kind. Pure."""
    return [cause for rule in _RULES.get(resource, ()) for cause in rule(obj, old)]


def _pod(pod: Object, _: Object | None) -> Iterator[Cause]:
    yield from _pod_spec(pod.get("spec", {}), "spec")


def _pod_spec(spec: Object, path: str) -> Iterator[Cause]:
    containers = spec.get("containers") or []
    if not containers:
        yield required(f"{path}.containers")
    volumes = {volume.get("name") for volume in spec.get("volumes") or []}
    seen: set[str] = set()
    for index, container in enumerate(containers):
        where = f"{path}.containers[{index}]"
        if container.get("name") in seen:
            yield duplicate(f"{where}.name", container["name"])
        seen.add(str(container.get("name")))
        yield from _container(container, where, volumes)
    restart = spec.get("restartPolicy")
    if restart and restart not in {"Always", "OnFailure", "Never"}:
        yield unsupported(f"{path}.restartPolicy", restart, ["Always", "OnFailure", "Never"])


def _container(container: Object, path: str, volumes: set[str | None]) -> Iterator[Cause]:
    for name in ("name", "image"):
        if not container.get(name):
            yield required(f"{path}.{name}")
    if container.get("name"):
        yield from label_causes(f"{path}.name", container["name"])
    for index, variable in enumerate(container.get("env") or []):
        yield from _variable_name(variable.get("name"), f"{path}.env[{index}].name")
    for index, mount in enumerate(container.get("volumeMounts") or []):
        if mount.get("name") not in volumes:
            yield missing(f"{path}.volumeMounts[{index}].name", mount.get("name"))
    yield from _resources(container.get("resources") or {}, f"{path}.resources")


def _variable_name(name: str | None, path: str) -> Iterator[Cause]:
    if not name:
        yield required(path)
    elif not _VARIABLE_NAME.fullmatch(name):
        yield invalid(path, name, _VARIABLE_SENTENCE)


def _resources(resources: Object, path: str) -> Iterator[Cause]:
    limits = resources.get("limits") or {}
    requests = resources.get("requests") or {}
    for side, amounts in (("limits", limits), ("requests", requests)):
        for name, amount in amounts.items():
            if parse_quantity(amount) < 0:
                detail = "must be greater than or equal to 0"
                yield invalid(f"{path}.{side}[{name}]", amount, detail)
            if "/" in name and parse_quantity(amount).denominator != 1:
                yield invalid(f"{path}.{side}[{name}]", amount, "must be an integer")
    for name, amount in requests.items():
        limit = limits.get(name)
        if limit is not None and parse_quantity(amount) > parse_quantity(limit):
            detail = f"must be less than or equal to {name} limit of {limit}"
            yield invalid(f"{path}.requests", amount, detail)
        elif limit is None and "/" in name:
            yield required(f"{path}.limits", "Limit must be set for non overcommitable resources")


def _pod_update(pod: Object, old: Object | None) -> Iterator[Cause]:
    if old and _frozen_part(pod["spec"]) != _frozen_part(old["spec"]):
        yield forbidden_field("spec", _POD_MUTABLE)


def _frozen_part(spec: Object) -> Object:
    loose = {"activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"}
    frozen = {k: v for k, v in spec.items() if k not in loose}
    for group in ("containers", "initContainers"):
        frozen[group] = [
            {k: v for k, v in container.items() if k not in {"image", "resources"}}
            for container in spec.get(group) or []
        ]
    return frozen


def _stateful_set(obj: Object, old: Object | None) -> Iterator[Cause]:
    spec = obj.get("spec", {})
    selector = (spec.get("selector") or {}).get("matchLabels") or {}
    template = spec.get("template") or {}
    labels = (template.get("metadata") or {}).get("labels") or {}
    if not spec.get("selector"):
        yield required("spec.selector")
    if not selector or any(labels.get(key) != value for key, value in selector.items()):
        detail = "`selector` does not match template `labels`"
        yield invalid("spec.template.metadata.labels", labels or None, detail)
    yield from _pod_spec(template.get("spec") or {}, "spec.template.spec")
    if spec.get("replicas", 0) < 0:
        yield invalid("spec.replicas", spec["replicas"], "must be greater than or equal to 0")
    if old and _fixed(spec) != _fixed(old["spec"]):
        yield forbidden_field("spec", _STATEFUL_SET_SENTENCE)


def _fixed(spec: Object) -> Object:
    return {k: v for k, v in spec.items() if k not in _STATEFUL_SET_MUTABLE}


def _event(event: Object, _: Object | None) -> Iterator[Cause]:
    involved = (event.get("involvedObject") or {}).get("namespace", "")
    if involved and involved != event["metadata"].get("namespace"):
        yield invalid("involvedObject.namespace", involved, "does not match event.namespace")


_RULES: dict[str, tuple[Rule, ...]] = {
    "pods": (_pod, _pod_update),
    "statefulsets.apps": (_stateful_set,),
    "services": (service_causes,),
    "configmaps": (config_map_causes, config_map_update_causes),
    "events": (_event,),
    "persistentvolumeclaims": (claim_causes,),
    "resourcequotas": (quota_causes,),
    "limitranges": (limit_range_causes,),
    "roles.rbac.authorization.k8s.io": (role_causes,),
    "clusterroles.rbac.authorization.k8s.io": (role_causes,),
    "rolebindings.rbac.authorization.k8s.io": (binding_causes,),
    "clusterrolebindings.rbac.authorization.k8s.io": (binding_causes,),
}
