from __future__ import annotations

import pytest

from gateway.places import AppPlace, Names, NotebookPlace, place_of

LAB = Names(("lab.example.org",), "notebooks.example.org")
APEX = Names((), "notebooks.example.org")
PLAIN = Names(("notebooks.example.org",))


@pytest.mark.parametrize(
    ("host", "names", "place"),
    [
        ("localhost:8501", PLAIN, AppPlace("localhost:8501")),
        ("localhost", LAB, AppPlace("localhost")),
        ("127.0.0.1:8501", LAB, AppPlace("")),
        ("[::1]:8501", LAB, AppPlace("")),
        ("[::1]", PLAIN, AppPlace("")),
        ("notebooks.example.org:443", PLAIN, AppPlace("")),
        ("lab.example.org", LAB, AppPlace("notebooks.example.org")),
        ("lab.example.org:8443", LAB, AppPlace("notebooks.example.org:8443")),
        ("notebooks.example.org", APEX, AppPlace("notebooks.example.org")),
        ("nb--demo.localhost:8501", PLAIN, NotebookPlace("nb--demo", "localhost:8501")),
        ("nb--demo.notebooks.example.org", LAB, NotebookPlace("nb--demo", "lab.example.org")),
        ("a.notebooks.example.org:1", APEX, NotebookPlace("a", "notebooks.example.org:1")),
    ],
)
def test_given_a_name_of_ours_when_asked_then_it_is_the_apps_or_one_notebooks(
    host: str, names: Names, place: AppPlace | NotebookPlace
) -> None:
    assert place_of(host, names) == place


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
        pytest.param("sub.notebooks.example.org", id="below a name of the app"),
        pytest.param("a.b.localhost", id="two labels below localhost"),
    ],
)
def test_given_a_foreign_or_broken_name_when_asked_then_it_is_not_served(host: str) -> None:
    assert place_of(host, PLAIN) is None
