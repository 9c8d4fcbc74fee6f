"""What proxies in front of us say about the browser; believed only if we were told to.

Only X-Forwarded-For, -Proto and -Host. Forwarded (RFC 7239) is never read: a proxy that writes the
one passes the other on as the client sent it.

Pure.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from gateway.head import HeaderList, RequestHead
from nbcore.settings import Network


def seen_through(head: RequestHead, trusted: tuple[Network, ...]) -> RequestHead:
    """The request as the browser sent it to the outermost trusted proxy.

    Args:
        head: as it reached us.
        trusted: addresses of proxies whose word counts.
    """
    if not trusted or not _is_trusted(head.client_ip, trusted):
        return head
    scheme = _last(head, b"x-forwarded-proto").lower()
    host = _last(head, b"x-forwarded-host")
    return replace(
        head,
        client_ip=_client(head, trusted),
        scheme=scheme if scheme in {"http", "https"} else head.scheme,
        headers=_with_host(head.headers, host) if host else head.headers,
    )


def _client(head: RequestHead, trusted: tuple[Network, ...]) -> str:
    """The first address from the right that no trusted proxy has."""
    client = head.client_ip
    for hop in reversed(_entries(head, b"x-forwarded-for")):
        if _address(hop) is None:
            break
        client = hop
        if not _is_trusted(hop, trusted):
            break
    return client


def _entries(head: RequestHead, name: bytes) -> Sequence[str]:
    return [part.strip() for part in ",".join(head.values(name)).split(",") if part.strip()]


def _last(head: RequestHead, name: bytes) -> str:
    entries = _entries(head, name)
    return entries[-1] if entries else ""


def _with_host(headers: HeaderList, host: str) -> HeaderList:
    others = tuple(header for header in headers if header[0] != b"host")
    return ((b"host", host.encode("latin-1")), *others)


@lru_cache(maxsize=1024)
def _is_trusted(address: str, trusted: tuple[Network, ...]) -> bool:
    ip = _address(address)
    return ip is not None and any(ip in network for network in trusted)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        ip = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return mapped or ip
