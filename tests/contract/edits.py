"""What random requests write into objects: mostly valid, some broken in small ways. Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from nbcore.kube.resources import NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS, SERVICES, Resource
from tests.cluster.api import JsonObject
from tests.contract.objects import (
    CONFIG_MAPS,
    claim,
    config_map,
    container,
    labelled,
    notebook,
    service,
)

ABSENT = "(absent)"
"""As the value of an edit: the field is taken away."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One field, by its JSON pointer (without the first slash), and what it becomes."""

    path: str
    value: Any

    @property
    def names(self) -> list[str]:
        """The path as field names."""
        return [name.replace("~1", "/") for name in self.path.split("/")]


def edited(obj: JsonObject, edits: tuple[Edit, ...]) -> JsonObject:
    """An object with the edits made; those that lead through something else than a map are not."""
    result = copy.deepcopy(obj)
    for edit in edits:
        *parents, last = edit.names
        place: Any = result
        for name in parents:
            place = place.setdefault(name, {}) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            continue
        if edit.value == ABSENT:
            place.pop(last, None)
        else:
            place[last] = copy.deepcopy(edit.value)
    return result


def _table(rows: dict[str, list[Any]]) -> tuple[Edit, ...]:
    return tuple(Edit(path, value) for path, values in rows.items() for value in values)


