"""What the environment says, read once; docs/reference/settings.md shows the same table. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nbcore.errors import SettingsError
from nbcore.names import name_problem

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ClusterKind(StrEnum):
    """Which cluster we talk to; an app never talks to one that nobody named."""

    SANDBOX = "sandbox"
    KUBECONFIG = "kubeconfig"
    IN_CLUSTER = "in-cluster"


class SignIn(StrEnum):
    """How people come in."""

    USERS = "users"
    OFF = "off"


class LogLevel(StrEnum):
    """How much a process writes to its standard error."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(StrEnum):
    """How a line of a log looks."""

    TEXT = "text"
    JSON = "json"


class Switch(StrEnum):
    """Something that is done or not."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: its name, unit or allowed values, default, and what follows."""

    name: str
    values: str
    default: str
    consequence: str


VARIABLES = (
    Variable(
        "NB_CLUSTER",
        "sandbox, kubeconfig or in-cluster",
        "in-cluster inside a pod, else sandbox",
        "Which cluster is used: one that is started on this machine, the one that KUBECONFIG "
        "names, or the one whose pod this is.",
    ),
    Variable(
        "NB_DATA",
        "a folder",
        "~/.local/share/oneblock-notebooks",
        "Where the sandbox keeps its state and volumes, and sandbox/kubeconfig in it.",
    ),
    Variable(
        "NB_ALLOWED_HOSTS",
        "host names, separated by commas; no ports, no wildcards",
        "none",
        "Names under which the app is served besides localhost, 127.0.0.1, [::1] and "
        "NB_DOMAIN; any other Host header is answered 421.",
    ),
    Variable(
        "NB_DOMAIN",
        "a domain",
        "none",
        "Each notebook gets a host name of its own below it, so that browsers keep notebooks from "
        "each other and from the app; needs a wildcard in DNS and in the certificate. Without it "
        "that is so only where the app is opened at localhost.",
    ),
    Variable(
        "NB_TRUSTED_PROXIES",
        "addresses or networks, separated by commas",
        "none",
        "Proxies whose X-Forwarded-For, -Proto and -Host count; from everybody else they are "
        "dropped.",
    ),
    Variable(
        "NB_SIGN_IN",
        "users or off",
        "users",
        "Whether people sign in; off lets in whoever is at this machine, as the app's own account.",
    ),
    Variable(
        "NB_USERS",
        "a file",
        "users.yaml in NB_DATA",
        "Who may sign in, in the format of streamlit-authenticator; read again when it changes.",
    ),
    Variable(
        "NB_OWNER",
        "a user name in lower case",
        "me",
        "Who is written down as owner when NB_SIGN_IN is off.",
    ),
    Variable(
        "NB_NAMESPACES",
        "namespaces, separated by commas",
        "demo,research",
        "Namespaces that the sandbox is given at its first start. Elsewhere: those that a first "
        "visit prefers, and about which everybody is asked for, also without a RoleBinding.",
    ),
    Variable(
        "NB_RUNTIMES",
        "a folder",
        "sandbox/runtimes in NB_DATA",
        "Where the sandbox keeps the programs behind images; several sandboxes can share one, so "
        "that JupyterLab is installed once.",
    ),
    Variable(
        "NB_LOG_LEVEL",
        "DEBUG, INFO, WARNING or ERROR",
        "INFO",
        "How much a process writes to its standard error.",
    ),
    Variable(
        "NB_LOG_FORMAT",
        "text or json",
        "text",
        "Whether log lines are for people, or one JSON object each.",
    ),
    Variable(
        "NB_NETWORK_POLICIES",
        "on or off",
        "off",
        "Whether the controller gives each ClusterIP notebook a NetworkPolicy that lets only the "
        "app and the controller reach it; deploy/ says on.",
    ),
    Variable(
        "NB_LEASE_NAMESPACE",
        "a namespace",
        "default",
        "Where controllers agree which of them works: those of one cluster need the same.",
    ),
    Variable(
        "KUBECONFIG",
        "files, separated by colons",
        "~/.kube/config",
        "Read when NB_CLUSTER is kubeconfig, by the rules of kubectl.",
    ),
)

