"""Addresses for pods: each its own in a network of this machine; ports are as in a cluster."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator, Set
from ipaddress import IPv4Address, IPv4Network

LOOPBACK = IPv4Network("127.64.0.0/10")
SHARED = IPv4Network("127.0.0.1/32")
"""A network of one address: pods share it, and one at a time can have a port."""


def is_shared(network: IPv4Network) -> bool:
    """Whether all pods have one and the same address. Pure."""
    return network.num_addresses == 1


def candidates(uid: str, network: IPv4Network) -> Iterator[str]:
    """Addresses of a network in an order that follows from the pod's uid. Pure."""
    attempt = 0
    while True:
        digest = hashlib.sha256(f"{uid}/{attempt}".encode()).digest()
        address = network[int.from_bytes(digest[:8]) % network.num_addresses]
        # The last part is never 0 or 255: some programs take those for networks and broadcasts.
        if address.packed[-1] not in {0, 255}:
            yield str(address)
        attempt += 1


def address_for(uid: str, previous: str, taken: Set[str], network: IPv4Network) -> str:
    """The address of a pod: the one that it had, else the first free candidate. Pure."""
    if is_shared(network):
        return str(network.network_address)
    if previous and previous not in taken and IPv4Address(previous) in network:
        return previous
    return next(address for address in candidates(uid, network) if address not in taken)


def can_bind(address: str, port: int = 0) -> bool:
    """Whether this machine lets us listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def is_ours(network: IPv4Network) -> bool:
    """Whether this machine takes what is sent to a network: so with 127.0.0.0/8 on Linux only."""
    return can_bind(str(network[0 if is_shared(network) else 1]))
