"""A notebook on its own host name, and the way there, over a real server.

Request                                   answer
a visit at the app's host                 303 to the notebook's host with a ticket, once
anything else for a notebook there        421
a visit at the notebook's host            303 to the app's host for a ticket
anything else there without a cookie      401
anything but this notebook there          404
"""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from tests.gateway.doors import Door
from tests.gateway.rig import Serve, Served

VISIT = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
LAB = "/notebook/demo/nb/lab/tree?reset&path=%2Fa"


class Tab:
    """Asks one server under any host name, and keeps no cookies by itself."""

    def __init__(self, port: int, browser: aiohttp.ClientSession) -> None:
        self.port, self._browser = port, browser
        self.app = f"http://localhost:{port}"
        self.notebook = f"http://nb--demo.localhost:{port}"

    async def get(self, url: str, **headers: str) -> aiohttp.ClientResponse:
        asked = URL(url, encoded=True)
        here = asked.with_host("127.0.0.1")
        async with self._browser.get(
            here, headers={"Host": f"{asked.host}:{self.port}", **headers}, allow_redirects=False
        ) as response:
            await response.read()
            return response

    async def visit(self, url: str, **headers: str) -> aiohttp.ClientResponse:
        return await self.get(url, **VISIT, **headers)


@pytest.fixture
def tab(door: Door, browser: aiohttp.ClientSession) -> Tab:
    return Tab(door.served.port, browser)


async def lab(request: web.BaseRequest) -> web.StreamResponse:
    told = {"path": request.raw_path, "host": request.host, **dict(request.headers)}
    return web.json_response(told)


async def test_given_a_visit_when_handed_over_then_it_arrives_with_path_query_and_own_cookie(
    door: Door, serve: Serve, tab: Tab
) -> None:
    await serve(lab)
    door.let_open()

    sent = await tab.visit(tab.app + LAB, **door.sign_in())
    entered = await tab.visit(sent.headers["Location"])
    cookie = entered.headers["Set-Cookie"]
    own = {"Cookie": cookie.partition(";")[0]}
    there = await tab.visit(tab.notebook + entered.headers["Location"], **own)
    shown = await tab.visit(tab.notebook + there.headers["Location"], **own)

    assert (sent.status, entered.status, there.status, shown.status) == (303, 303, 303, 200)
    assert sent.headers["Location"].startswith(tab.notebook + "/notebook/demo/nb/")
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Lax")
    told = await shown.json()
    assert (told["path"], told["host"]) == (LAB, f"nb--demo.localhost:{tab.port}")
    assert "Cookie" not in told


async def test_given_a_ticket_when_used_again_or_elsewhere_then_it_opens_nothing(
    door: Door, serve: Serve, tab: Tab
) -> None:
    await serve(lab)
    await serve(lab, name="other")
    door.let_open()
    cookie = door.sign_in()
    first = (await tab.visit(tab.app + LAB, **cookie)).headers["Location"]
    second = (await tab.visit(tab.app + LAB, **cookie)).headers["Location"]

    assert "Set-Cookie" in (await tab.visit(first)).headers
    again = await tab.visit(first)
    elsewhere = await tab.visit(second.replace("nb--", "other--").replace("/nb/", "/other/"))

    assert (again.status, "Set-Cookie" in again.headers) == (303, False)
    assert again.headers["Location"] == LAB
    assert "Set-Cookie" not in elsewhere.headers


async def test_given_no_cookie_when_a_notebooks_host_is_asked_then_visits_go_for_a_ticket(
    door: Door, serve: Serve, tab: Tab
) -> None:
    await serve(lab)
    door.let_open()

    visit = await tab.visit(tab.notebook + LAB)
    script = await tab.get(tab.notebook + LAB)
    apps_cookie = await tab.get(tab.notebook + LAB, **door.sign_in())

    assert (visit.status, visit.headers["Location"]) == (303, tab.app + LAB)
    assert (script.status, apps_cookie.status) == (401, 401)


async def test_given_a_browser_without_cookies_when_handed_over_then_it_hears_so_once(
    door: Door, serve: Serve, tab: Tab
) -> None:
    await serve(lab)
    door.let_open()
    sent = await tab.visit(tab.app + LAB, **door.sign_in())
    entered = await tab.visit(sent.headers["Location"])

    there = await tab.visit(tab.notebook + entered.headers["Location"])

    assert there.status == 403
    assert "cookie" in await there.text()


@pytest.mark.parametrize(
    "path",
    ["/", "/new", "/_stcore/stream", "/session/open", "/notebook/demo/other/", "/media/x", "/x"],
)
async def test_given_a_notebooks_host_when_anything_else_is_asked_then_404(
    door: Door, serve: Serve, tab: Tab, path: str
) -> None:
    await serve(lab)
    await serve(lab, name="other")
    door.let_open(name="other")

    answer = await tab.visit(tab.notebook + path, **door.sign_in())

    assert answer.status == 404
    assert f'href="{tab.app}/"' in await answer.text()


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example/",
        "https://evil.example/",
        "/notebook/demo/other/",
        "/notebook/demo/nb/../x",
        "/notebook/demo/nb/%0d%0aX: y",
        "/notebook/demo/nb/%250d%250aSet-Cookie: x=y",
        "",
    ],
)
async def test_given_an_address_that_leads_away_when_entered_then_it_is_not_followed(
    serve: Serve, tab: Tab, to: str
) -> None:
    await serve(lab)
    url = f"{tab.notebook}/notebook/demo/nb/.oneblock/enter?ticket=x&to={to.replace(' ', '%20')}"

    answer = await tab.visit(url)

    assert answer.status == 303
    assert answer.headers["Location"].startswith("/notebook/demo/nb/")
    assert "other" not in answer.headers["Location"]
    assert {"X", "Set-Cookie"}.isdisjoint(answer.headers)


