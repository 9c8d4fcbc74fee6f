"""The attack table of paths: what leads where, on the raw form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.routes import (
    Malformed,
    Nowhere,
    ToApp,
    ToNotebook,
    WithoutSlash,
    ascii_path,
    is_inside,
    route,
    upstream_path,
)


@pytest.mark.parametrize(
    "path", ["/", "/new", "/notebooks", "/notebook-x/", "/_stcore/stream", "/a%2Fb", "/details"]
)
def test_given_another_path_when_routed_then_it_is_the_apps(path: str) -> None:
    assert route(path) == ToApp()


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("/notebook/demo/nb/", ""),
        ("/notebook/demo/nb/lab", "lab"),
        ("/notebook/demo/nb/files/a%2Fb%20c", "files/a%2Fb%20c"),
        ("/notebook/demo/nb/a//b", "a//b"),
        ("/notebook/demo/nb/%252e%252e/x", "%252e%252e/x"),
        ("/notebook/demo/nb/..a/.b/c..", "..a/.b/c.."),
    ],
)
def test_given_a_notebooks_path_when_routed_then_the_rest_is_untouched(
    path: str, rest: str
) -> None:
    assert route(path) == ToNotebook("demo", "nb", rest)


def test_given_no_last_slash_when_routed_then_it_is_offered() -> None:
    assert route("/notebook/demo/nb") == WithoutSlash("/notebook/demo/nb/")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/notebook", id="the prefix alone"),
        pytest.param("/notebook/", id="the prefix with its slash"),
        pytest.param("/notebook/demo", id="a namespace alone"),
        pytest.param("/notebook/demo/", id="a namespace with its slash"),
        pytest.param("/notebook//nb/", id="an empty namespace"),
        pytest.param("/notebook/demo//", id="an empty name"),
        pytest.param("/notebook/Demo/nb/", id="a capital"),
        pytest.param("/notebook/d%65mo/nb/", id="an encoded letter"),
        pytest.param("/notebook/demo%2Fnb/", id="an encoded slash as separator"),
        pytest.param("/notebook/demo/nb%2F/", id="an encoded slash in the name"),
        pytest.param("/notebook/demo/1nb/", id="a digit in front"),
        pytest.param("/notebook/demo/" + "a" * 53 + "/", id="a name too long"),
        pytest.param("/notebook/" + "a" * 64 + "/nb/", id="a namespace too long"),
        pytest.param("/notebook/demo/nb;x/", id="a path parameter"),
        pytest.param("/notebook/demo/nb\xe9/", id="beyond ASCII"),
        pytest.param("//notebook/demo/nb/", id="two slashes in front"),
        pytest.param("/%6eotebook/demo/nb/", id="an encoded prefix"),
        pytest.param("/notebook%2Fdemo/nb/", id="an encoded slash behind the prefix"),
        pytest.param("/NOTEBOOK/demo/nb/", id="capitals in the prefix"),
        pytest.param("/%5Cnotebook%5Cdemo", id="backslashes"),
    ],
)
def test_given_a_path_like_ours_when_routed_then_it_leads_nowhere(path: str) -> None:
    assert route(path) == Nowhere()


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("", id="empty"),
        pytest.param("*", id="asterisk form"),
        pytest.param("http://evil.example/notebook/demo/nb/", id="absolute form"),
        pytest.param("/notebook/demo/nb/../other/", id="dots"),
        pytest.param("/notebook/demo/nb/..", id="dots at the end"),
        pytest.param("/notebook/demo/nb/./x", id="one dot"),
        pytest.param("/notebook/demo/nb/%2e%2e/other/", id="encoded dots"),
        pytest.param("/notebook/demo/nb/.%2E/other/", id="half encoded dots"),
        pytest.param("/notebook/demo/nb/..%2Fother/", id="dots and an encoded slash"),
        pytest.param("/notebook/demo/nb/%2e%2e%2fother/", id="all encoded"),
        pytest.param("/notebook/demo/nb/..\\other/", id="dots and a backslash"),
        pytest.param("/notebook/demo/nb/..%5Cother/", id="dots and an encoded backslash"),
        pytest.param("/notebook/demo/nb//evil.example/", id="a host behind the prefix"),
        pytest.param("/notebook/demo/nb/\\evil.example/", id="a host behind a backslash"),
        pytest.param("/notebook/demo/nb/a%0d%0aSet-Cookie:x", id="a line break"),
        pytest.param("/notebook/demo/nb/%00", id="a zero byte"),
        pytest.param("/notebook/../notebook/demo/nb/", id="dots before the namespace"),
        pytest.param("/x/../notebook/demo/nb/", id="into the prefix from the app"),
        pytest.param("/static/%2e%2e/secret", id="encoded dots at the app"),
    ],
)
def test_given_a_path_of_two_readings_when_routed_then_it_is_refused(path: str) -> None:
    assert isinstance(route(path), Malformed)


@given(st.text(alphabet="/.%2eEfF5cC\\ab;", max_size=20))
def test_given_any_rest_when_routed_then_it_stays_below_the_prefix(rest: str) -> None:
    where = route("/notebook/demo/nb/" + rest)

    if isinstance(where, ToNotebook):
        assert where.prefix == "/notebook/demo/nb/"
        assert is_inside(where.prefix + where.rest, where.prefix)


def test_given_an_ide_when_asked_then_the_prefix_is_kept_or_stripped() -> None:
    target = ToNotebook("demo", "nb", "a%20b/")

    assert upstream_path(target, strips_prefix=False) == "/notebook/demo/nb/a%20b/"
    assert upstream_path(target, strips_prefix=True) == "/a%20b/"


def test_given_bytes_beyond_ascii_when_sent_on_then_only_they_are_encoded() -> None:
    assert ascii_path("/a%2Fb/é?") == "/a%2Fb/%E9?"
