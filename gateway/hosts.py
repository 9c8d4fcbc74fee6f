"""How a Host header is read; gateway.places says which are served.

An equal Origin alone does not stop DNS rebinding: a page at evil.example whose name is made to
point at 127.0.0.1 sends Origin and Host that agree. Only names that we know are answered.

Pure.
"""

from __future__ import annotations

import re

_HOST = re.compile(
    r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?P<port>:[0-9]{1,5})?"
)


def host_name(host: str) -> str:
    """The name without the port; "" for what is no Host header (RFC 9110 section 7.2)."""
    match = _HOST.fullmatch(host)
    return match["name"] if match else ""


def port_part(host: str) -> str:
    """The port with its colon; "" where there is none."""
    match = _HOST.fullmatch(host)
    return (match["port"] or "") if match else ""


def is_ipv6(host: str) -> bool:
    """Whether the header is an IPv6 address, which Content-Security-Policy can't name."""
    return host.startswith("[")


def as_localhost(host: str) -> str:
    """The same port at the name localhost."""
    return "localhost" + port_part(host)
