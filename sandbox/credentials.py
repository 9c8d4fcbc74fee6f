"""How to reach an API server, as a kubeconfig says it.

https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
"""

from __future__ import annotations

import base64
import binascii
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


class KubeconfigError(Exception):
    """A kubeconfig that can't be used; the message says which file and why."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A server's URL, and what proves it to us and us to it; the token is "" if there is none."""

    server: str
    tls: ssl.SSLContext
    token: str = field(default="", repr=False)


def read_kubeconfig(path: Path) -> Credentials:
    """The credentials of a kubeconfig's current context: token or certificate, no plugins.

    Raises:
        KubeconfigError: a file that is missing, broken, or has nothing that is understood here.
    """
    try:
        config = yaml.safe_load(path.read_text())
        context = _named(config, "contexts", config["current-context"])["context"]
        cluster = _named(config, "clusters", context["cluster"])["cluster"]
        user = _named(config, "users", context["user"])["user"]
        credentials = Credentials(
            cluster["server"].rstrip("/"), _tls(cluster, user, path.parent), _token(user, path)
        )
    except (OSError, yaml.YAMLError, ValueError, binascii.Error) as problem:
        raise KubeconfigError(f"{path}: {problem}") from problem
    except (LookupError, TypeError, AttributeError) as problem:
        raise KubeconfigError(f"{path} is no kubeconfig: {problem!r} is missing") from problem
    if not credentials.server.startswith("https://"):
        raise KubeconfigError(f"{path}: {credentials.server} is no https address")
    return credentials


def _named(config: Mapping[str, Any], what: str, name: str) -> Mapping[str, Any]:
    return next((entry for entry in config[what] if entry["name"] == name), {})


def _token(user: Mapping[str, Any], path: Path) -> str:
    if "tokenFile" in user:
        return (path.parent / str(user["tokenFile"])).read_text().strip()
    return str(user.get("token", ""))


def _tls(cluster: Mapping[str, Any], user: Mapping[str, Any], folder: Path) -> ssl.SSLContext:
    authority = _pem(cluster, "certificate-authority", folder)
    context = ssl.create_default_context(cadata=authority.decode() or None)
    if certificate := _pem(user, "client-certificate", folder):
        # The ssl module takes a key from a file only.
        with tempfile.NamedTemporaryFile() as file:
            file.write(certificate + b"\n" + _pem(user, "client-key", folder))
            file.flush()
            context.load_cert_chain(file.name)
    return context


def _pem(entry: Mapping[str, Any], name: str, folder: Path) -> bytes:
    if data := entry.get(f"{name}-data"):
        return base64.b64decode(data, validate=True)
    return (folder / entry[name]).read_bytes() if name in entry else b""