async def test_given_the_apps_host_when_a_script_asks_for_a_notebook_then_421(
    door: Door, serve: Serve, tab: Tab
) -> None:
    await serve(lab)
    door.let_open()

    assert (await tab.get(tab.app + LAB, **door.sign_in())).status == 421


async def test_given_no_right_when_visited_then_no_ticket_is_made(
    door: Door, serve: Serve, tab: Tab
) -> None:
    await serve(lab)

    assert (await tab.visit(tab.app + LAB, **door.sign_in())).status == 403


async def test_given_a_sign_out_when_the_notebook_is_asked_then_its_cookie_is_worth_nothing(
    door: Door, serve: Serve, tab: Tab
) -> None:
    await serve(lab)
    door.let_open()
    cookie = door.sign_in()
    sent = await tab.visit(tab.app + LAB, **cookie)
    entered = await tab.visit(sent.headers["Location"])
    own = {"Cookie": entered.headers["Set-Cookie"].partition(";")[0]}
    before = await tab.get(tab.notebook + LAB, **own)

    session = door.session(cookie)
    assert session
    door.sessions.end(session.key)

    assert (before.status, (await tab.get(tab.notebook + LAB, **own)).status) == (200, 401)


async def test_given_a_browser_that_knows_no_such_names_when_noted_then_the_host_is_shared(
    door: Door, serve: Serve, tab: Tab, browser: aiohttp.ClientSession
) -> None:
    await serve(lab)
    door.let_open()
    cookie = door.sign_in()["Cookie"]

    async with browser.post(
        f"http://127.0.0.1:{tab.port}/session/shared-host",
        headers={"Host": f"localhost:{tab.port}", "Origin": tab.app},
    ) as response:
        note = response.headers["Set-Cookie"].partition(";")[0]
    shown = await tab.visit(tab.app + LAB, Cookie=f"{cookie}; {note}")

    assert (response.status, shown.status) == (204, 200)
    assert f"connect-src {tab.app}/notebook/demo/nb/" in shown.headers["Content-Security-Policy"]


async def test_given_a_page_that_probes_when_it_asks_another_name_then_it_hears_nothing_else(
    tab: Tab,
) -> None:
    answer = await tab.get(
        f"http://any.localhost:{tab.port}/.oneblock/here", **{"Sec-Fetch-Site": "cross-site"}
    )

    assert (answer.status, await answer.text()) == (204, "")


async def test_given_no_sign_in_when_visited_at_localhost_then_the_own_host_needs_no_ticket(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    await serve(lab)
    tab = Tab(gateway.port, browser)

    sent = await tab.visit(tab.app + LAB)

    assert (sent.status, sent.headers["Location"]) == (303, tab.notebook + LAB)
    assert (await tab.visit(tab.notebook + LAB)).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/notebook/demo/nb/../other/",
        "/notebook/demo/nb/%2e%2e/other/",
        "/notebook/demo/nb/..%2fother/",
        "/notebook/demo/nb//other/",
        "/notebook/demo/nb/%5c..%5cother/",
        "/notebook/demo/nb/%00",
        "/notebook/demo%2fnb/lab",
        "/notebook//demo/nb/lab",
        "//notebook/demo/nb/lab",
        "/notebook/demo/other/",
        "/notebook/other/nb/",
        "/Notebook/demo/nb/",
    ],
)
async def test_given_a_trick_in_the_path_when_asked_on_its_own_host_then_no_notebook_hears_of_it(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession, path: str
) -> None:
    heard: list[str] = []

    async def listening(request: web.BaseRequest) -> web.StreamResponse:
        heard.append(request.raw_path)
        return web.Response(text="private")

    await serve(listening)
    await serve(listening, name="other")
    tab = Tab(gateway.port, browser)

    answer = await tab.get(tab.notebook + path)

    assert answer.status in {400, 404}
    assert heard == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Cookie": "; ".join(f"c{number}=x" for number in range(800))}, 200),
        ({"Cookie": "; ".join(f"c{number}=xxxxxxxx" for number in range(6000))}, 431),
        ({"Cookie": "; ".join(["nb_session=x"] * 2000)}, 400),
        ({f"X-{number}": "x" for number in range(200)}, 431),
    ],
    ids=["many cookies", "too many cookies", "many of ours", "many headers"],
)
async def test_given_a_huge_head_when_asked_on_the_own_host_then_it_is_bounded(
    door: Door, serve: Serve, tab: Tab, headers: dict[str, str], status: int
) -> None:
    await serve(lab)
    door.let_open()
    sent = await tab.visit(tab.app + LAB, **door.sign_in())
    entered = await tab.visit(sent.headers["Location"])
    own = entered.headers["Set-Cookie"].partition(";")[0]

    cookie = "; ".join(filter(None, (own, headers.get("Cookie"))))
    answer = await tab.get(tab.notebook + LAB, **{**headers, "Cookie": cookie})

    assert answer.status == status
