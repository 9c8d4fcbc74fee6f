from __future__ import annotations

import pytest

from gateway.cookies import is_app_cookie, request_cookie, response_cookie

PREFIX = "/notebook/demo/nb/"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"a=1; b=2", b"a=1; b=2"),
        (b"a=1; nb_session=s; b=2", b"a=1; b=2"),
        (b"_streamlit_xsrf=1;_streamlit_user=2;_streamlit_user__1=3", b""),
        (b" __Host-nb_session = s ;a=1", b"a=1"),
        (b"NB_SESSION=s; __secure-NB=1", b""),
        (b"nb_session", b""),
        (b"a=nb_session=1", b"a=nb_session=1"),
        (b";;;", b""),
        (b'a="x; nb_session=1"', b'a="x'),
    ],
)
def test_given_cookies_when_sent_to_a_notebook_then_the_apps_are_left_out(
    sent: bytes, kept: bytes
) -> None:
    assert request_cookie(sent) == kept


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (b"a=1", b"a=1; Path=/notebook/demo/nb/"),
        (b"a=1; Path=/; Domain=localhost", b"a=1; Path=/notebook/demo/nb/"),
        (b"a=1; PATH=/x; path=/; HttpOnly", b"a=1; HttpOnly; Path=/notebook/demo/nb/"),
        (b"a=; Max-Age=0; SameSite=Lax", b"a=; Max-Age=0; SameSite=Lax; Path=/notebook/demo/nb/"),
        (b"a=b=c", b"a=b=c; Path=/notebook/demo/nb/"),
        (b"a=1; Priority=High; x", b"a=1; Path=/notebook/demo/nb/"),
        (b'a="2|1:0|x"', b'a="2|1:0|x"; Path=/notebook/demo/nb/'),
    ],
)
def test_given_a_notebooks_cookie_when_answered_then_it_is_bound_to_the_prefix(
    given: bytes, sent: bytes
) -> None:
    assert response_cookie(given, prefix=PREFIX) == sent


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(b"nb_session=evil", id="the session"),
        pytest.param(b"_streamlit_user=evil", id="streamlit's"),
        pytest.param(b"__Host-nb_session=evil; Secure; Path=/", id="the session under TLS"),
        pytest.param(b"__HOST-other=1; Secure; Path=/", id="any host cookie"),
        pytest.param(b"=nb_session=evil", id="no name, the value spells one"),
        pytest.param(b"nb_session", id="no equals sign"),
        pytest.param(b"a", id="a value alone"),
        pytest.param(b"a b=1", id="a blank in the name"),
        pytest.param(b"a=1\r\nX: y", id="a line break"),
        pytest.param(b"a=\x00", id="a zero byte"),
        pytest.param(b"", id="empty"),
        pytest.param(b"a=" + b"x" * 5000, id="too big"),
    ],
)
def test_given_a_cookie_that_could_be_the_apps_when_answered_then_it_is_dropped(
    given: bytes,
) -> None:
    assert response_cookie(given, prefix=PREFIX) is None


@pytest.mark.parametrize("name", [b"_xsrf", b"username-localhost-8888", b"xnb_session", b"user-id"])
def test_given_a_name_of_an_ide_when_asked_then_it_is_not_the_apps(name: bytes) -> None:
    assert not is_app_cookie(name)
