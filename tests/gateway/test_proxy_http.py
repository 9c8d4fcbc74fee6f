"""The proxy over real servers: a browser's connection in, a notebook's server behind.

Covered: paths, headers and bodies both ways. Streams have a file of their own.
"""

from __future__ import annotations

import hashlib
import io
import os

import aiohttp
import pytest
from aiohttp import web

from tests.gateway.rig import Serve, Served, url


async def echo(request: web.BaseRequest) -> web.StreamResponse:
    body = await request.read()
    return web.json_response(
        {
            "method": request.method,
            "path": request.raw_path,
            "headers": [[name, value] for name, value in request.headers.items()],
            "body": body.decode("latin-1"),
        }
    )


@pytest.mark.parametrize(
    ("ide", "asked", "seen"),
    [
        pytest.param("jupyter", "/notebook/demo/nb/lab", "/notebook/demo/nb/lab", id="kept prefix"),
        pytest.param("code-server", "/notebook/demo/nb/", "/", id="stripped prefix"),
        pytest.param("code-server", "/notebook/demo/nb/a?b=c", "/a?b=c", id="stripped, a query"),
        pytest.param(
            "jupyter",
            "/notebook/demo/nb/files/a%2Fb%20c%25?x=%26&y=a+b",
            "/notebook/demo/nb/files/a%2Fb%20c%25?x=%26&y=a+b",
            id="encoding untouched",
        ),
        pytest.param(
            "jupyter",
            "/notebook/demo/nb/a//b/@c;d=1",
            "/notebook/demo/nb/a//b/@c;d=1",
            id="inner double slash and reserved characters",
        ),
    ],
)
async def test_given_a_raw_path_when_asked_then_the_notebook_sees_it_unchanged(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession, ide: str, asked: str, seen: str
) -> None:
    await serve(echo, ide=ide)

    async with browser.get(url(gateway, asked)) as response:
        answer = await response.json()

    assert answer["path"] == seen


