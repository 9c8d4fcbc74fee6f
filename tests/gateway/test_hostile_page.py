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
a window with an answer of the server's own     it has the app's headers, too
a service worker for its own prefix             the gateway refuses its script
an image, script, style, subtitle of another    default-src with a path
the same after pretending to be at its address  default-src, which does not ask where it is
cookies until the app refuses every request     the refusal clears them
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from tests.cluster.servers import cannot_run
from tests.gateway.rig import Serve, Served

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

PAGE = """<!doctype html><meta charset="utf-8"><title>evil</title><body>hello<script>
const element = (name, attributes, read) => new Promise((done, refused) => {
  const made = Object.assign(document.createElement(name), attributes);
  made.onload = () => done(read(made)); made.onerror = refused;
  document.head.append(made);
});
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
  own: async url => (await navigator.serviceWorker.register(url)).scope,
  image: async url => { const image = new Image(); image.src = url; await image.decode();
    return image.width; },
  script: url => element("script", { src: url }, script => window.leak),
  style: url => element("link", { rel: "stylesheet", href: url },
    link => link.sheet.cssRules[0].cssText),
  style_module: async url => (await import(url, { with: { type: "css" } })).default
    .cssRules[0].cssText,
  subtitle: url => new Promise(done => {
    const video = document.createElement("video"), track = document.createElement("track");
    Object.assign(track, { kind: "subtitles", src: url, default: true });
    track.onload = () => done(track.track.cues[0].text);
    track.onerror = () => done("blocked");
    video.append(track); document.body.append(video); track.track.mode = "showing";
    setTimeout(() => done("blocked"), 1500);
  }),
  form: url => new Promise(done => {
    const form = document.createElement("form");
    form.action = url; form.method = "post"; form.target = "elsewhere";
    addEventListener("securitypolicyviolation", event => done("blocked"));
    document.body.append(form); form.submit();
    setTimeout(() => done("sent"), 1500);
  }),
};
window.attack = async (how, path) => {
  try { return await tries[how](new URL(path, location).href); } catch { return "blocked"; }
};
</script>"""


PRIVATE = {
    "p.svg": ("image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg" width="7" height="7"/>'),
    "s.js": ("text/javascript", "window.leak = 'private'"),
    "c.css": ("text/css", ".a { content: 'private' }"),
    "v.vtt": ("text/vtt", "WEBVTT\n\n00:00.000 --> 00:10.000\nprivate"),
}
READINGS = {
    "image": "p.svg",
    "script": "s.js",
    "style": "c.css",
    "style_module": "c.css",
    "subtitle": "v.vtt",
}


def file_of(request: web.BaseRequest) -> web.Response | None:
    """One of the files that every notebook here has."""
    kind, text = PRIVATE.get(request.path.rpartition("/")[2], ("", ""))
    return web.Response(text=text, content_type=kind) if kind else None


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
            return file_of(request) or web.json_response({"secret": "own"})


async def victim(request: web.BaseRequest) -> web.StreamResponse:
    return file_of(request) or web.json_response({"secret": "private"})


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        cannot_run(f"no browser: none of {', '.join(BROWSERS)} is on PATH")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def evil_page(gateway: Served, serve: Serve) -> AsyncIterator[Page]:
    """The attacker's page, opened by its victim."""
    await serve(evil, name="evil")
    await serve(victim, name="victim")
    async with chromium() as browser:
        page = await browser.new_page()
        await page.goto(f"http://127.0.0.1:{gateway.port}/notebook/demo/evil/")
        yield page


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
            ("window", "/" + "a" * 70_000),
            ("own", "/notebook/demo/evil/worker.js"),
            ("worker", app),
            ("worker", other),
            ("module", other),
            ("service", "/notebook/demo/evil/worker.js"),
            ("form", "/session"),
        ]
    }
    assert set(outcomes.values()) == {"blocked"}, outcomes
    assert len(evil_page.context.pages) == 6, "the windows were opened, and cut off"
    assert await result("fetch", "/notebook/demo/evil/away") == 502


@pytest.mark.parametrize("how", READINGS)
@pytest.mark.parametrize("pretends", [False, True], ids=["as itself", "at another address"])
async def test_given_a_hostile_page_when_it_embeds_then_it_reads_only_its_own_files(
    evil_page: Page, how: str, *, pretends: bool
) -> None:
    other = "/notebook/demo/victim/"
    if pretends:
        await evil_page.evaluate("path => history.pushState(null, '', path)", other)

    async def result(path: str) -> object:
        return await evil_page.evaluate("([how, path]) => attack(how, path)", [how, path])

    assert await result(f"{other}{READINGS[how]}") == "blocked"
    own = str(await result(f"/notebook/demo/evil/{READINGS[how]}"))
    assert own == "7" or "private" in own


async def test_given_a_page_that_fills_the_cookies_when_the_app_is_opened_then_it_heals(
    evil_page: Page, gateway: Served
) -> None:
    await evil_page.evaluate(
        "() => { for (let i = 0; i < 40; i++) "
        "document.cookie = `z${i}=${'q'.repeat(3900)}; path=/; max-age=99999999`; }"
    )
    # The browser keeps them a moment later than the script goes on.
    await evil_page.wait_for_function("() => document.cookie.length > 100000")
    app = f"http://127.0.0.1:{gateway.port}/"

    first = await evil_page.goto(app)
    second = await evil_page.goto(app)

    assert first is not None
    assert first.status == 431
    assert second is not None
    assert second.status == 200
