"""Roles, bindings, and whether they count."""

from __future__ import annotations

from typing import Any

from tests.cluster.api import Api, JsonObject, eventually
from tests.cluster.servers import ApiServer

GROUP = "rbac.authorization.k8s.io"
ROOT = f"/apis/{GROUP}/v1"


def rule(group: str, resources: str, verbs: str, *names: str) -> JsonObject:
    """One rule; resources and verbs are words in one text."""
    found: JsonObject = {
        "apiGroups": [group],
        "resources": resources.split(),
        "verbs": verbs.split(),
    }
    return found | ({"resourceNames": list(names)} if names else {})


def subject(kind: str, name: str, **rest: str) -> JsonObject:
    """A subject of a binding."""
    return {"kind": kind, "name": name, **rest}


class Rights:
    """Roles and bindings in the test's namespace."""

    def __init__(self, server: ApiServer) -> None:
        self.server = server
        self.namespaced = f"{ROOT}/namespaces/{server.namespace}"

    def role(self, name: str, *rules: JsonObject) -> Any:
        """Makes a Role."""
        role = {"kind": "Role", "apiVersion": f"{GROUP}/v1", "metadata": {"name": name}}
        return self.server.api.create(f"{self.namespaced}/roles", role | {"rules": list(rules)})

    def bind(self, role: str, *subjects: JsonObject, kind: str = "Role", name: str = "") -> Any:
        """Makes a RoleBinding, named like its role unless said otherwise."""
        binding = {
            "kind": "RoleBinding",
            "apiVersion": f"{GROUP}/v1",
            "metadata": {"name": name or role},
            "roleRef": {"apiGroup": GROUP, "kind": kind, "name": role},
            "subjects": list(subjects),
        }
        return self.server.api.create(f"{self.namespaced}/rolebindings", binding)


def allowed(api: Api, method: str, path: str, body: object = None) -> bool:
    """Whether a request is anything but forbidden."""
    return api.request(method, path, body).status != 403


def soon_allowed(api: Api, method: str, path: str) -> None:
    """A real server learns of roles from a watch of its own."""
    eventually(lambda: allowed(api, method, path), what=f"{method} {path} is allowed")
