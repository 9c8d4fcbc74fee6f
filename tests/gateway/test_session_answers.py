"""Signing in and out over a real server: what a browser sends, and what it gets.

Requirement                                            test
a ticket becomes a cookie, once                        ..._when_brought_..., ..._twice_...
a new sign-in ends the session before                  ..._signs_in_again_...
only POST, only from our own page                      ..._other_method_..., ..._other_page_...
sign-out needs the token, and ends all that is open    ..._signs_out_...
a cookie of another port can't keep a session alive    ..._another_port_..., ..._two_cookies_...
"""

from __future__ import annotations

import aiohttp
import pytest

from nbcore.sessions import csrf_token
from tests.gateway.doors import Door
from tests.gateway.rig import Served


def own_page(door: Door, **more: str) -> dict[str, str]:
    return {"Origin": door.origin, "Content-Type": "text/plain", **more}


def csrf(door: Door, cookie: dict[str, str]) -> str:
    session = door.session(cookie)
    assert session
    return csrf_token(session.key)


async def test_given_a_ticket_when_brought_then_the_cookie_opens_the_app(
    door: Door, browser: aiohttp.ClientSession
) -> None:
    url = f"{door.origin}/session/open"

    async with browser.post(url, data=door.ticket(), headers=own_page(door)) as response:
        cookie = response.headers["Set-Cookie"]
        assert response.status == 204
    async with browser.get(
        f"{door.origin}/media/x", headers={"Cookie": cookie.partition(";")[0]}
    ) as response:
        told = await response.text()

    assert cookie.startswith("nb_session=")
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Lax")
    assert "x-nb-session: " in told
    assert "x-nb-client: 127.0.0.1" in told
    assert "cookie:" not in told


async def test_given_a_ticket_when_brought_twice_then_the_second_gets_nothing(
    door: Door, browser: aiohttp.ClientSession
) -> None:
    ticket, statuses = door.ticket(), []

    for body in (ticket, ticket, "", "x" * 300):
        async with browser.post(
            f"{door.origin}/session/open", data=body, headers=own_page(door)
        ) as response:
            statuses.append((response.status, "Set-Cookie" in response.headers))

    assert statuses == [(204, True), (403, False), (403, False), (413, False)]


async def test_given_a_session_when_somebody_signs_in_again_then_the_one_before_ends(
    door: Door, browser: aiohttp.ClientSession
) -> None:
    before = door.sign_in("bob")

    async with browser.post(
        f"{door.origin}/session/open", data=door.ticket(), headers=own_page(door, **before)
    ) as response:
        assert response.status == 204

    assert door.session(before) is None


