"""A notebook whose page attacks its visitor, in a real browser: it reaches its own prefix alone.

Attack                                          what stops it
fetch of the app, of another notebook           connect-src with a path
the same after a redirect of its own            the gateway replaces the response
the app's WebSocket                             connect-src
a frame with the app or another notebook        frame-src, and X-Frame-Options of the app
a window of either, scripted                    Cross-Origin-Opener-Policy
a fetch from a worker made from a blob          connect-src, which the worker inherits
a module of type JSON from another notebook     connect-src
a service worker for the whole origin           Service-Worker-Allowed is dropped
a form that acts on the app                     form-action
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from playwright.async_api import Page, async_playwright

from tests.cluster.servers import cannot_run
from tests.gateway.rig import Serve, Served

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

PAGE = """<!doctype html><meta charset="utf-8"><title>evil</title><body>hello<script>
const tries = {
  fetch: async url => (await fetch(url)).status,
  socket: url => new Promise(done => {
    const socket = new WebSocket(url.replace(/^http/, "ws"));
    socket.onopen = () => done("open");
    socket.onerror = () => done("blocked");
  }),
  frame: url => new Promise(done => {
    const frame = document.createElement("iframe");
    frame.src = url;
    frame.onload = () => {
      try { done(frame.contentDocument.body.innerText || "blocked"); } catch { done("blocked"); }
    };
    document.body.append(frame);
    setTimeout(() => done("blocked"), 1500);
  }),
  window: url => new Promise(done => {
    const opened = window.open(url);
    setTimeout(() => {
      try {
        done(opened && !opened.closed ? opened.document.body.innerText || "blocked" : "blocked");
      } catch { done("blocked"); }
    }, 1500);
  }),
  worker: url => new Promise(done => {
    const code = `fetch("${url}").then(a => postMessage(a.status), () => postMessage("blocked"))`;
    const worker = new Worker(URL.createObjectURL(new Blob([code])));
    worker.onmessage = event => done(event.data);
    worker.onerror = () => done("blocked");
  }),
  module: async url => (await import(url, { with: { type: "json" } })).default.secret,
  service: async url => (await navigator.serviceWorker.register(url, { scope: "/" })).scope,
  form: url => new Promise(done => {
    const form = document.createElement("form");
    form.action = url; form.method = "post"; form.target = "elsewhere";
    addEventListener("securitypolicyviolation", event => done("blocked"));
    document.body.append(form); form.submit();
    setTimeout(() => done("sent"), 1500);
  }),
};
window.attack = async (how, path) => {
  try { return await tries[how](location.origin + path); } catch { return "blocked"; }
};
</script>"""


async def evil(request: web.BaseRequest) -> web.StreamResponse:
    """The attacker's notebook: its page, its redirect, its script, its socket."""
    match request.path.removeprefix("/notebook/demo/evil/"):
        case "":
            return web.Response(text=PAGE, content_type="text/html")
        case "away":
            return web.Response(status=302, headers={"Location": "/"})
        case "worker.js":
            return web.Response(
                text="", content_type="text/javascript", headers={"Service-Worker-Allowed": "/"}
            )
        case "socket":
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            await socket.receive()
            return socket
        case _:
            return web.json_response({"secret": "own"})


async def victim(_request: web.BaseRequest) -> web.StreamResponse:
    return web.json_response({"secret": "private"})


@pytest.fixture
async def evil_page(gateway: Served, serve: Serve) -> AsyncIterator[Page]:
    """The attacker's page, opened by its victim."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        cannot_run(f"no browser: none of {', '.join(BROWSERS)} is on PATH")
    await serve(evil, name="evil")
    await serve(victim, name="victim")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = await browser.new_page()
        await page.goto(f"http://localhost:{gateway.port}/notebook/demo/evil/")
        yield page
        await browser.close()


async def test_given_a_hostile_page_when_it_attacks_then_only_its_own_prefix_answers(
    evil_page: Page,
) -> None:
    app, other = "/", "/notebook/demo/victim/"

    async def result(how: str, path: str) -> object:
        return await evil_page.evaluate("([how, path]) => attack(how, path)", [how, path])

    assert await result("fetch", "/notebook/demo/evil/x") == 200
    assert await result("socket", "/notebook/demo/evil/socket") == "open"
    assert "own" in str(await result("frame", "/notebook/demo/evil/x"))
    assert await result("worker", "/notebook/demo/evil/x") == 200

    outcomes = {
        (how, path): await result(how, path)
        for how, path in [
            ("fetch", app),
            ("fetch", other),
            ("fetch", "/_stcore/health"),
            ("socket", "/_stcore/stream"),
            ("socket", other),
            ("frame", app),
            ("frame", other),
            ("window", app),
            ("window", "/notebook/demo/none/"),
            ("window", "/_stcore/health"),
            ("window", other),
            ("worker", app),
            ("worker", other),
            ("module", other),
            ("service", "/notebook/demo/evil/worker.js"),
            ("form", "/session"),
        ]
    }
    assert set(outcomes.values()) == {"blocked"}, outcomes
    assert len(evil_page.context.pages) == 5, "the windows were opened, and cut off"
    assert await result("fetch", "/notebook/demo/evil/away") == 502
