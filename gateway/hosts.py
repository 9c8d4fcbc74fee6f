"""Which Host headers are served.

An equal Origin alone does not stop DNS rebinding: a page at evil.example whose name is made to
point at 127.0.0.1 sends Origin and Host that agree. Only names that we know are answered.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_HOST = re.compile(
    r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?P<port>:[0-9]{1,5})?"
)
_OURS = frozenset({"localhost", "127.0.0.1", "[::1]"})


def is_served(host: str, allowed: Collection[str]) -> bool:
    """Whether the Host header names us.

    Args:
        host: the header in lower case, with or without a port; any port will do, because the name
            is what a rebinding attacker can't choose.
        allowed: configured names besides localhost, its subdomains, 127.0.0.1 and [::1].
    """
    name = host_name(host)
    return name in _OURS or name in allowed or name.endswith(".localhost")


def host_name(host: str) -> str:
    """The name without the port; "" for what is no Host header (RFC 9110 section 7.2)."""
    match = _HOST.fullmatch(host)
    return match["name"] if match else ""


def is_ipv6(host: str) -> bool:
    """Whether the header is an IPv6 address, which Content-Security-Policy can't name."""
    return host.startswith("[")


def as_localhost(host: str) -> str:
    """The same port at the name localhost."""
    match = _HOST.fullmatch(host)
    return "localhost" + ((match["port"] or "") if match else "")
