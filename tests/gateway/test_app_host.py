"""The app's host over a real server: who is let through, who may open what, what is told."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web

from nbcore.access import may_open
from tests.gateway.doors import Door
from tests.gateway.rig import OWN_HOST, Serve, url

VISIT = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
LAB = "/notebook/demo/nb/lab?a=b"


async def private(_request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(text="private")


async def endless(request: web.BaseRequest) -> web.StreamResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.send_str("open")
    await socket.receive()
    return socket


@pytest.mark.parametrize("path", ["/component/x", "/media/x.csv", "/_stcore/upload_file/x"])
async def test_given_nobody_when_the_app_is_asked_then_401_and_it_never_hears_of_it(
    door: Door, browser: aiohttp.ClientSession, path: str
) -> None:
    async with browser.get(door.origin + path) as response:
        assert response.status == 401
        assert not (await response.text()).startswith("the app")
    async with browser.get(door.origin + path, headers=door.sign_in()) as response:
        assert (await response.text()).startswith("the app")


async def test_given_nobody_when_the_frame_is_visited_then_no_session_is_told(
    door: Door, browser: aiohttp.ClientSession
) -> None:
    forged = {"X-NB-Session": "forged", "X_NB_Session": "forged", "X-NB-Client": "1.1.1.1"}

    async with browser.get(f"{door.origin}/new", headers={**VISIT, **forged}) as response:
        told = (await response.text()).lower()

    assert "session" not in told
    assert "x-nb-client: 127.0.0.1" in told
    assert "1.1.1.1" not in told


async def test_given_nobody_when_a_notebook_is_visited_then_the_sign_in_leads_back(
    door: Door, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    await serve(private)

    async with browser.get(url(door.served, LAB), headers=VISIT, allow_redirects=False) as response:
        assert response.status == 303
        assert response.headers["Location"] == "/?next=/notebook/demo/nb/lab%3Fa%3Db"
    async with browser.get(url(door.served, LAB)) as response:
        assert response.status == 401


@pytest.mark.parametrize("cookie", ["nb_session=x", "__Host-nb_session={}", "NB_SESSION={}"])
async def test_given_a_cookie_that_is_none_when_asked_then_401(
    door: Door, browser: aiohttp.ClientSession, cookie: str
) -> None:
    secret = door.sign_in()["Cookie"].partition("=")[2]

    async with browser.get(
        f"{door.origin}/media/x", headers={"Cookie": cookie.format(secret)}
    ) as response:
        assert response.status == 401


@pytest.mark.parametrize(
    ("host", "path"),
    [(at, path) for at in ("127.0.0.1", "localhost") for path in ("/", "/media/x", "/session/end")]
    + [("127.0.0.1", LAB), (OWN_HOST, LAB)],
)
async def test_given_two_cookies_of_our_name_when_asked_then_400_and_they_are_forgotten(
    door: Door, serve: Serve, browser: aiohttp.ClientSession, host: str, path: str
) -> None:
    await serve(private)
    door.let_open()
    cookie = door.sign_in()["Cookie"]

    async with browser.get(
        url(door.served, path),
        headers={"Cookie": f"{cookie}; nb_session=other", "Host": f"{host}:{door.served.port}"},
    ) as response:
        assert response.status == 400
        assert response.headers["Clear-Site-Data"] == '"cookies"'


async def test_given_the_right_when_opened_then_one_line_says_who_and_from_where(
    door: Door, serve: Serve, browser: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    await serve(private)
    door.let_open("alice")
    caplog.set_level("INFO", "nbcore.audit")

    for user, status in (("alice", 200), ("bob", 403)):
        async with browser.get(
            url(door.served, LAB), headers={**VISIT, **door.sign_in(user)}
        ) as response:
            assert response.status == status

    assert [line.partition(" resource=")[0] for line in caplog.messages] == [
        "user=alice verb=create outcome=allowed",
        "user=bob verb=create outcome=denied",
    ]
    assert all("namespace=demo name=nb address=127.0.0.1" in line for line in caplog.messages)


async def test_given_no_right_when_opened_then_a_page_says_who_what_and_whom_to_ask(
    door: Door, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    await serve(private)

    async with browser.get(url(door.served, LAB), headers={**VISIT, **door.sign_in()}) as response:
        page = await response.text()

    assert response.status == 403
    assert all(word in page for word in ("alice", "nb", "demo", "create notebooks/connect"))
    assert "private" not in page


@pytest.mark.parametrize(("may_list", "status"), [(False, 403), (True, 404)])
async def test_given_no_right_when_names_are_tried_then_only_those_who_list_learn_of_them(
    door: Door, serve: Serve, browser: aiohttp.ClientSession, status: int, *, may_list: bool
) -> None:
    await serve(private)
    if may_list:
        door.let_open()
        door.answers.allowed.discard(("alice", may_open("demo", "nb")))
    answers = []

    for name in ("nb", "none"):
        async with browser.get(
            url(door.served, f"/notebook/demo/{name}/"), headers=door.sign_in()
        ) as response:
            answers.append((response.status, (await response.text()).replace(name, "*")))

    assert [one for one, _ in answers] == [403, status]
    assert may_list or answers[0] == answers[1]


async def test_given_an_api_that_is_away_when_opened_then_503_and_never_open(
    door: Door, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    await serve(private)
    door.let_open()
    door.answers.is_away = True

    async with browser.get(url(door.served, LAB), headers={**VISIT, **door.sign_in()}) as response:
        assert response.status == 503
        assert "does not answer" in await response.text()


async def test_given_many_requests_at_once_when_nothing_is_known_then_one_question_is_asked(
    door: Door, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    await serve(private)
    door.let_open()
    door.answers.seconds = 0.2
    cookie = door.sign_in()

    async def status() -> int:
        async with browser.get(url(door.served, LAB), headers=cookie) as response:
            return response.status

    assert await asyncio.gather(*(status() for _ in range(10))) == [200] * 10
    assert len(door.answers.asked) < 5


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("the right is taken away", 4403),
        ("the password is changed", 4401),
        ("the session is ended elsewhere", 4401),
    ],
)
async def test_given_an_open_socket_when_its_ground_goes_then_it_closes_and_says_why(
    door: Door, serve: Serve, browser: aiohttp.ClientSession, change: str, code: int
) -> None:
    await serve(endless)
    door.let_open()
    cookie = door.sign_in()
    socket = await browser.ws_connect(
        f"{door.origin}/notebook/demo/nb/kernel", headers={**cookie, "Origin": door.origin}
    )
    assert await socket.receive_str() == "open"

    session = door.session(cookie)
    assert session
    match code, change:
        case 4403, _:
            door.answers.allowed.clear()
        case _, "the password is changed":
            door.stamps["alice"] = "2"
        case _:
            door.sessions.end(session.key)
    ended = await socket.receive(timeout=10)

    assert (ended.type, ended.data) == (aiohttp.WSMsgType.CLOSE, code)


async def test_given_an_open_socket_when_the_api_is_away_for_a_moment_then_it_stays(
    door: Door, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    await serve(endless)
    door.let_open()
    socket = await browser.ws_connect(
        f"{door.origin}/notebook/demo/nb/kernel",
        headers={**door.sign_in(), "Origin": door.origin},
    )
    assert await socket.receive_str() == "open"

    door.answers.is_away = True
    asked = len(door.answers.asked)
    await asyncio.to_thread(door.answers.wait_for, asked + 2)

    assert not socket.closed
    await socket.close()


@pytest.mark.parametrize("code", [4401, 4403])
async def test_given_no_answer_about_one_when_the_ground_of_another_goes_then_it_closes(
    door: Door, serve: Serve, browser: aiohttp.ClientSession, code: int
) -> None:
    await serve(endless)

    async def opened(user: str) -> aiohttp.ClientWebSocketResponse:
        door.let_open(user)
        headers = {**door.sign_in(user), "Origin": door.origin}
        socket = await browser.ws_connect(f"{door.origin}/notebook/demo/nb/k", headers=headers)
        assert await socket.receive_str() == "open"
        return socket

    sockets = {user: await opened(user) for user in ("alice", "bob")}
    # Each of the two in turn, because nobody knows who is judged first.
    for unknown, other in (("alice", "bob"), ("bob", "alice")):
        door.answers.away_about = {unknown}
        if code == 4401:
            door.stamps[other] += "+"
        else:
            door.answers.allowed.discard((other, may_open("demo", "nb")))

        ended = await sockets[other].receive(timeout=5)

        assert ended.data == code
        assert not sockets[unknown].closed
        door.answers.away_about = set()
        sockets[other] = await opened(other)


async def test_given_an_endless_answer_when_the_right_goes_then_it_breaks_off(
    door: Door, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    async def events(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first")
        await asyncio.Event().wait()
        return response

    await serve(events)
    door.let_open()

    async with browser.get(url(door.served, LAB), headers=door.sign_in()) as response:
        assert await response.content.readany() == b"first"
        door.answers.allowed.clear()
        with pytest.raises(aiohttp.ClientPayloadError):
            await asyncio.wait_for(response.content.read(), 10)


@pytest.mark.parametrize(
    ("headers", "is_here"),
    [
        ({}, True),
        ({"X-Forwarded-For": "203.0.113.9"}, False),
        ({"Via": "1.1 proxy", "X-NB-Here": "1"}, False),
    ],
)
async def test_given_a_proxy_on_this_machine_when_the_app_asks_then_nobody_is_taken_to_be_here(
    door: Door, browser: aiohttp.ClientSession, headers: dict[str, str], *, is_here: bool
) -> None:
    async with browser.get(url(door.served, "/"), headers={**VISIT, **headers}) as response:
        assert ("x-nb-here: 1" in await response.text()) is is_here