async def test_given_rstudio_when_asked_then_it_is_told_its_prefix_once(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    await serve(echo, ide="rstudio")

    async with browser.get(
        url(gateway, "/notebook/demo/nb/x"), headers={"X-RStudio-Root-Path": "/evil/"}
    ) as response:
        headers = (await response.json())["headers"]

    roots = [value for name, value in headers if name.lower() == "x-rstudio-root-path"]
    assert roots == ["/notebook/demo/nb/"]


async def test_given_cookies_and_forged_headers_when_asked_then_only_the_notebooks_own_arrive(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    await serve(echo)
    sent = {
        "Cookie": "_streamlit_xsrf=1; nb_session=secret; _xsrf=2; __Host-nb_session=x",
        "X-NB-User": "admin",
        "Impersonate-User": "admin",
        "X_Nb_User": "admin",
        "Connection": "keep-alive, X-Hop",
        "X-Hop": "1",
        "Accept-Encoding": "br",
    }

    async with browser.get(url(gateway, "/notebook/demo/nb/"), headers=sent) as response:
        headers = {name.lower(): value for name, value in (await response.json())["headers"]}

    assert headers["cookie"] == "_xsrf=2"
    assert headers["host"] == f"127.0.0.1:{gateway.port}"
    assert headers["accept-encoding"] == "br"
    assert {"x-nb-user", "impersonate-user", "x_nb_user", "x-hop"}.isdisjoint(headers)


async def test_given_two_cookies_when_answered_then_both_lines_arrive_bound_to_the_prefix(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    async def cookies(_request: web.BaseRequest) -> web.StreamResponse:
        response = web.Response(text="ok")
        response.headers.add("Set-Cookie", "_xsrf=a|b; Path=/; Domain=127.0.0.1; HttpOnly")
        response.headers.add("Set-Cookie", "username-x=1; expires=Mon, 01 Jan 2029 00:00:00 GMT")
        response.headers.add("Set-Cookie", "nb_session=evil; Path=/")
        response.headers.add("Set-Cookie", "_streamlit_user=evil; Path=/")
        return response

    await serve(cookies)

    async with browser.get(url(gateway, "/notebook/demo/nb/")) as response:
        lines = response.headers.getall("Set-Cookie")

    assert lines == [
        "_xsrf=a|b; HttpOnly; Path=/notebook/demo/nb/",
        "username-x=1; expires=Mon, 01 Jan 2029 00:00:00 GMT; Path=/notebook/demo/nb/",
    ]


async def test_given_a_redirect_inside_when_answered_then_it_passes(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    async def redirect(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/notebook/demo/nb/lab?x=1"})

    await serve(redirect)

    async with browser.get(url(gateway, "/notebook/demo/nb/"), allow_redirects=False) as response:
        assert response.status == 302
        assert response.headers["Location"] == "/notebook/demo/nb/lab?x=1"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 201, 200])
async def test_given_a_redirect_outside_when_answered_then_the_response_is_replaced(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession, status: int
) -> None:
    async def redirect(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(
            status=status, text="private", headers={"Location": "/", "Set-Cookie": "a=b"}
        )

    await serve(redirect)

    async with browser.get(url(gateway, "/notebook/demo/nb/"), allow_redirects=False) as response:
        body = await response.text()

    assert response.status == 502
    assert "Location" not in response.headers
    assert "Set-Cookie" not in response.headers
    assert "private" not in body


async def test_given_origin_wide_headers_when_answered_then_they_are_dropped(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    forbidden = {
        "Service-Worker-Allowed": "/",
        "Clear-Site-Data": '"cookies"',
        "Strict-Transport-Security": "max-age=1",
        "Alt-Svc": 'h2=":1"',
        "NEL": "{}",
        "Refresh": "0; url=/",
        "Access-Control-Allow-Origin": "*",
        "X-Frame-Options": "ALLOWALL",
        "Cross-Origin-Opener-Policy": "unsafe-none",
    }

    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(
            text="ok", headers={**forbidden, "Content-Security-Policy": "img-src x"}
        )

    await serve(answer)

    async with browser.get(url(gateway, "/notebook/demo/nb/")) as response:
        headers = response.headers

    assert [headers.get(name) for name in list(forbidden)[:-2]] == [None] * 7
    assert headers.getall("X-Frame-Options") == ["SAMEORIGIN"]
    assert headers.getall("Cross-Origin-Opener-Policy") == ["noopener-allow-popups"]
    own, ours = headers.getall("Content-Security-Policy")
    assert own == "img-src x"
    assert f"connect-src {gateway.origin}/notebook/demo/nb/" in ours


async def test_given_compressed_content_when_answered_then_bytes_and_length_are_the_same(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    body = os.urandom(1000)

    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=body, headers={"Content-Encoding": "gzip"})

    await serve(answer)

    async with browser.get(url(gateway, "/notebook/demo/nb/")) as response:
        received = await response.read()

    assert received == body
    assert response.headers["Content-Length"] == "1000"


async def test_given_head_and_304_when_answered_then_there_is_no_body(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "HEAD":
            return web.Response(text="twelve bytes")
        return web.Response(status=304, headers={"ETag": "x"})

    await serve(answer)

    async with browser.head(url(gateway, "/notebook/demo/nb/")) as head:
        assert (head.status, head.headers["Content-Length"]) == (200, "12")
    async with browser.get(url(gateway, "/notebook/demo/nb/")) as unchanged:
        assert (unchanged.status, await unchanged.read()) == (304, b"")


async def test_given_uploads_with_and_without_length_when_sent_then_they_arrive_whole(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    framings: list[str] = []

    async def digest(request: web.BaseRequest) -> web.StreamResponse:
        framings.append(request.headers.get("Content-Length", "chunked"))
        seen = hashlib.sha256()
        async for chunk in request.content.iter_any():
            seen.update(chunk)
        return web.Response(text=seen.hexdigest())

    async def pieces() -> object:
        for _ in range(64):
            yield b"x" * 65536

    await serve(digest)
    whole = b"x" * (64 * 65536)
    expected = hashlib.sha256(whole).hexdigest()
    target, origin = url(gateway, "/notebook/demo/nb/up"), {"Origin": gateway.origin}

    async with browser.post(target, data=io.BytesIO(whole), headers=origin) as known:
        assert await known.text() == expected
    async with browser.put(target, data=pieces(), headers=origin) as chunked:
        assert await chunked.text() == expected

    assert framings == [str(len(whole)), "chunked"]


async def test_given_an_early_refusal_when_uploading_then_the_browser_sees_it(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    async def refuse(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=413, text="too big")

    await serve(refuse)

    async with browser.post(
        url(gateway, "/notebook/demo/nb/"), data=b"x" * 1000, headers={"Origin": gateway.origin}
    ) as response:
        assert (response.status, await response.text()) == (413, "too big")
