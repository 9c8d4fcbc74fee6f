from __future__ import annotations

import pytest

from gateway.redirects import location_inside
from gateway.routes import ToNotebook

ORIGIN = "http://localhost:8501"


def judged(location: str, *, strips: bool = False, rest: str = "a/b") -> str | None:
    result = location_inside(
        location.encode("latin-1"),
        target=ToNotebook("demo", "nb", rest),
        origin=ORIGIN,
        strips_prefix=strips,
    )
    return None if result is None else result.decode()


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("/notebook/demo/nb/lab", "/notebook/demo/nb/lab"),
        ("/notebook/demo/nb/", "/notebook/demo/nb/"),
        ("/notebook/demo/nb/lab?x=%2F&y=/#z", "/notebook/demo/nb/lab?x=%2F&y=/#z"),
        ("http://localhost:8501/notebook/demo/nb/lab", "/notebook/demo/nb/lab"),
        ("https://LOCALHOST:8501/notebook/demo/nb/lab", "/notebook/demo/nb/lab"),
        ("//localhost:8501/notebook/demo/nb/lab", "/notebook/demo/nb/lab"),
        ("c", "/notebook/demo/nb/a/c"),
        ("./c", "/notebook/demo/nb/a/c"),
        ("../c", "/notebook/demo/nb/c"),
        ("..", "/notebook/demo/nb/"),
        ("?x=1", "/notebook/demo/nb/a/b?x=1"),
        ("/notebook/demo/nb/a%2Fb", "/notebook/demo/nb/a%2Fb"),
        ("/notebook/demo/nb/\xe9 x", "/notebook/demo/nb/%E9%20x"),
    ],
)
def test_given_a_location_inside_when_judged_then_it_becomes_a_path(
    location: str, sent: str
) -> None:
    assert judged(location) == sent


@pytest.mark.parametrize(
    "location",
    [
        "/",
        "/new",
        "/notebook/demo/other/",
        "/notebook/demo/nb2/",
        "/notebook/demo/nb",
        "../../",
        "../../../",
        "/notebook/demo/nb/../other/",
        "/notebook/demo/nb/%2e%2e/other/",
        "/notebook/demo/nb/..%2fother/",
        "/notebook/demo/nb/..%5cother/",
        "https://evil.example/notebook/demo/nb/",
        "http://localhost:8502/notebook/demo/nb/",
        "http://user@localhost:8501/notebook/demo/nb/",
        "//evil.example/notebook/demo/nb/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "http:/notebook/demo/nb/",
        "http:lab",
        "javascript:alert(1)",
        "data:text/html,x",
        "/notebook/demo/nb/\r\nSet-Cookie: a=b",
        "http://[::1/notebook/demo/nb/",
        "",
    ],
)
def test_given_a_location_outside_when_judged_then_it_is_refused(location: str) -> None:
    assert judged(location) is None


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("/login", "/notebook/demo/nb/login"),
        ("/", "/notebook/demo/nb/"),
        ("/notebook/demo/nb/x", "/notebook/demo/nb/x"),
        ("/../../x", "/notebook/demo/nb/x"),
        ("/.//evil.example/", "/notebook/demo/nb/evil.example/"),
        ("./?folder=/home", "/notebook/demo/nb/a/?folder=/home"),
    ],
)
def test_given_a_server_that_does_not_know_its_prefix_when_judged_then_it_is_put_in_front(
    location: str, sent: str
) -> None:
    assert judged(location, strips=True) == sent
