from __future__ import annotations

import os
import sys
from ipaddress import IPv4Network

import pytest

from sandbox.node.addresses import LOOPBACK, can_bind, is_ours
from sandbox.node.network import own_network

# RFC 5737: for documentation only.
NETWORK = IPv4Network("203.0.113.0/24")


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only Linux' root can change routes"
)
def test_given_a_foreign_network_when_it_is_made_our_own_then_for_as_long_as_that_lasts() -> None:
    with own_network(NETWORK):
        assert can_bind("203.0.113.77")

    assert not is_ours(NETWORK)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere loopback has one address")
def test_given_a_network_of_this_machine_when_it_ends_then_it_stays_ours() -> None:
    with own_network(LOOPBACK):
        pass

    assert is_ours(LOOPBACK)
