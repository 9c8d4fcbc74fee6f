from __future__ import annotations

import pytest

from gateway.session_cookie import AmbiguousCookieError, forgetting, keeping, session_secret
from tests.gateway.rig import head

HTTP = "http"
HTTPS = "https"


@pytest.mark.parametrize(
    ("scheme", "cookie", "secret"),
    [
        pytest.param(HTTP, "nb_session=s", "s", id="alone"),
        pytest.param(HTTP, "a=b; nb_session=s;c=d", "s", id="among others"),
        pytest.param(HTTP, "nb_session=a=b", "a=b", id="with an equals sign"),
        pytest.param(HTTP, "NB_SESSION=s", None, id="in capitals"),
        pytest.param(HTTP, "nb_session", "", id="without a value"),
        pytest.param(HTTP, "xnb_session=s; nb_session2=s; a=nb_session=s", None, id="look-alikes"),
        pytest.param(HTTP, "__Host-nb_session=s", None, id="the other's name over http"),
        pytest.param(HTTPS, "nb_session=s", None, id="the other's name over https"),
        pytest.param(HTTPS, "nb_session=x; __Host-nb_session=s", "s", id="both names over https"),
        pytest.param(HTTPS, "__host-nb_session=s", None, id="in other letters over https"),
    ],
)
def test_given_cookies_when_read_then_only_the_exact_name_counts(
    scheme: str, cookie: str, secret: str | None
) -> None:
    assert session_secret(head(headers={"cookie": cookie}, scheme=scheme)) == secret


@pytest.mark.parametrize(
    "lines",
    [
        [("cookie", "nb_session=a; nb_session=b")],
        [("cookie", "nb_session=a"), ("cookie", "nb_session=a")],
        [("cookie", "nb_session=a; nb_session=")],
    ],
    ids=["in one line", "in two lines", "one of them empty"],
)
def test_given_two_cookies_of_our_name_when_read_then_neither_counts(
    lines: list[tuple[str, str]],
) -> None:
    with pytest.raises(AmbiguousCookieError):
        session_secret(head(lines=lines))


def test_given_tls_when_kept_then_only_this_host_gets_it_and_only_over_tls() -> None:
    name, value = keeping(head(scheme="https"), "s")

    assert name == b"set-cookie"
    assert value == b"__Host-nb_session=s; Path=/; HttpOnly; SameSite=Lax; Secure"


def test_given_http_when_kept_and_forgotten_then_it_is_the_same_cookie() -> None:
    assert keeping(head(), "s")[1] == b"nb_session=s; Path=/; HttpOnly; SameSite=Lax"
    assert (
        b"set-cookie",
        b"nb_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0",
    ) in forgetting(head())


def test_given_http_when_forgotten_then_those_set_for_the_sign_outs_path_are_too() -> None:
    paths = [value.split(b"; ")[1] for _, value in forgetting(head())]

    assert paths == [b"Path=/", b"Path=/session", b"Path=/session/", b"Path=/session/end"]


def test_given_tls_when_forgotten_then_there_is_one_path() -> None:
    (forgotten,) = forgetting(head(scheme="https"))

    assert forgotten[1].startswith(b"__Host-nb_session=; Path=/; ")
