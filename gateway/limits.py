"""How big and how strange a request's head may be. Pure."""

from __future__ import annotations

from gateway.head import RequestHead

MAX_HEADERS = 128
MAX_HEADER_BYTES = 64 * 1024
"""Names and values together; what Jupyter's server takes, too."""
MAX_TARGET_BYTES = 32 * 1024
"""Path and query together."""

# Made for proxies; every other method is the notebook's own business.
REFUSED_METHODS = frozenset({"CONNECT", "TRACE"})


def excess(head: RequestHead) -> tuple[int, str] | None:
    """Status and sentence to refuse an oversized or ambiguous head with; None if it is fine."""
    checks = (
        (head.method in REFUSED_METHODS, 405, f"The method {head.method} is not served."),
        (
            len(head.raw_path) + len(head.query) > MAX_TARGET_BYTES,
            414,
            f"The address is longer than {MAX_TARGET_BYTES} bytes.",
        ),
        (len(head.headers) > MAX_HEADERS, 431, f"More than {MAX_HEADERS} header lines."),
        (
            _size(head) > MAX_HEADER_BYTES,
            431,
            f"The headers are larger than {MAX_HEADER_BYTES} bytes; clear this site's cookies.",
        ),
        (_is_ambiguous(head), 400, "Two lengths for one body."),
    )
    return next(((status, why) for fails, status, why in checks if fails), None)


def is_of_cookies(head: RequestHead) -> bool:
    """Whether the head is too large because of its cookies."""
    cookies = sum(len(value) for value in head.values(b"cookie"))
    return _size(head) > MAX_HEADER_BYTES >= _size(head) - cookies


def _size(head: RequestHead) -> int:
    return sum(len(name) + len(value) for name, value in head.headers)


def _is_ambiguous(head: RequestHead) -> bool:
    """Whether two servers could disagree on where the body ends (RFC 9112 section 6.3)."""
    lengths = head.values(b"content-length")
    return len(lengths) > 1 or bool(lengths and head.values(b"transfer-encoding"))
