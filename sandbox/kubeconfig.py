"""The kubeconfig of the administrator. Pure."""

from __future__ import annotations

import base64
import json


def kubeconfig(server: str, authority: bytes, token: str) -> bytes:
    """A kubeconfig for one cluster and one user (JSON, which is YAML as well). Pure.

    Args:
        server: the URL.
        authority: the certificate authority, PEM.
        token: the user's bearer token.
    """
    name = "oneblock-sandbox"
    cluster = {"server": server, "certificate-authority-data": base64.b64encode(authority).decode()}
    context = {"cluster": name, "user": "admin", "namespace": "default"}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": name, "context": context}],
        "current-context": name,
    }
    return json.dumps(config, indent=2).encode() + b"\n"
