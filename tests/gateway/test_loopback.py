from __future__ import annotations

import pytest

from gateway.loopback import is_from_this_machine
from tests.gateway.rig import head


@pytest.mark.parametrize(
    ("client", "server"),
    [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::ffff:127.0.0.1", "::ffff:127.0.0.1")],
)
def test_given_both_ends_loopback_when_asked_then_it_is_this_machine(
    client: str, server: str
) -> None:
    assert is_from_this_machine(head(client_ip=client, server_ip=server))


@pytest.mark.parametrize(
    ("client", "server"),
    [
        pytest.param("10.0.0.5", "127.0.0.1", id="client elsewhere"),
        pytest.param("127.0.0.1", "10.0.0.5", id="rewritten client"),
        pytest.param("10.0.0.5", "10.0.0.5", id="own address of the network"),
        pytest.param("::ffff:10.0.0.5", "::1", id="mapped client elsewhere"),
        pytest.param("", "127.0.0.1", id="unknown client"),
        pytest.param("/run/app.sock", "127.0.0.1", id="no address"),
    ],
)
def test_given_an_end_elsewhere_when_asked_then_it_is_not_this_machine(
    client: str, server: str
) -> None:
    assert not is_from_this_machine(head(client_ip=client, server_ip=server))


@pytest.mark.parametrize(
    "name",
    ["x-forwarded-for", "x_forwarded_for", "x-forwarded-host", "forwarded", "x-real-ip", "via"],
)
def test_given_a_proxy_between_when_asked_then_it_is_not_this_machine(name: str) -> None:
    assert not is_from_this_machine(head(headers={name: "127.0.0.1"}))
