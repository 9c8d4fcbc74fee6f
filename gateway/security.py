"""Headers that keep a hostile notebook page away from its visitor's session. Pure.

Where notebooks have host names of their own the browser does most of it. Where they share one with
the app, each notebook's page is confined to its own prefix by a policy with paths, and cut off from
the app's windows by opener policies that don't match.
"""

from __future__ import annotations

from functools import lru_cache

from gateway.head import HeaderList

APP_HEADERS: HeaderList = (
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
    # On every response: one page without it (a 404, a JSON) can be opened and scripted.
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    # Not no-referrer: it would turn the Origin of our own forms into "null".
    (b"referrer-policy", b"same-origin"),
)

ALONE_HEADERS: HeaderList = (
    # The browser keeps a notebook from the rest by its host name. Still it is in nobody's frame,
    # and is cut off from whoever opened it; windows that it opens itself go on working.
    (b"content-security-policy", b"frame-ancestors 'self'"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"cross-origin-opener-policy", b"same-origin-allow-popups"),
)
"""Added to every response of a notebook that has a host name for itself."""

OWN_HEADERS = frozenset({b"x-frame-options", b"cross-origin-opener-policy"})
"""Set by us alone; what an app or a notebook says itself is dropped."""


@lru_cache(maxsize=1024)
def notebook_headers(origin: str, prefix: str) -> HeaderList:
    """What is added to every response of a notebook.

    A second Content-Security-Policy can only narrow the first, so the IDE's own stays beside it.
    frame-ancestors compares origins only; siblings are kept out by their own frame-src.

    Args:
        origin: as the browser sees us, with a host that Host allow-list has let through.
        prefix: the notebook's path with its trailing slash.
    """
    here = f"{origin}{prefix}"
    socket = f"ws{here.removeprefix('http')}"
    # Outputs fetch from the internet, which is https. Where we are https ourselves, no source names
    # the internet without naming the app and the siblings, too.
    internet = "https: " if origin.startswith("http://") else ""
    policy = "; ".join(
        (
            # Images, scripts, styles, fonts, media of a sibling can be read from here, because the
            # origin is the same. A rule about Referer would not stop that: history.pushState lets a
            # page pretend to be at any path of its origin.
            f"default-src {here} {internet}data: blob: 'unsafe-inline' 'unsafe-eval'",
            # data: and blob: hold only what the page has already.
            f"connect-src {here} {socket} data: blob:",
            f"frame-src {here} data: blob:",
            f"worker-src {here} blob:",
            f"object-src {here} blob:",
            f"form-action {here}",
            f"base-uri {here}",
            "frame-ancestors 'self'",
        )
    )
    return (
        (b"content-security-policy", policy.encode("ascii")),
        (b"x-frame-options", b"SAMEORIGIN"),
        # Severs window.open in both directions; plain pop-ups of the IDE go on working.
        (b"cross-origin-opener-policy", b"noopener-allow-popups"),
    )
