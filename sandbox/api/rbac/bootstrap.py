"""The roles and bindings that every cluster has, for the kinds that are served here. Pure.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
"""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.api.rbac.roles import ADMINISTRATORS, GROUP
from sandbox.client import Object

_LABEL = {"kubernetes.io/bootstrapping": "rbac-defaults"}
_ANNOTATION = {"rbac.authorization.kubernetes.io/autoupdate": "true"}
_AUTHENTICATED, _UNAUTHENTICATED = "system:authenticated", "system:unauthenticated"

_READ = ("get", "list", "watch")
_WRITE = ("create", "delete", "deletecollection", "patch", "update")
_PUBLIC = ("/healthz", "/livez", "/readyz", "/version", "/version/")
_DISCOVERY = ("/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*", *_PUBLIC)


def _rule(group: str, resources: str, verbs: Sequence[str]) -> Object:
    return {"apiGroups": [group], "resources": resources.split(), "verbs": list(verbs)}


_VIEW = (
    _rule("", "configmaps persistentvolumeclaims persistentvolumeclaims/status pods", _READ),
    _rule("", "serviceaccounts services services/status", _READ),
    _rule("", "limitranges namespaces/status pods/log pods/status resourcequotas", _READ),
    _rule("", "resourcequotas/status namespaces events", _READ),
    _rule("discovery.k8s.io", "endpointslices", _READ),
    _rule("apps", "controllerrevisions statefulsets statefulsets/scale statefulsets/status", _READ),
    _rule("networking.k8s.io", "networkpolicies", _READ),
)
_EDIT = (
    _rule("", "secrets", _READ),
    _rule("", "serviceaccounts", ("impersonate",)),
    _rule("", "pods configmaps persistentvolumeclaims secrets serviceaccounts services", _WRITE),
    _rule("", "events", _WRITE),
    _rule("apps", "statefulsets statefulsets/scale", _WRITE),
    _rule("networking.k8s.io", "networkpolicies", _WRITE),
    _rule("coordination.k8s.io", "leases", (*_READ, *_WRITE)),
)
_ADMIN = (
    _rule("authorization.k8s.io", "localsubjectaccessreviews", ("create",)),
    _rule(GROUP, "rolebindings roles", (*_READ, *_WRITE)),
)
_BASIC = (
    _rule("authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews", ("create",)),
    _rule("authentication.k8s.io", "selfsubjectreviews", ("create",)),
)


def _paths(paths: Sequence[str], verb: str) -> Object:
    return {"nonResourceURLs": list(paths), "verbs": [verb]}


def _aggregate(role: str) -> str:
    return f"{GROUP}/aggregate-to-{role}"


def _role(name: str, rules: Sequence[Object], *, part_of: str = "") -> Object:
    labels = _LABEL | ({_aggregate(part_of): "true"} if part_of else {})
    return _object("ClusterRole", name, labels) | {"rules": list(rules)}


def _sum(name: str, *, part_of: str = "") -> Object:
    selector = {"matchLabels": {_aggregate(name): "true"}}
    return _role(name, (), part_of=part_of) | {
        "aggregationRule": {"clusterRoleSelectors": [selector]}
    }


def _binding(role: str, *groups: str) -> Object:
    subjects = [{"apiGroup": GROUP, "kind": "Group", "name": group} for group in groups]
    ref = {"apiGroup": GROUP, "kind": "ClusterRole", "name": role}
    return _object("ClusterRoleBinding", role, _LABEL) | {"roleRef": ref, "subjects": subjects}


def _object(kind: str, name: str, labels: Object) -> Object:
    metadata = {"name": name, "labels": labels, "annotations": _ANNOTATION}
    return {"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": metadata}


CLUSTER_ROLES: tuple[Object, ...] = (
    _role("cluster-admin", (_rule("*", "*", "*"), _paths(("*",), "*"))),
    _role("system:discovery", (_paths(_DISCOVERY, "get"),)),
    _role("system:public-info-viewer", (_paths(_PUBLIC, "get"),)),
    _role("system:basic-user", _BASIC),
    _role("system:aggregate-to-view", _VIEW, part_of="view"),
    _role("system:aggregate-to-edit", _EDIT, part_of="edit"),
    _role("system:aggregate-to-admin", _ADMIN, part_of="admin"),
    _sum("view", part_of="edit"),
    _sum("edit", part_of="admin"),
    _sum("admin"),
)
CLUSTER_ROLE_BINDINGS: tuple[Object, ...] = (
    _binding("cluster-admin", ADMINISTRATORS),
    _binding("system:discovery", _AUTHENTICATED),
    _binding("system:basic-user", _AUTHENTICATED),
    _binding("system:public-info-viewer", _AUTHENTICATED, _UNAUTHENTICATED),
)
