from __future__ import annotations

from gateway.hosts import as_localhost


def test_given_an_address_when_sent_to_localhost_then_the_port_stays() -> None:
    assert as_localhost("[::1]:8501") == "localhost:8501"
    assert as_localhost("[::1]") == "localhost"
