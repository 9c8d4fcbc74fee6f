"""Which headers pass between browser and notebook, in both directions. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from gateway.cookies import MAX_COOKIES, app_cookie, request_cookie, response_cookie
from gateway.head import HeaderList
from gateway.security import OWN_HEADERS
from nbcore.names import CLIENT_HEADER, HERE_HEADER, SESSION_HEADER

# RFC 9110 section 7.6.1, and those that RFC 2616 named.
_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-authentication-info",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
# What only we may say, or what would speak for somebody else at a server behind us.
_FORGED = (b"x-nb-", b"x-forwarded-", b"x-remote-", b"impersonate-", b"x-rstudio-root-path")
_FORGED_NAMES = frozenset({b"forwarded", b"x-real-ip", b"via", b"x-rstudio-root-path"})
# The server has answered 100-continue already; the handshake is made anew towards the notebook.
# And a browser sends the password that a proxy in front of us asked for to every notebook.
_OURS_TO_SAY = frozenset({b"expect", b"authorization"})
_HANDSHAKE = (b"sec-websocket-",)

# These speak for the whole origin, which a notebook shares with the app and its siblings.
_ORIGIN_WIDE = frozenset(
    {
        b"service-worker-allowed",
        b"clear-site-data",
        b"strict-transport-security",
        b"alt-svc",
        b"nel",
        b"report-to",
        b"reporting-endpoints",
        b"expect-ct",
        b"public-key-pins",
        b"accept-ch",
        b"critical-ch",
        b"use-as-dictionary",
        b"speculation-rules",
        b"set-login",
        b"activate-storage-access",
        # A dialog for passwords that would name the app.
        b"www-authenticate",
        b"authentication-info",
        # A redirect that Location's rule would not see.
        b"refresh",
    }
)
_SESSION = SESSION_HEADER.encode("ascii")
_CLIENT = CLIENT_HEADER.encode("ascii")
_HERE = HERE_HEADER.encode("ascii")
# Kubeflow's images allow every origin to read them; whose pages may is ours to say: none but ours.
_CROSS_ORIGIN = (b"access-control-",)

_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BAD_VALUE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def is_forged(name: bytes) -> bool:
    """Whether a client's header claims what only we or a trusted proxy may claim.

    Some servers read _ as -, so both count.
    """
    plain = name.replace(b"_", b"-")
    return plain in _FORGED_NAMES or plain.startswith(_FORGED)


def to_app(
    headers: HeaderList, *, session_key: str, client: str, is_here: bool = False
) -> HeaderList:
    """The client's headers without those that would speak for somebody, and ours.

    Args:
        headers: the client's.
        session_key: of the visitor; "" when nobody is signed in.
        client: the address of the browser.
        is_here: whether the browser is at this machine, as far as one can know.
    """
    kept = [header for header in headers if not is_forged(header[0]) and header[0] != b"cookie"]
    cookies = _cookies((value for name, value in headers if name == b"cookie"), app_cookie)
    ours = (
        (_SESSION, session_key.encode("ascii")),
        (_CLIENT, client.encode("ascii", "replace")),
        (_HERE, b"1" * is_here),
    )
    return (*kept, *cookies, *((name, value) for name, value in ours if value))


def to_notebook(headers: HeaderList, *, root_path: tuple[str, str] | None) -> HeaderList:
    """The request headers that a notebook gets.

    Host stays, because Jupyter compares it with Origin.

    Args:
        headers: the client's.
        root_path: a header that tells the IDE its prefix (name and value), if it wants one.
    """
    named = _named_by_connection(headers)
    kept = [
        (name, value)
        for name, value in headers
        if name not in named
        and name not in _HOP_BY_HOP
        and name not in _OURS_TO_SAY
        and not name.startswith(_HANDSHAKE)
        and not is_forged(name)
    ]
    cookies = _cookies((value for name, value in kept if name == b"cookie"), request_cookie)
    plain = tuple(header for header in kept if header[0] != b"cookie")
    root = ((root_path[0].encode("ascii"), root_path[1].encode("ascii")),) if root_path else ()
    return plain + cookies + root


def _cookies(values: Iterable[bytes], keep: Callable[[bytes], bytes]) -> HeaderList:
    """One Cookie line (RFC 6265 section 5.4 allows no more), or none."""
    joined = b"; ".join(kept for kept in map(keep, values) if kept)
    return ((b"cookie", joined),) if joined else ()


def from_notebook(headers: HeaderList, *, prefix: str, added: HeaderList) -> HeaderList:
    """The response headers that the browser gets; Location is judged elsewhere.

    Each line is kept by itself: joined Set-Cookie lines can't be told apart again.

    Args:
        headers: the notebook's.
        prefix: the notebook's path with its trailing slash, to which cookies are bound.
        added: our security headers.
    """
    lowered = [(name.lower(), value) for name, value in headers]
    named = _named_by_connection(tuple(lowered))
    chunked = any(name == b"transfer-encoding" for name, _ in lowered)
    kept = [
        header
        for header in lowered
        if header[0] not in named and _passes(*header) and not (chunked and _is_length(header[0]))
    ]
    cookies = [response_cookie(value, prefix=prefix) for name, value in kept if _is_cookie(name)]
    bound = tuple((b"set-cookie", cookie) for cookie in cookies if cookie)[:MAX_COOKIES]
    return tuple(header for header in kept if not _is_cookie(header[0])) + bound + added


def _passes(name: bytes, value: bytes) -> bool:
    if not _NAME.fullmatch(name) or _BAD_VALUE.search(value):
        return False
    if name in _HOP_BY_HOP or name in _ORIGIN_WIDE or name in OWN_HEADERS:
        return False
    return not name.startswith((*_CROSS_ORIGIN, b"x-nb-"))


def _is_length(name: bytes) -> bool:
    return name == b"content-length"


def _is_cookie(name: bytes) -> bool:
    return name == b"set-cookie"


# A client could name these to have them removed, and with them a protection.
_NEVER_NAMED = frozenset(
    {b"host", b"cookie", b"origin", b"content-length", b"set-cookie", b"location"}
)


def _named_by_connection(headers: HeaderList) -> frozenset[bytes]:
    """Headers that a Connection line declares to be for this hop only (RFC 9110 section 7.6.1)."""
    tokens = b",".join(value for name, value in headers if name == b"connection").split(b",")
    return frozenset(token.strip().lower() for token in tokens) - _NEVER_NAMED


def with_security(
    headers: Iterable[tuple[bytes, bytes]], added: HeaderList
) -> list[tuple[bytes, bytes]]:
    """An app's response headers with ours in place of its own frame and opener policies."""
    return [header for header in headers if header[0].lower() not in OWN_HEADERS] + list(added)