# RFC 1123 section 2.1, lower case: a Host header is compared after lowering it.
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.ASCII)
_OWNER = re.compile(r"[a-z0-9][-a-z0-9._@]{0,62}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of a process; VARIABLES tells the unit, default and consequence of each.

    Attributes:
        kubeconfig: paths separated by colons, as KUBECONFIG has them.
        allowed_hosts: lower case, without ports.
    """

    cluster: ClusterKind
    data: Path
    allowed_hosts: tuple[str, ...]
    domain: str
    trusted_proxies: tuple[Network, ...]
    owner: str
    namespaces: tuple[str, ...]
    log_level: LogLevel
    log_format: LogFormat
    lease_namespace: str
    network_policies: bool
    kubeconfig: str
    runtimes: Path
    sign_in: SignIn
    users: Path

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Reads the settings; an empty variable counts as one that is not set.

        Raises:
            SettingsError: a value that can't be used, with the values that can.
        """
        home = environ.get("HOME") or str(Path("~").expanduser())
        is_pod = bool(environ.get("KUBERNETES_SERVICE_HOST"))
        usual = ClusterKind.IN_CLUSTER if is_pod else ClusterKind.SANDBOX
        data = _path(environ.get("NB_DATA") or "~/.local/share/oneblock-notebooks", home)
        return cls(
            cluster=ClusterKind(_choice(environ, "NB_CLUSTER", ClusterKind, usual)),
            data=data,
            allowed_hosts=tuple(
                _host("NB_ALLOWED_HOSTS", name) for name in _words(environ, "NB_ALLOWED_HOSTS")
            ),
            domain=_domain(environ.get("NB_DOMAIN") or ""),
            trusted_proxies=tuple(map(_network, _words(environ, "NB_TRUSTED_PROXIES"))),
            owner=_owner(environ.get("NB_OWNER") or "me"),
            namespaces=_namespaces(_words(environ, "NB_NAMESPACES") or ("demo", "research")),
            log_level=LogLevel(_choice(environ, "NB_LOG_LEVEL", LogLevel, LogLevel.INFO)),
            log_format=LogFormat(_choice(environ, "NB_LOG_FORMAT", LogFormat, LogFormat.TEXT)),
            lease_namespace=environ.get("NB_LEASE_NAMESPACE") or "default",
            network_policies=_is_on(environ, "NB_NETWORK_POLICIES"),
            kubeconfig=environ.get("KUBECONFIG") or f"{home}/.kube/config",
            runtimes=_path(environ.get("NB_RUNTIMES") or f"{data}/sandbox/runtimes", home),
            sign_in=SignIn(_choice(environ, "NB_SIGN_IN", SignIn, SignIn.USERS)),
            users=_path(environ.get("NB_USERS") or f"{data}/users.yaml", home),
        )

    @property
    def sandbox_kubeconfig(self) -> Path:
        """The file that appears when the sandbox is ready."""
        return self.data / "sandbox" / "kubeconfig"

    @property
    def offers(self) -> Path:
        """Which users the sign-in page of the sandbox offers."""
        return self.data / "offers.json"

    @property
    def sessions(self) -> Path:
        """Where sessions outlive a restart of an app outside a cluster."""
        return self.data / "sessions.json"


def _choice(environ: Mapping[str, str], name: str, allowed: type[StrEnum], usual: str) -> str:
    value = environ.get(name) or usual
    if value not in set(allowed):
        raise SettingsError(f"{name} is {value!r}; it can be {', '.join(allowed)}.")
    return value


def _is_on(environ: Mapping[str, str], name: str) -> bool:
    return _choice(environ, name, Switch, Switch.OFF) == Switch.ON


def _path(path: str, home: str) -> Path:
    return Path(path.replace("~/", f"{home}/", 1) if path.startswith("~/") else path)


def _words(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    parts = environ.get(name, "").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def _domain(name: str) -> str:
    return _host("NB_DOMAIN", name) if name else ""


def _host(variable: str, name: str) -> str:
    lowered = name.lower()
    if not _HOST.fullmatch(lowered):
        raise SettingsError(
            f"{variable} has {name!r}; a host name is needed, for example "
            "notebooks.example.org, without port or wildcard."
        )
    return lowered


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise SettingsError(
            f"NB_TRUSTED_PROXIES has {text!r}; an address or a network is needed, for example "
            "10.0.0.0/8."
        ) from error


def _owner(name: str) -> str:
    if not _OWNER.fullmatch(name):
        raise SettingsError(f"NB_OWNER is {name!r}; a user name in lower case is needed.")
    return name


def _namespaces(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if problem := name_problem(name):
            raise SettingsError(f"NB_NAMESPACES has {name!r}: {problem}")
    return names
