from __future__ import annotations

import pytest

from gateway.security import notebook_headers


@pytest.mark.parametrize(
    ("origin", "socket"),
    [
        ("http://localhost:8501", "ws://localhost:8501/notebook/demo/nb/"),
        ("https://notebooks.example.org", "wss://notebooks.example.org/notebook/demo/nb/"),
    ],
)
def test_given_an_origin_when_confined_then_each_source_is_the_notebooks_own_prefix(
    origin: str, socket: str
) -> None:
    headers = dict(notebook_headers(origin, "/notebook/demo/nb/"))

    policy = headers[b"content-security-policy"].decode()
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    own = f"{origin}/notebook/demo/nb/"
    assert directives["connect-src"] == f"{own} {socket} data: blob:"
    internet = ["https:"] if origin.startswith("http://") else []
    assert directives["default-src"].split()[: 1 + len(internet)] == [own, *internet]
    assert ("https:" in directives["default-src"].split()) is bool(internet)
    for name in ("frame-src", "worker-src", "object-src", "form-action", "base-uri"):
        assert directives[name].split()[0] == own
        assert "'self'" not in directives[name]
    assert directives["frame-ancestors"] == "'self'"
    assert headers[b"cross-origin-opener-policy"] == b"noopener-allow-popups"
    assert headers[b"x-frame-options"] == b"SAMEORIGIN"
