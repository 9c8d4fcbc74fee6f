"""The whole door over a real server: what is let in, what is answered by the gateway itself."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web

from nbcore.kube.resources import ENDPOINT_SLICES, NOTEBOOKS
from tests.gateway.rig import Serve, Served

PAGE = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate"}


async def private(_request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(text="private")


@pytest.mark.parametrize("path", ["/", "/new", "/_stcore/anything", "/notebookish"])
async def test_given_the_apps_paths_when_asked_then_the_app_answers_with_our_headers(
    gateway: Served, browser: aiohttp.ClientSession, path: str
) -> None:
    async with browser.get(gateway.origin + path, headers={"X-NB-User": "admin"}) as response:
        body = await response.text()

    assert body.startswith("the app")
    assert "x-nb-user" not in body
    assert response.headers.getall("X-Frame-Options") == ["DENY"]
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


async def test_given_a_fault_of_the_app_when_asked_then_even_that_answer_has_our_headers(
    gateway: Served, browser: aiohttp.ClientSession
) -> None:
    async with browser.get(gateway.origin + "/broken") as response:
        assert response.status == 500
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/agent/",
        "/_stcore/agent/run",
        "/x/_STCORE/Agent/",
        "//_stcore/agent/",
        "/_stcore/metrics",
    ],
)
async def test_given_what_is_for_programs_when_asked_then_404(
    gateway: Served, browser: aiohttp.ClientSession, path: str
) -> None:
    async with browser.get(gateway.origin + path) as response:
        assert response.status == 404
        assert "the app" not in await response.text()


@pytest.mark.parametrize("path", ["/", "/notebook/demo/nb/"])
async def test_given_a_rebound_host_when_asked_then_421(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession, path: str
) -> None:
    await serve(private)
    evil = f"evil.example:{gateway.port}"

    async with browser.get(
        gateway.origin + path, headers={"Host": evil, "Origin": f"http://{evil}"}
    ) as response:
        assert response.status == 421


async def test_given_a_configured_host_when_asked_then_it_is_served(
    gateway: Served, browser: aiohttp.ClientSession
) -> None:
    async with browser.get(
        gateway.origin + "/", headers={"Host": "notebooks.example.org"}
    ) as response:
        assert response.status == 200


async def test_given_a_probe_at_another_host_when_asked_for_health_then_it_passes(
    gateway: Served, browser: aiohttp.ClientSession
) -> None:
    url = gateway.origin + "/_stcore/health"

    async with browser.get(url, headers={"Host": "10.1.2.3:8501"}) as response:
        assert response.status == 200
    async with browser.post(url, headers={"Host": "10.1.2.3:8501"}) as response:
        assert response.status == 421


async def test_given_a_proxy_in_between_when_asked_then_403(
    gateway: Served, browser: aiohttp.ClientSession
) -> None:
    async with browser.get(
        gateway.origin + "/", headers={"X-Forwarded-For": "127.0.0.1", **PAGE}
    ) as response:
        assert response.status == 403
        assert "Without sign-in" in await response.text()


@pytest.mark.parametrize("path", ["/_stcore/upload_file/x", "/notebook/demo/nb/api/terminals"])
async def test_given_a_foreign_page_when_it_posts_then_403(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession, path: str
) -> None:
    await serve(private)

    for headers in ({"Origin": "http://localhost:1"}, {"Origin": "null"}, {}):
        async with browser.post(gateway.origin + path, data=b"x", headers=headers) as response:
            assert response.status == 403
    async with browser.post(
        gateway.origin + path, data=b"x", headers={"Origin": gateway.origin}
    ) as response:
        assert response.status == 200


async def test_given_no_last_slash_when_asked_then_it_is_added_and_the_query_kept(
    gateway: Served, browser: aiohttp.ClientSession
) -> None:
    async with browser.get(
        gateway.origin + "/notebook/demo/nb?a=b", allow_redirects=False
    ) as response:
        assert response.status == 307
        assert response.headers["Location"] == "/notebook/demo/nb/?a=b"


async def test_given_an_ipv6_host_when_a_notebook_is_asked_then_it_moves_to_localhost(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    await serve(private)

    async with browser.get(
        gateway.origin + "/notebook/demo/nb/lab",
        headers={"Host": f"[::1]:{gateway.port}"},
        allow_redirects=False,
    ) as response:
        location = response.headers["Location"]

    assert location == f"http://localhost:{gateway.port}/notebook/demo/nb/"


@pytest.mark.parametrize(
    "path", ["/notebook", "/notebook/", "/notebook/demo/", "/notebook/demo/unknown/lab"]
)
async def test_given_no_such_notebook_when_asked_then_our_404_leads_back(
    gateway: Served, browser: aiohttp.ClientSession, path: str
) -> None:
    async with browser.get(gateway.origin + path, headers=PAGE) as response:
        page = await response.text()

    assert response.status == 404
    assert 'href="/"' in page
    assert "the app" not in page
    assert response.headers["X-Frame-Options"] == "DENY"


async def test_given_a_script_when_no_such_notebook_then_it_gets_json(
    gateway: Served, browser: aiohttp.ClientSession
) -> None:
    async with browser.get(
        gateway.origin + "/notebook/demo/x/", headers={"Sec-Fetch-Mode": "cors"}
    ) as response:
        assert response.status == 404
        assert "No such notebook" in (await response.json())["message"]


async def test_given_a_cluster_that_is_not_known_yet_when_asked_then_503(
    gateway: Served, browser: aiohttp.ClientSession
) -> None:
    gateway.cluster.is_synced = False

    async with browser.get(gateway.origin + "/notebook/demo/nb/", headers=PAGE) as response:
        assert response.status == 503


@pytest.mark.parametrize(
    ("phase", "suspend", "words"),
    [
        ("Pending", False, "nb is starting"),
        ("Starting", False, "nb is starting"),
        ("Stopped", True, "nb is stopped"),
        ("Failed", False, "nb has failed"),
        ("Terminating", False, "nb is being deleted"),
    ],
)
async def test_given_a_notebook_that_is_not_ready_when_opened_then_a_page_says_why(
    gateway: Served, browser: aiohttp.ClientSession, phase: str, words: str, *, suspend: bool
) -> None:
    gateway.cluster.run("nb", 1, phase=phase, suspend=suspend)
    del gateway.cluster.objects[ENDPOINT_SLICES, "demo", "nb-abc"]
    notebook = gateway.cluster.objects[NOTEBOOKS, "demo", "nb"]
    notebook["status"]["message"] = 'Pulling <script>alert("x")</script>'

    async with browser.get(gateway.origin + "/notebook/demo/nb/lab", headers=PAGE) as response:
        page = await response.text()

    assert response.status == 503
    assert words in page
    assert "Pulling &lt;script&gt;" in page
    assert "<script>alert" not in page
    assert response.headers["Cache-Control"] == "no-store"


async def test_given_a_waiting_page_when_its_script_asks_then_it_hears_what_changed(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    gateway.cluster.run("nb", 1, phase="Starting")
    del gateway.cluster.objects[ENDPOINT_SLICES, "demo", "nb-abc"]
    gateway.cluster.objects[NOTEBOOKS, "demo", "nb"]["status"]["message"] = "Pulling 40 %"
    url = gateway.origin + "/notebook/demo/nb/.oneblock/status"

    async with browser.get(url) as response:
        waiting = await response.json()
    await serve(private)
    async with browser.get(url) as response:
        ready = await response.json()

    assert (waiting["kind"], waiting["message"]) == ("waiting", "Pulling 40 %")
    assert ready["kind"] == "ready"


async def test_given_an_endpoint_that_is_not_the_notebooks_when_opened_then_502_says_so(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession
) -> None:
    await serve(private)
    endpoint_slice = gateway.cluster.objects[ENDPOINT_SLICES, "demo", "nb-abc"]
    endpoint_slice["endpoints"][0]["addresses"] = ["10.0.0.9"]

    async with browser.get(gateway.origin + "/notebook/demo/nb/", headers=PAGE) as response:
        page = await response.text()

    assert response.status == 502
    assert "does not have" in page


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_given_a_stopped_notebook_when_asked_then_nothing_starts_it(
    gateway: Served, browser: aiohttp.ClientSession, method: str
) -> None:
    gateway.cluster.run("nb", 1, phase="Stopped", suspend=True)
    del gateway.cluster.objects[ENDPOINT_SLICES, "demo", "nb-abc"]
    before = dict(gateway.cluster.objects)

    async with browser.request(
        method, gateway.origin + "/notebook/demo/nb/", headers={"Origin": gateway.origin}
    ) as response:
        assert response.status == 503

    assert gateway.cluster.objects == before


@pytest.mark.parametrize("header", ["Service-Worker", "Sec-Fetch-Dest"])
async def test_given_a_service_worker_when_its_script_is_asked_for_then_403(
    gateway: Served, serve: Serve, browser: aiohttp.ClientSession, header: str
) -> None:
    await serve(private)
    value = {"Service-Worker": "script", "Sec-Fetch-Dest": "serviceworker"}[header]

    async with browser.get(
        gateway.origin + "/notebook/demo/nb/sw.js", headers={header: value}
    ) as response:
        assert response.status == 403


async def test_given_too_many_cookies_when_asked_then_the_browser_is_told_to_forget_them(
    gateway: Served, browser: aiohttp.ClientSession
) -> None:
    cookies = "; ".join(f"c{number}={'x' * 1000}" for number in range(150))

    async with browser.get(gateway.origin + "/", headers={"Cookie": cookies}) as response:
        assert response.status == 431
        assert response.headers["Clear-Site-Data"] == '"cookies"'
    async with browser.get(gateway.origin + "/", headers={"X-A": "x" * 70_000}) as response:
        assert response.status == 431
        assert "Clear-Site-Data" not in response.headers


async def test_given_a_visit_that_is_redirected_when_logged_then_there_is_one_line(
    gateway: Served,
    serve: Serve,
    browser: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def lab(request: web.BaseRequest) -> web.StreamResponse:
        if request.path.endswith("/lab"):
            return web.Response(text="lab")
        return web.Response(status=302, headers={"Location": "/notebook/demo/nb/lab"})

    await serve(lab)
    caplog.set_level("INFO", "nbcore.audit")

    async with browser.get(gateway.origin + "/notebook/demo/nb/", headers=PAGE) as response:
        assert await response.text() == "lab"
    async with browser.get(
        gateway.origin + "/notebook/demo/nb/lab", headers={**PAGE, "Sec-Fetch-Dest": "iframe"}
    ) as response:
        assert response.status == 200

    assert caplog.messages == [
        "user=me verb=create outcome=allowed resource=notebooks/connect namespace=demo name=nb "
        "address=127.0.0.1"
    ]
