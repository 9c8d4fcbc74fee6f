from __future__ import annotations

import ipaddress

import pytest

from gateway.proxies import seen_through
from tests.gateway.rig import head

TRUSTED = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128"))
SAID = {
    "x-forwarded-for": "192.0.2.7",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "lab.example.org",
}


@pytest.mark.parametrize("peer", ["192.0.2.9", "127.0.0.1", "", "::2"])
def test_given_a_peer_that_is_not_trusted_when_it_speaks_for_others_then_nothing_counts(
    peer: str,
) -> None:
    sent = head(headers=SAID, client_ip=peer)

    assert seen_through(sent, TRUSTED) == sent
    assert seen_through(sent, ()) == sent


@pytest.mark.parametrize("peer", ["10.1.2.3", "::ffff:10.1.2.3", "::1"])
def test_given_a_trusted_peer_when_it_speaks_then_address_scheme_and_host_count(peer: str) -> None:
    seen = seen_through(head(headers=SAID, client_ip=peer), TRUSTED)

    assert (seen.client_ip, seen.origin) == ("192.0.2.7", "https://lab.example.org")


@pytest.mark.parametrize(
    ("hops", "client"),
    [
        pytest.param("1.1.1.1, 192.0.2.7", "192.0.2.7", id="what a client claims stands left"),
        pytest.param("192.0.2.7, 10.0.0.5", "192.0.2.7", id="a second trusted proxy"),
        pytest.param("10.0.0.5", "10.0.0.5", id="nobody but proxies"),
        pytest.param("192.0.2.7, nonsense", "10.9.9.9", id="what is no address"),
        pytest.param("", "10.9.9.9", id="nothing"),
    ],
)
def test_given_hops_when_read_then_the_nearest_that_is_not_trusted_is_the_client(
    hops: str, client: str
) -> None:
    sent = head(headers={"x-forwarded-for": hops}, client_ip="10.9.9.9")

    assert seen_through(sent, TRUSTED).client_ip == client


@pytest.mark.parametrize("proto", ["ftp", "", "javascript"])
def test_given_a_scheme_that_is_none_of_ours_when_read_then_the_connections_stays(
    proto: str,
) -> None:
    sent = head(headers={"x-forwarded-proto": proto}, client_ip="10.9.9.9")

    assert seen_through(sent, TRUSTED).scheme == "http"


def test_given_forwarded_when_a_trusted_peer_sends_it_then_it_is_not_read() -> None:
    sent = head(headers={"forwarded": "for=1.1.1.1;proto=https"}, client_ip="10.9.9.9")

    assert seen_through(sent, TRUSTED) == sent
