"""What is served under which host name: the app, or one notebook alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from gateway.hosts import host_name, port_part
from nbcore.hostnames import LOCAL_DOMAIN

_LOOPBACK = frozenset({"127.0.0.1", "[::1]"})


@dataclass(frozen=True, slots=True)
class Names:
    """The configured names.

    Attributes:
        app: those of the app, besides localhost and the loopback addresses.
        domain: below which notebooks have names of their own; "" for none but those of localhost.
    """

    app: tuple[str, ...] = ()
    domain: str = ""

    @property
    def home(self) -> str:
        """Where a notebook below ``domain`` finds the app."""
        return self.app[0] if self.app else self.domain


@dataclass(frozen=True, slots=True)
class AppPlace:
    """The app is served here.

    Attributes:
        domain: with port, below which its notebooks are; "" when they share this host.
    """

    domain: str


@dataclass(frozen=True, slots=True)
class NotebookPlace:
    """One notebook is served here, and nothing else.

    Attributes:
        label: which one; see nbcore.hostnames.
        home: the app's host, with port.
    """

    label: str
    home: str


@lru_cache(maxsize=1024)
def place_of(host: str, names: Names) -> AppPlace | NotebookPlace | None:
    """What a Host header names; None for what is not served.

    Args:
        host: in lower case, with or without a port; any port will do, because the name is what a
            rebinding attacker can't choose.
        names: the configured ones.
    """
    name, port = host_name(host), port_part(host)
    if name in _LOOPBACK:
        return AppPlace("")
    if name and name in {LOCAL_DOMAIN, *names.app, names.domain}:
        domain = LOCAL_DOMAIN if name == LOCAL_DOMAIN else names.domain
        return AppPlace(domain + port if domain else "")
    label, _, parent = name.partition(".")
    homes = {names.domain: names.home, LOCAL_DOMAIN: LOCAL_DOMAIN}
    return NotebookPlace(label, homes[parent] + port) if parent and parent in homes else None