_METADATA = _table(
    {
        "metadata/labels/app": ["x", "y", "not valid!", 5, ABSENT],
        "metadata/labels/tier": ["a", ""],
        "metadata/labels/bad key!": ["x"],
        "metadata/labels/example.com~1part-of": ["x"],
        "metadata/labels": [ABSENT, {}, "x"],
        "metadata/annotations/note": ["1", "2", ABSENT, True],
        "metadata/annotations": [{"bad key!": ""}, ABSENT],
        "metadata/generation": [7],
        "metadata/creationTimestamp": [None, "2020-01-02T03:04:05Z"],
        "metadata/resourceVersion": ["{current}", "{current}", "{stale}", ""],
        "metadata/uid": ["{uid}", "00000000-0000-0000-0000-000000000000"],
        "metadata/namespace": ["elsewhere"],
        "metadata/unknown": ["x"],
        "kind": [ABSENT],
        "unknown": [1],
    }
)
_FINALIZERS = _table(
    {
        "metadata/finalizers": [
            ["example.com/a"],
            ["example.com/a", "example.com/b"],
            [],
            ABSENT,
        ]
    }
)
_CONFIG_MAP = _table(
    {
        "data/a": ["1", "2", "2", ABSENT, 5],
        "data/b": ["1", {}],
        "data": [ABSENT, {"c": "3"}, "x"],
        "binaryData/d": ["AAEC", "%%%"],
        "binaryData/a": ["AA=="],
        "immutable": [True, False, "yes"],
    }
)
_TEMPLATE = "spec/template/spec"
_NOTEBOOK = _table(
    {
        "spec/suspend": [True, False, "yes"],
        "spec/serviceType": ["NodePort", "Other", ABSENT, 5],
        "spec/unknown": [{}],
        "spec/template": [ABSENT, []],
        "spec": [ABSENT],
        f"{_TEMPLATE}/unknown": ["x"],
        f"{_TEMPLATE}/nodeSelector": [{"disk": "fast"}, {"disk": 5}],
        f"{_TEMPLATE}/tolerations": [[{"key": "gpu", "operator": "Exists"}]],
        f"{_TEMPLATE}/containers": [
            ABSENT,
            [container("other")],
            [container("a"), container("b")],
            [container("a"), container("a")],
            [container("a", limits={"cpu": "much", "memory": 5})],
            [{"image": "x"}],
            [{"name": "a", "env": [{"name": "E", "value": "1"}]}],
            [{"name": "a", "env": [{"name": "F", "value": 2}]}],
            [{"name": "a", "ports": [{"containerPort": 1}]}],
            [{"name": "a", "ports": [{"containerPort": "x"}]}],
        ],
    }
)
_CLAIM = _table(
    {
        "spec/resources/requests/storage": ["2Gi", "1024Mi", 1073741824, "much", "-1", ABSENT],
        "spec/resources": [{}],
        "spec/accessModes": [
            ["ReadWriteMany", "ReadOnlyMany"],
            ["ReadAlways"],
            [],
            "ReadWriteOnce",
        ],
        "spec/volumeMode": ["Block", "Tape"],
        "spec/storageClassName": ["other", "Not Valid"],
        "spec/selector": [{"matchLabels": {"a": "b"}}],
        "spec/unknown": [1],
        "spec": [ABSENT],
    }
)
_SERVICE = _table(
    {
        "spec/ports": [
            [{"name": "http", "port": 81}],
            [{"port": 80, "targetPort": "web"}, {"port": 81}],
            [{"name": "a", "port": 80}, {"name": "b", "port": 81, "protocol": "UDP"}],
            [{"name": "a", "port": 80}, {"name": "a", "port": 81}],
            [{"name": "a", "port": 80}, {"name": "b", "port": 80}],
            [{"port": 0}],
            [{"port": 70000}],
            [{"port": "80"}],
            [{"name": "Not Valid", "port": 80, "protocol": "ICMP"}],
            [],
            ABSENT,
        ],
        "spec/selector/app": ["y"],
        "spec/selector": [{"app": "not valid!"}, ABSENT],
        "spec/sessionAffinity": ["ClientIP", "Sometimes"],
        "spec/type": ["Other"],
        "spec/unknown": [1],
    }
)
_CONDITION = {
    "type": "A",
    "status": "True",
    "reason": "R",
    "message": "",
    "lastTransitionTime": "2020-01-02T03:04:05Z",
}
_STATUS = _table(
    {
        "status/phase": ["Ready", "Dancing"],
        "status/readyReplicas": [1, "x"],
        "status/message": ["m"],
        "status/unknown": ["x"],
        "status/conditions": [[_CONDITION], [{"type": "A"}, {"type": "A"}]],
        "status/stopAt": ["2020-01-02T03:04:05Z", "tomorrow"],
        "status": [ABSENT],
    }
)
_CONFIG_MAP_DIRECTIVES = _table(
    {
        "data/$patch": ["replace", "delete"],
        "metadata/$deleteFromPrimitiveList~1finalizers": [["example.com/a"]],
    }
)
_SERVICE_DIRECTIVES = _table(
    {
        "spec/ports": [
            [{"port": 80, "$patch": "delete"}],
            [{"$patch": "replace"}, {"port": 82}],
        ],
        "spec": [
            {
                "$setElementOrder/ports": [{"port": 81}, {"port": 80}],
                "ports": [{"port": 81, "name": "a"}, {"port": 80, "name": "b"}],
            }
        ],
        "spec/selector/$patch": ["replace"],
    }
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind, a valid object of it, and what can be done to one."""

    resource: Resource
    template: JsonObject
    edits: tuple[Edit, ...]
    status_edits: tuple[Edit, ...] = ()
    directives: tuple[Edit, ...] = ()

    def named(self, name: str) -> JsonObject:
        """A valid object of this name."""
        body = edited(self.template, (Edit("metadata/name", name),))
        if self.resource is NOTEBOOKS:
            body["spec"]["template"]["spec"]["containers"][0]["name"] = name
        return body


SUBJECTS: Mapping[str, Subject] = MappingProxyType(
    {
        "ConfigMap": Subject(
            CONFIG_MAPS,
            labelled(config_map("a", a="1"), app="x"),
            _METADATA + _FINALIZERS + _CONFIG_MAP * 2,
            directives=_CONFIG_MAP_DIRECTIVES,
        ),
        "Notebook": Subject(
            NOTEBOOKS,
            labelled(notebook("a"), app="x"),
            _METADATA + _FINALIZERS + _NOTEBOOK * 2,
            _STATUS,
        ),
        "PersistentVolumeClaim": Subject(
            PERSISTENT_VOLUME_CLAIMS,
            # Nobody binds a claim of a class that is not there, or gives a finalizer back.
            edited(
                claim("a", storageClassName="missing"),
                (Edit("metadata/finalizers", ["kubernetes.io/pvc-protection"]),),
            ),
            _METADATA + _CLAIM * 2,
        ),
        "Service": Subject(
            SERVICES,
            service("a"),
            _METADATA + _FINALIZERS + _SERVICE * 2,
            directives=_SERVICE_DIRECTIVES,
        ),
    }
)
