"""Notebooks that nobody has: what somebody who makes up names hears, and what the cluster is asked.

Visitor                        a notebook       a name that nobody has
may list                       403 or 200       404
may not list, may open it      200              403 as below
may do neither                 403              403, the same, as late
"""

from __future__ import annotations

import time

import aiohttp
import pytest
from aiohttp import web

from gateway.notebook_side import NO_SECONDS
from nbcore.access import may_list, may_open
from tests.gateway.doors import Door
from tests.gateway.rig import Serve, url


async def private(_request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(text="private")


async def told(
    door: Door, browser: aiohttp.ClientSession, path: str, cookie: dict[str, str]
) -> tuple[int, str]:
    """Status and text, without the names that were asked for."""
    async with browser.get(url(door.served, f"/notebook/{path}/"), headers=cookie) as response:
        text = await response.text()
    namespace, name = path.split("/")
    return response.status, text.replace(f" {name} ", " * ").replace(f" {namespace}:", " *:")


async def test_given_no_right_when_names_are_made_up_then_few_questions_and_one_answer(
    door: Door, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    await serve(private)
    cookie = door.sign_in()

    made_up = {
        await told(door, browser, path, cookie)
        for path in ("demo/a", "demo/b", "demo/c", "nowhere/a", "elsewhere/a", "demo/nb")
    }

    assert [status for status, _ in made_up] == [403]
    questions = {question for _, question in door.answers.asked}
    assert questions == {may_list("demo"), may_list(""), may_open("demo", "nb")}


@pytest.mark.parametrize("name", ["nb", "none"])
async def test_given_no_right_when_a_notebook_is_asked_for_then_its_answer_takes_its_time(
    door: Door, serve: Serve, browser: aiohttp.ClientSession, name: str
) -> None:
    await serve(private)
    cookie = door.sign_in()
    began = time.monotonic()

    await told(door, browser, f"demo/{name}", cookie)

    assert time.monotonic() - began >= NO_SECONDS


@pytest.mark.parametrize(("namespace", "asked"), [("demo", "demo"), ("nowhere", "")])
async def test_given_somebody_who_sees_the_list_when_a_name_is_made_up_then_404(
    door: Door, serve: Serve, browser: aiohttp.ClientSession, namespace: str, asked: str
) -> None:
    await serve(private)
    door.answers.allowed.add(("alice", may_list(asked)))

    status, _ = await told(door, browser, f"{namespace}/none", door.sign_in())

    assert status == 404
    assert door.answers.asked == [("alice", may_list(asked))]


async def test_given_the_right_to_one_name_when_asked_then_it_opens_as_soon_as_it_is_made(
    door: Door, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    await serve(private, name="other")
    door.answers.allowed.add(("alice", may_open("demo", "nb")))
    cookie = door.sign_in()

    before = await told(door, browser, "demo/nb", cookie)
    await serve(private)

    assert before == await told(door, browser, "demo/other", cookie)
    assert await told(door, browser, "demo/nb", cookie) == (200, "private")


async def test_given_a_name_that_nobody_has_when_visited_then_the_audit_log_says_no_verdict(
    door: Door,
    serve: Serve,
    browser: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await serve(private)
    caplog.set_level("INFO", "nbcore.audit")
    visit = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}

    await told(door, browser, "demo/none", {**visit, **door.sign_in()})

    assert ["outcome=failed" in line for line in caplog.messages] == [True]


async def test_given_notebooks_that_are_not_known_yet_when_asked_then_503_and_no_question(
    door: Door, browser: aiohttp.ClientSession
) -> None:
    door.served.cluster.is_synced = False

    status, _ = await told(door, browser, "demo/nb", door.sign_in())

    assert (status, door.answers.asked) == (503, [])
