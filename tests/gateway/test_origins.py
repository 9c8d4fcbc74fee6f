from __future__ import annotations

import pytest

from gateway.origins import is_foreign
from tests.gateway.rig import head

OURS = "http://localhost:8501"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_given_our_origin_when_acting_then_it_may(method: str) -> None:
    assert not is_foreign(head(method=method, headers={"origin": OURS}))


@pytest.mark.parametrize(
    "origin",
    [
        pytest.param(None, id="none sent"),
        pytest.param("null", id="opaque"),
        pytest.param("http://localhost:8502", id="other port"),
        pytest.param("https://localhost:8501", id="other scheme"),
        pytest.param("http://127.0.0.1:8501", id="other spelling of this machine"),
        pytest.param("http://localhost", id="no port"),
        pytest.param("http://localhost:8501.evil.example", id="our origin in front"),
        pytest.param("http://localhost:8501/", id="with a path"),
        pytest.param("http://localhost:8501 http://evil.example", id="a list"),
    ],
)
def test_given_another_origin_when_acting_then_it_is_foreign(origin: str | None) -> None:
    headers = {"origin": origin} if origin else {}

    assert is_foreign(head(method="POST", headers=headers))
    assert is_foreign(head(is_websocket=True, headers=headers))


def test_given_two_origins_when_acting_then_it_is_foreign() -> None:
    lines = [("host", "localhost:8501"), ("origin", OURS), ("origin", OURS)]

    assert is_foreign(head(method="POST", lines=lines))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_given_a_safe_method_when_no_origin_is_sent_then_it_passes(method: str) -> None:
    assert not is_foreign(head(method=method))
    assert is_foreign(head(method=method, headers={"origin": "http://evil.example"}))


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        pytest.param({"sec-fetch-mode": "no-cors"}, True, id="a script without a referer"),
        pytest.param(
            {"sec-fetch-mode": "no-cors", "referer": "http://evil.example/"},
            True,
            id="an image in another site",
        ),
        pytest.param(
            {"sec-fetch-mode": "no-cors", "referer": f"{OURS}.evil.example/"},
            True,
            id="a site whose name begins with ours",
        ),
        pytest.param({"sec-fetch-mode": "navigate"}, False, id="a link"),
        pytest.param(
            {"sec-fetch-mode": "no-cors", "referer": f"{OURS}/notebook/demo/nb/files/a.html"},
            False,
            id="an image in a sandboxed file of ours",
        ),
    ],
)
def test_given_another_sites_page_when_it_embeds_then_only_links_and_our_files_pass(
    site: str, headers: dict[str, str], *, foreign: bool
) -> None:
    assert is_foreign(head(headers={"sec-fetch-site": site, **headers})) is foreign


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_given_our_own_page_when_it_loads_something_then_it_passes(site: str) -> None:
    assert not is_foreign(head(headers={"sec-fetch-site": site, "sec-fetch-mode": "no-cors"}))