@pytest.mark.parametrize("path", ["open", "end"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_given_another_method_when_asked_then_405(
    door: Door, browser: aiohttp.ClientSession, path: str, method: str
) -> None:
    async with browser.request(
        method, f"{door.origin}/session/{path}", headers=own_page(door)
    ) as response:
        assert response.status == 405
        assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "path", ["/session", "/session/", "/session/x", "/SESSION/open", "//session/open", "/%73ession"]
)
async def test_given_what_only_looks_like_it_when_asked_then_the_app_never_sees_it(
    door: Door, browser: aiohttp.ClientSession, path: str
) -> None:
    cookie = door.sign_in()

    async with browser.post(door.origin + path, headers=own_page(door, **cookie)) as response:
        assert response.status == 404


@pytest.mark.parametrize("origin", ["http://evil.example", "null", None])
@pytest.mark.parametrize("path", ["open", "end"])
async def test_given_another_page_when_it_posts_then_403_and_nothing_happens(
    door: Door, browser: aiohttp.ClientSession, path: str, origin: str | None
) -> None:
    cookie, ticket = door.sign_in(), door.ticket()
    body = ticket if path == "open" else csrf(door, cookie)
    headers = {**cookie, **({"Origin": origin} if origin else {})}

    async with browser.post(
        f"{door.origin}/session/{path}", data=body, headers=headers
    ) as response:
        assert response.status == 403
        assert "Set-Cookie" not in response.headers

    assert door.session(cookie)


@pytest.mark.parametrize("prefix", ["", "csrf="], ids=["from a script", "from a form"])
async def test_given_the_token_when_it_signs_out_then_the_cookie_is_worth_nothing(
    door: Door, browser: aiohttp.ClientSession, prefix: str
) -> None:
    cookie = door.sign_in()

    async with browser.post(
        f"{door.origin}/session/end",
        data=prefix + csrf(door, cookie),
        headers=own_page(door, **cookie, Accept="text/html" if prefix else "*/*"),
        allow_redirects=False,
    ) as response:
        assert response.status == (303 if prefix else 204)
        assert "Max-Age=0" in response.headers["Set-Cookie"]
    async with browser.get(f"{door.origin}/media/x", headers=cookie) as response:
        assert response.status == 401


@pytest.mark.parametrize("body", ["", "wrong", "ü"])
async def test_given_no_token_when_it_signs_out_then_403_and_the_session_goes_on(
    door: Door, browser: aiohttp.ClientSession, body: str
) -> None:
    cookie = door.sign_in()

    async with browser.post(
        f"{door.origin}/session/end", data=body, headers=own_page(door, **cookie)
    ) as response:
        assert response.status == 403

    assert door.session(cookie)


def beside(*cookies: dict[str, str]) -> dict[str, str]:
    return {"Cookie": "; ".join(cookie["Cookie"] for cookie in cookies)}


@pytest.mark.parametrize("step", [1, -1], ids=["before ours", "after ours"])
async def test_given_a_cookie_that_another_port_set_when_it_signs_out_then_the_session_ends(
    door: Door, browser: aiohttp.ClientSession, step: int
) -> None:
    mine, theirs, bobs = door.sign_in(), {"Cookie": "nb_session=planted"}, door.sign_in("bob")
    cookies = [theirs, bobs, mine][::step]

    async with browser.post(
        f"{door.origin}/session/end",
        data=csrf(door, mine),
        headers=own_page(door, **beside(*cookies)),
    ) as response:
        assert response.status == 204
        forgotten = response.headers.getall("Set-Cookie")

    assert door.session(mine) is None
    assert door.session(bobs)
    assert any("; Path=/session; " in one and "; Max-Age=0" in one for one in forgotten)


@pytest.mark.parametrize(("action", "status"), [("end", 403), ("open", 400)])
async def test_given_two_cookies_when_no_token_fits_then_nothing_ends_and_nothing_opens(
    door: Door, browser: aiohttp.ClientSession, action: str, status: int
) -> None:
    mine, bobs = door.sign_in(), door.sign_in("bob")

    async with browser.post(
        f"{door.origin}/session/{action}",
        data=door.ticket(),
        headers=own_page(door, **beside(mine, bobs)),
    ) as response:
        assert response.status == status
        assert "Set-Cookie" not in response.headers

    assert door.session(mine)
    assert door.session(bobs)


async def test_given_open_sockets_when_it_signs_out_then_they_close_at_once(
    door: Door, browser: aiohttp.ClientSession
) -> None:
    cookie, other = door.sign_in(), door.sign_in("bob")
    url = f"{door.origin}/_stcore/endless"
    mine = await browser.ws_connect(url, headers={**cookie, "Origin": door.origin})
    theirs = await browser.ws_connect(url, headers={**other, "Origin": door.origin})
    assert (await mine.receive_str(), await theirs.receive_str()) == ("the app", "the app")

    async with browser.post(
        f"{door.origin}/session/end", data=csrf(door, cookie), headers=own_page(door, **cookie)
    ):
        ended = await mine.receive(timeout=5)

    assert (ended.type, ended.data) == (aiohttp.WSMsgType.CLOSE, 4401)
    assert not theirs.closed
    await theirs.close()


async def test_given_sign_in_is_off_when_asked_then_404(
    gateway: Served, browser: aiohttp.ClientSession
) -> None:
    origin = gateway.origin
    async with browser.post(f"{origin}/session/open", headers={"Origin": origin}) as response:
        assert response.status == 404


async def test_given_a_sign_out_when_it_is_tried_then_there_is_an_audit_line(
    door: Door, browser: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    cookie = door.sign_in()
    caplog.set_level("INFO", "nbcore.audit")

    for body in ("wrong", csrf(door, cookie)):
        async with browser.post(
            f"{door.origin}/session/end", data=body, headers=own_page(door, **cookie)
        ):
            pass

    assert [line for line in caplog.messages if "sign-out" in line] == [
        "user=alice verb=sign-out outcome=denied address=127.0.0.1",
        "user=alice verb=sign-out outcome=allowed address=127.0.0.1",
    ]
