"""The kinds that random requests are about, and what is written into their objects. Pure.

Most of it is valid, some is broken in small ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nbcore.kube.resources import NOTEBOOKS, PERSISTENT_VOLUME_CLAIMS, SERVICES, Resource
from tests.cluster.api import JsonObject
from tests.contract.edits import ABSENT, Edit, edited, table
from tests.contract.objects import (
    CONFIG_MAPS,
    claim,
    config_map,
    container,
    labelled,
    notebook,
    service,
)

_METADATA = table(
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
        "metadata/labels/empty": [None],
        "metadata/annotations/empty": [None],
        "metadata/managedFields": [[], [{}], ABSENT],
        "metadata/ownerReferences": [[{"uid": "x"}]],
        "metadata/resourceVersion": ["{current}", "{current}", "", "0", "x"],
        "metadata/uid": ["{uid}", "00000000-0000-0000-0000-000000000000"],
        "metadata/namespace": ["elsewhere"],
        "metadata/unknown": ["x"],
        "kind": [ABSENT],
        "unknown": [1],
    }
)
_FINALIZERS = table(
    {
        "metadata/finalizers": [
            ["example.com/a"],
            ["example.com/a", "example.com/b"],
            ["example.com/b", "example.com/a"],
            ["unqualified"],
            ["example.com/not valid!", None],
            [],
            ABSENT,
        ]
    }
)
_STALE = table({"metadata/resourceVersion": ["{stale}"]})
_CONFIG_MAP = table(
    {
        "apiVersion": ["v9"],
        "kind": ["Pod"],
        "metadata/deletionTimestamp": ["today"],
        "data/a": ["1", "2", "2", ABSENT, 5],
        "data/b": ["1", {}, None],
        "data": [ABSENT, {"c": "3"}, "x"],
        "binaryData/d": ["AAEC", "%%%"],
        "binaryData/a": ["AA=="],
        "immutable": [True, False, "yes"],
    }
)
_TEMPLATE = "spec/template/spec"
_NOTEBOOK = table(
    {
        "apiVersion": [ABSENT],
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
_CLAIM = table(
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
_SERVICE = table(
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
_STATUS = table(
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
_CONFIG_MAP_DIRECTIVES = table(
    {
        "data/$patch": ["replace", "delete"],
        "data/$retainKeys": [["a"], ["b"], "a"],
        "metadata/$deleteFromPrimitiveList~1finalizers": [["example.com/a"]],
        "metadata/$setElementOrder~1finalizers": [["example.com/b", "example.com/a"], []],
        "metadata/labels/$patch": ["replace", "merge"],
    }
)
_SERVICE_DIRECTIVES = table(
    {
        "spec/ports": [
            [{"port": 80, "$patch": "delete"}],
            [{"$patch": "replace"}, {"port": 82}],
            [{"$patch": "replace"}],
            [{"name": "no key"}],
            [{"port": 81, "name": "a"}, {"port": 80, "name": "b"}],
            [{"port": 80, "name": None, "targetPort": None}],
        ],
        "spec": [
            {
                "$setElementOrder/ports": [{"port": 81}, {"port": 80}],
                "ports": [{"port": 81, "name": "a"}, {"port": 80, "name": "b"}],
            },
            {"$setElementOrder/ports": [{"port": 81}, {"port": 80}]},
            {"$setElementOrder/ports": [{"port": 81}], "ports": [{"port": 80, "name": "b"}]},
            {"$retainKeys": ["ports"], "ports": [{"port": 80, "name": "a"}]},
            {"$retainKeys": ["ports"], "type": "ClusterIP"},
        ],
        "spec/selector/$patch": ["replace", "delete"],
        "spec/$patch": ["replace", "delete"],
    }
)
_ITEMS = table(
    {
        "metadata/deletionTimestamp": ["2020-01-02T03:04:05Z"],
        "metadata/finalizers/0": ["example.com/c"],
        "metadata/finalizers/-": ["example.com/c"],
        "metadata": [None],
        "": [{}],
    }
)
_SERVICE_ITEMS = table(
    {
        "spec/ports/-": [{"name": "more", "port": 82}],
        "spec/ports/0/name": ["first", None],
        "spec/ports/-1/port": [83],
        "spec/ports/1": [{"name": "second", "port": 84}],
    }
)
_NOTEBOOK_ITEMS = table(
    {
        f"{_TEMPLATE}/containers/0/image": ["other:1"],
        f"{_TEMPLATE}/containers/-": [container("more")],
        f"{_TEMPLATE}/containers/9": [container("more")],
        f"{_TEMPLATE}/containers/00/env": [[{"name": "E", "value": "1"}]],
    }
)
_CLAIM_ITEMS = table(
    {"spec/accessModes/-": ["ReadWriteMany"], "spec/accessModes/0": ["ReadAlways"]}
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind, a valid object of it, and what can be done to one."""

    resource: Resource
    template: JsonObject
    edits: tuple[Edit, ...]
    status_edits: tuple[Edit, ...] = ()
    directives: tuple[Edit, ...] = ()
    items: tuple[Edit, ...] = ()
    """Places that only the operations of a JSON patch can name."""

    @property
    def is_steady(self) -> bool:
        """Whether a write that changes nothing leaves the version: of others it moves once."""
        return self.resource in {CONFIG_MAPS, NOTEBOOKS}

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
            _METADATA + _STALE + _FINALIZERS + _CONFIG_MAP * 2,
            directives=_CONFIG_MAP_DIRECTIVES,
            items=_ITEMS,
        ),
        "Notebook": Subject(
            NOTEBOOKS,
            labelled(notebook("a"), app="x"),
            _METADATA + _STALE + _FINALIZERS + _NOTEBOOK * 2,
            _STATUS,
            items=_ITEMS + _NOTEBOOK_ITEMS,
        ),
        "PersistentVolumeClaim": Subject(
            PERSISTENT_VOLUME_CLAIMS,
            # Nobody binds a claim of a class that is not there, or gives a finalizer back.
            edited(
                claim("a", storageClassName="missing"),
                (Edit("metadata/finalizers", ["kubernetes.io/pvc-protection"]),),
            ),
            _METADATA + _CLAIM * 2,
            items=_CLAIM_ITEMS,
        ),
        "Service": Subject(
            SERVICES,
            service("a"),
            _METADATA + _FINALIZERS + _SERVICE * 2,
            directives=_SERVICE_DIRECTIVES,
            items=_ITEMS + _SERVICE_ITEMS,
        ),
    }
)
