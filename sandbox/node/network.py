"""A network whose every address is this machine's own, as 127.0.0.0/8 is."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network

from sandbox.node.addresses import is_ours


@contextmanager
def own_network(network: IPv4Network) -> Iterator[None]:
    """Take what is sent to a network, while the context lasts; nothing to do if we do anyway.

    Raises:
        OSError: that needs Linux and root, and we are not.
    """
    if is_ours(network):
        yield
        return
    _route("add", network)
    try:
        yield
    finally:
        _route("del", network)


def _route(verb: str, network: IPv4Network) -> None:
    command = ["ip", "route", verb, "local", str(network), "dev", "lo"]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise OSError(f"`{' '.join(command)}` needs Linux and iproute2") from error
    except subprocess.CalledProcessError as error:
        words = f"`{' '.join(command)}` needs root: {error.stderr.strip()}"
        raise OSError(words) from error
