"""Which pages may act here or read from here: our own. Pure."""

from __future__ import annotations

from gateway.head import RequestHead

# RFC 9110 section 9.2.1.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_ELSEWHERE = frozenset({"cross-site", "same-site"})


def is_foreign(head: RequestHead) -> bool:
    """Whether the request may come from another site's page.

    Browsers send Origin with every WebSocket and every unsafe method, so there it must be exactly
    ours; with other requests it must be ours if it is sent at all. Streamlit's own check lets every
    port of localhost in, and asks a service on the internet about the others.
    """
    origins = head.values(b"origin")
    if not origins:
        return head.is_websocket or head.method not in SAFE_METHODS or _is_embedded(head)
    return [origin.lower() for origin in origins] != [head.origin]


def _is_embedded(head: RequestHead) -> bool:
    """Whether another site's page wants this as a script, an image or the like.

    Browsers say so in Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/). Following a link is
    fine. Files that an IDE serves sandboxed count as cross-site, too; their Referer is ours, which
    no other site can send.
    """
    if head.value(b"sec-fetch-site") not in _ELSEWHERE:
        return False
    if head.value(b"sec-fetch-mode") == "navigate":
        return False
    return not f"{head.value(b'referer')}/".startswith(f"{head.origin}/")
