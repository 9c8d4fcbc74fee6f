"""Addresses for pods: each its own on loopback, so that ports are as in a cluster."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator, Set

SHARED = "127.0.0.1"
_FIRST, _COUNT = 64, 64


def candidates(uid: str) -> Iterator[str]:
    """Addresses 127.64.0.1 to 127.127.255.254 in an order that follows from the pod's uid. Pure."""
    attempt = 0
    while True:
        digest = hashlib.sha256(f"{uid}/{attempt}".encode()).digest()
        # The last part is never 0 or 255: some programs take those for networks and broadcasts.
        yield f"127.{_FIRST + digest[0] % _COUNT}.{digest[1]}.{1 + digest[2] % 254}"
        attempt += 1


def address_for(uid: str, previous: str, taken: Set[str]) -> str:
    """The address of a pod: the one that it had, else the first free candidate. Pure."""
    if previous and previous != SHARED and previous not in taken:
        return previous
    return next(address for address in candidates(uid) if address not in taken)


def can_bind(address: str, port: int = 0) -> bool:
    """Whether this machine lets us listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def has_own_addresses() -> bool:
    """Whether all of 127.0.0.0/8 is this machine's: so on Linux, not on macOS."""
    return can_bind("127.64.0.1")
