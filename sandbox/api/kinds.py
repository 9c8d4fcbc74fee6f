"""The kinds that the server knows, one row each: nothing else here knows a kind by name. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sandbox.client import Object

ALL_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
EMPTY_SCHEMA: Object = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


class DeleteAnswer(StrEnum):
    """What a DELETE that removed the object at once answers."""

    OBJECT = "object"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalePaths:
    """Where a kind keeps what its scale subresource shows, as JSON paths such as .spec.replicas."""

    spec: str
    status: str
    selector: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table: a JSON path for custom kinds, or the name of a built-in cell.

    ``priority`` above 0 means that it is only shown with -o wide.
    """

    name: str
    type: str = "string"
    format: str = ""
    description: str = ""
    priority: int = 0
    json_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """How one kind is served.

    Attributes:
        group: "" for the core group.
        subresources: of "status", "scale", "log", "binding", "finalize".
        has_generation: metadata.generation counts changes of anything but metadata and status.
        is_made_by_update: PUT makes an object that is not there.
        delete_answer: what DELETE returns (clients with typed answers depend on it).
        is_custom: made by a CustomResourceDefinition.
        schema: structural schema of the whole object, references already linked.
        has_rules: its schema holds CEL rules.
        is_review: a question: it is answered when it is made, and not stored.
        selectable: field paths, such as "spec.nodeName", that a fieldSelector may name.
    """

    group: str = ""
    version: str = "v1"
    plural: str
    kind: str
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    is_namespaced: bool = True
    subresources: tuple[str, ...] = ()
    has_generation: bool = False
    needs_resource_version: bool = False
    is_made_by_update: bool = False
    delete_answer: DeleteAnswer = DeleteAnswer.STATUS
    is_custom: bool = False
    schema: Object = field(default_factory=lambda: EMPTY_SCHEMA)
    selectable: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    scale: ScalePaths | None = None
    has_rules: bool = False
    is_review: bool = False

    @property
    def resource(self) -> str:
        """Group and resource in one word, as messages and the store use it: statefulsets.apps."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        """What objects of the kind carry as apiVersion."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def root(self) -> str:
        """The path under which its group is served, for example /apis/apps/v1."""
        return f"/apis/{self.api_version}" if self.group else f"/api/{self.version}"

    @property
    def qualified_kind(self) -> str:
        """The kind as messages about invalid objects write it: StatefulSet.apps."""
        return f"{self.kind}.{self.group}" if self.group else self.kind

    def path(self, namespace: str, name: str = "") -> str:
        """The URL path of a collection or of one object."""
        scope = f"/namespaces/{namespace}" if self.is_namespaced and namespace else ""
        return f"{self.root}{scope}/{self.plural}" + (f"/{name}" if name else "")


def _row(plural: str, kind: str, **rest: Any) -> Kind:
    return Kind(plural=plural, kind=kind, singular=kind.lower(), **rest)


_RBAC = "rbac.authorization.k8s.io"
_ACCESS = "authorization.k8s.io"
_AUTHENTICATION = "authentication.k8s.io"
_OBJECT = DeleteAnswer.OBJECT
_REPLICAS = ScalePaths(spec=".spec.replicas", status=".status.replicas")
_INVOLVED = tuple(
    f"involvedObject.{part}"
    for part in ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
)

BUILT_IN_KINDS: tuple[Kind, ...] = (
    _row("namespaces", "Namespace", short_names=("ns",), is_namespaced=False,
         subresources=("finalize", "status"), selectable=("status.phase",)),
    _row("nodes", "Node", short_names=("no",), is_namespaced=False, subresources=("status",),
         selectable=("spec.unschedulable",)),
    _row("pods", "Pod", short_names=("po",), categories=("all",), delete_answer=_OBJECT,
         subresources=("binding", "log", "status"), has_generation=True,
         selectable=("spec.nodeName", "spec.restartPolicy", "spec.schedulerName",
                     "spec.serviceAccountName", "status.phase", "status.podIP")),
    _row("services", "Service", short_names=("svc",), categories=("all",), is_made_by_update=True,
         delete_answer=_OBJECT, subresources=("status",),
         selectable=("spec.clusterIP", "spec.type")),
    _row("persistentvolumeclaims", "PersistentVolumeClaim", short_names=("pvc",),
         delete_answer=_OBJECT, subresources=("status",)),
    _row("persistentvolumes", "PersistentVolume", short_names=("pv",), is_namespaced=False,
         delete_answer=_OBJECT, subresources=("status",)),
    _row("events", "Event", short_names=("ev",), is_made_by_update=True,
         selectable=(*_INVOLVED, "reason", "reportingComponent", "source", "type")),
    _row("configmaps", "ConfigMap", short_names=("cm",)),
    _row("secrets", "Secret", selectable=("type",)),
    _row("serviceaccounts", "ServiceAccount", short_names=("sa",), delete_answer=_OBJECT),
    _row("resourcequotas", "ResourceQuota", short_names=("quota",), delete_answer=_OBJECT,
         subresources=("status",)),
    _row("limitranges", "LimitRange", short_names=("limits",), is_made_by_update=True),
    _row("statefulsets", "StatefulSet", group="apps", short_names=("sts",), categories=("all",),
         subresources=("scale", "status"), has_generation=True, scale=_REPLICAS),
    _row("controllerrevisions", "ControllerRevision", group="apps"),
    _row("endpointslices", "EndpointSlice", group="discovery.k8s.io", has_generation=True),
    _row("storageclasses", "StorageClass", group="storage.k8s.io", short_names=("sc",),
         is_namespaced=False, delete_answer=_OBJECT),
    _row("leases", "Lease", group="coordination.k8s.io", needs_resource_version=True,
         is_made_by_update=True),
    _row("networkpolicies", "NetworkPolicy", group="networking.k8s.io", short_names=("netpol",),
         has_generation=True),
    _row("runtimeclasses", "RuntimeClass", group="node.k8s.io", is_namespaced=False,
         is_made_by_update=True),
    _row("roles", "Role", group=_RBAC, is_made_by_update=True),
    _row("rolebindings", "RoleBinding", group=_RBAC, is_made_by_update=True),
    _row("clusterroles", "ClusterRole", group=_RBAC, is_namespaced=False, is_made_by_update=True),
    _row("clusterrolebindings", "ClusterRoleBinding", group=_RBAC, is_namespaced=False,
         is_made_by_update=True),
    _row("localsubjectaccessreviews", "LocalSubjectAccessReview", group=_ACCESS, is_review=True),
    _row("selfsubjectaccessreviews", "SelfSubjectAccessReview", group=_ACCESS,
         is_namespaced=False, is_review=True),
    _row("selfsubjectrulesreviews", "SelfSubjectRulesReview", group=_ACCESS,
         is_namespaced=False, is_review=True),
    _row("subjectaccessreviews", "SubjectAccessReview", group=_ACCESS, is_namespaced=False,
         is_review=True),
    _row("selfsubjectreviews", "SelfSubjectReview", group=_AUTHENTICATION, is_namespaced=False,
         is_review=True),
    _row("tokenreviews", "TokenReview", group=_AUTHENTICATION, is_namespaced=False,
         is_review=True),
    _row("customresourcedefinitions", "CustomResourceDefinition", group="apiextensions.k8s.io",
         short_names=("crd", "crds"), categories=("api-extensions",), is_namespaced=False,
         subresources=("status",), has_generation=True),
)  # fmt: skip
"""Deletion answers were read off a real server: the object for kinds whose storage says so."""
