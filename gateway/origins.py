"""Which Origin headers may act: WebSockets and unsafe methods only from our own pages. Pure."""

from __future__ import annotations

from gateway.head import RequestHead

# RFC 9110 section 9.2.1.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_foreign(head: RequestHead) -> bool:
    """Whether the request may come from another site's page.

    Browsers send Origin with every WebSocket and every unsafe method, so there it must be exactly
    ours; with other requests it must be ours if it is sent at all. Streamlit's own check lets every
    port of localhost in, and asks a service on the internet about the others.
    """
    origins = head.values(b"origin")
    if not origins:
        return head.is_websocket or head.method not in SAFE_METHODS
    return [origin.lower() for origin in origins] != [head.origin]
