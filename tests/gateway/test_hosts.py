from __future__ import annotations

import pytest

from gateway.hosts import as_localhost, is_served


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8501",
        "127.0.0.1:8501",
        "[::1]:8501",
        "[::1]",
        "nb--demo.localhost:8501",
        "notebooks.example.org",
        "notebooks.example.org:443",
    ],
)
def test_given_a_name_of_ours_when_asked_then_it_is_served(host: str) -> None:
    assert is_served(host, {"notebooks.example.org"})


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("", id="no host"),
        pytest.param("evil.example", id="rebound name"),
        pytest.param("localhost.evil.example", id="our name in front"),
        pytest.param("evillocalhost", id="our name without a dot"),
        pytest.param(".localhost", id="empty label"),
        pytest.param("localhost.", id="trailing dot"),
        pytest.param("127.0.0.1.evil.example", id="address in front"),
        pytest.param("127.0.0.2", id="other loopback address"),
        pytest.param("0.0.0.0:8501", id="any address"),
        pytest.param("[::ffff:127.0.0.1]", id="mapped address"),
        pytest.param("localhost:port", id="port of letters"),
        pytest.param("localhost:8501, evil.example", id="a list"),
        pytest.param("user@localhost", id="user information"),
        pytest.param("localhost/", id="path"),
        pytest.param("localhost;x", id="semicolon, which would end a policy"),
        pytest.param("LOCALHOST", id="capitals, which the head lowers"),
        pytest.param("sub.notebooks.example.org", id="below a configured name"),
    ],
)
def test_given_a_foreign_or_broken_name_when_asked_then_it_is_not_served(host: str) -> None:
    assert not is_served(host, {"notebooks.example.org"})


def test_given_an_address_when_sent_to_localhost_then_the_port_stays() -> None:
    assert as_localhost("[::1]:8501") == "localhost:8501"
    assert as_localhost("[::1]") == "localhost"
