from __future__ import annotations

import pytest

from gateway.cookies import MAX_COOKIES
from gateway.headers import from_notebook, to_app, to_notebook, with_security
from gateway.security import APP_HEADERS

PREFIX = "/notebook/demo/nb/"


def lines(*names: str) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.encode(), b"x") for name in names)


def names(headers: object) -> list[str]:
    assert isinstance(headers, (tuple, list))
    return [name.decode() for name, _ in headers]


@pytest.mark.parametrize(
    "name",
    [
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "proxy-authorization",
        "proxy-connection",
        "expect",
        "authorization",
        "sec-websocket-key",
        "sec-websocket-extensions",
        "x-nb-user",
        "x_nb_user",
        "x-forwarded-for",
        "x_forwarded_host",
        "x-forwarded-proto",
        "forwarded",
        "x-real-ip",
        "impersonate-user",
        "impersonate-extra-scopes",
        "x-remote-user",
        "x-rstudio-root-path",
    ],
)
def test_given_a_header_that_may_not_pass_when_sent_to_a_notebook_then_it_is_dropped(
    name: str,
) -> None:
    assert to_notebook(lines(name), root_path=None) == ()


def test_given_usual_headers_when_sent_to_a_notebook_then_they_pass_in_order() -> None:
    usual = lines("host", "user-agent", "accept", "origin", "x-xsrftoken", "range")

    assert to_notebook(usual, root_path=None) == usual


def test_given_names_in_connection_when_sent_then_they_go_but_never_what_protects() -> None:
    sent = ((b"connection", b"close, X-Hop,Cookie , host"), *lines("x-hop", "host", "x-other"))

    kept = to_notebook((*sent, (b"cookie", b"a=1; nb_session=s")), root_path=None)

    assert names(kept) == ["host", "x-other", "cookie"]
    assert kept[-1] == (b"cookie", b"a=1")


def test_given_several_cookie_lines_when_sent_then_they_become_one() -> None:
    sent = ((b"cookie", b"a=1"), (b"cookie", b"nb_session=s"), (b"cookie", b"b=2"))

    assert to_notebook(sent, root_path=None) == ((b"cookie", b"a=1; b=2"),)


def test_given_a_root_path_when_sent_then_only_ours_arrives() -> None:
    sent = to_notebook(lines("x-rstudio-root-path"), root_path=("X-RStudio-Root-Path", PREFIX))

    assert sent == ((b"X-RStudio-Root-Path", PREFIX.encode()),)


def test_given_headers_that_speak_for_somebody_when_sent_to_the_app_then_they_are_dropped() -> None:
    sent = lines("accept", "x-nb-session", "x_nb_user", "impersonate-group", "x-forwarded-for")

    assert names(to_app(sent, session_key="", client="")) == ["accept"]


def test_given_a_session_when_sent_to_the_app_then_its_key_and_the_clients_address_are_told() -> (
    None
):
    sent = ((b"cookie", b"nb_session=secret; _streamlit_xsrf=2; a=b"), (b"x-nb-session", b"forged"))

    assert to_app(sent, session_key="key", client="10.0.0.9") == (
        (b"cookie", b"_streamlit_xsrf=2"),
        (b"x-nb-session", b"key"),
        (b"x-nb-client", b"10.0.0.9"),
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(b"X-Bad", b"a\rb: c", id="carriage return"),
        pytest.param(b"X-Bad", b"a\nSet-Cookie: nb_session=1", id="line feed"),
        pytest.param(b"X-Bad", b"a\x00", id="zero byte"),
        pytest.param(b"X Bad", b"a", id="blank in the name"),
        pytest.param(b"X:Bad", b"a", id="colon in the name"),
        pytest.param(b"", b"a", id="no name"),
        pytest.param(b"X-\xff", b"a", id="name beyond ASCII"),
    ],
)
def test_given_a_header_that_would_split_when_answered_then_it_is_dropped(
    name: bytes, value: bytes
) -> None:
    assert from_notebook(((name, value),), prefix=PREFIX, added=()) == ()


def test_given_chunks_and_a_length_when_answered_then_the_length_goes() -> None:
    given = ((b"Transfer-Encoding", b"chunked"), (b"Content-Length", b"5"), (b"ETag", b"x"))

    assert from_notebook(given, prefix=PREFIX, added=()) == ((b"etag", b"x"),)


def test_given_thousands_of_cookies_when_answered_then_a_few_pass() -> None:
    given = tuple((b"Set-Cookie", b"c%d=1" % number) for number in range(5000))

    assert len(from_notebook(given, prefix=PREFIX, added=())) == MAX_COOKIES


def test_given_connection_names_cookies_when_answered_then_they_are_bound_all_the_same() -> None:
    given = ((b"Connection", b"set-cookie, location"), (b"Set-Cookie", b"a=1; Path=/"))

    assert from_notebook(given, prefix=PREFIX, added=()) == (
        (b"set-cookie", b"a=1; Path=/notebook/demo/nb/"),
    )


def test_given_an_apps_response_when_secured_then_its_own_frame_policy_is_replaced() -> None:
    given = [(b"X-Frame-Options", b"ALLOWALL"), (b"content-type", b"text/html")]

    secured = with_security(given, APP_HEADERS)

    assert [value for name, value in secured if name.lower() == b"x-frame-options"] == [b"DENY"]
    assert (b"cross-origin-opener-policy", b"same-origin") in secured
    assert (b"content-security-policy", b"frame-ancestors 'none'") in secured
