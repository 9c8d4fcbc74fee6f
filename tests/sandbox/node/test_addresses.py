from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.node.addresses import LOOPBACK, SHARED, address_for, can_bind, candidates, is_ours

NETWORKS = [LOOPBACK, IPv4Network("10.1.2.0/24")]


@settings(deadline=None)
@pytest.mark.parametrize("network", NETWORKS, ids=str)
@given(uid=st.text(max_size=40))
def test_given_any_uid_when_asked_then_candidates_stay_in_their_network(
    uid: str, network: IPv4Network
) -> None:
    for address in islice(candidates(uid, network), 5):
        assert IPv4Address(address) in network
        assert 1 <= IPv4Address(address).packed[-1] <= 254


def test_given_a_taken_address_when_asked_then_the_next_one_is_given() -> None:
    first, second = islice(candidates("uid", LOOPBACK), 2)

    assert address_for("uid", "", set(), LOOPBACK) == first
    assert address_for("uid", "", {first}, LOOPBACK) == second


def test_given_an_earlier_address_when_it_is_free_then_it_is_kept() -> None:
    assert address_for("uid", "127.99.1.1", set(), LOOPBACK) == "127.99.1.1"
    assert address_for("uid", "127.99.1.1", {"127.99.1.1"}, LOOPBACK) != "127.99.1.1"


def test_given_an_earlier_address_when_it_is_of_another_network_then_a_new_one_is_given() -> None:
    assert address_for("uid", "127.0.0.1", set(), LOOPBACK) != "127.0.0.1"


def test_given_a_network_of_one_address_when_asked_then_all_pods_have_it() -> None:
    assert address_for("uid", "127.99.1.1", {"127.0.0.1"}, SHARED) == "127.0.0.1"


def test_given_a_port_in_use_when_asked_then_it_can_not_be_bound() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert not can_bind("127.0.0.1", port)
    assert can_bind("127.0.0.1", port)


def test_given_a_network_of_documentation_when_asked_then_it_is_not_this_machines() -> None:
    assert not is_ours(IPv4Network("192.0.2.0/24"))
    assert is_ours(SHARED)
