"""Without sign-in, only the person at this machine is let in. Pure."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from gateway.head import RequestHead

# Any of these says that somebody stands between the client and us, so that a loopback peer proves
# nothing. Browsers never send them.
_FORWARDED = frozenset({b"forwarded", b"x-real-ip", b"via"})


def is_from_this_machine(head: RequestHead) -> bool:
    """Whether both ends of the connection are loopback and no proxy says that it is between.

    Both ends, because the client's address alone may have been rewritten from X-Forwarded-For.
    """
    if not (_is_loopback(head.client_ip) and _is_loopback(head.server_ip)):
        return False
    return not any(_is_forwarded(name) for name, _ in head.headers)


def _is_forwarded(name: bytes) -> bool:
    # Some servers read _ as -, so both count.
    plain = name.replace(b"_", b"-")
    return plain in _FORWARDED or plain.startswith(b"x-forwarded-")


@lru_cache(maxsize=256)
def _is_loopback(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback
