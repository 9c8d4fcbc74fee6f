"""The client side of the proxy: one pool of connections to all notebooks."""

from __future__ import annotations

import socket
from typing import Any

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from gateway.head import HeaderList
from gateway.upstream import Address

# Seconds. node, and with it code-server, closes idle connections after 5.
_IDLE = 4
_CONNECT = 5
_HEAD_BYTES = 64 * 1024
_READ_BYTES = 256 * 1024
# Seconds until the system asks an idle WebSocket's other end whether it is still there. A ping of
# our own would end kernels that are busy for longer than its time-out.
_PROBE_AFTER, _PROBE_EVERY, _PROBES = 30, 10, 3


def open_session() -> aiohttp.ClientSession:
    """A session that changes nothing on its way; call it in the event loop, close it at the end.

    No cookie jar: it would send one visitor's cookies with the next one's request. No proxy from
    the environment, no redirects followed, no decompression.
    """
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE, socket_factory=_socket)
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT),
        read_bufsize=_READ_BYTES,
        max_line_size=_HEAD_BYTES,
        max_field_size=_HEAD_BYTES,
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    )


def url_of(address: Address, path: str, query: str, *, scheme: str = "http") -> URL:
    """Built from parts that are not parsed again, so that no path can become a host. Pure."""
    return URL.build(
        scheme=scheme,
        host=address.ip,
        port=address.port,
        path=path,
        query_string=query,
        encoded=True,
    )


def as_multidict(headers: HeaderList) -> CIMultiDict[str]:
    """Header lines as aiohttp wants them, which writes them as UTF-8. Pure."""
    return CIMultiDict((name.decode("ascii"), _text(value)) for name, value in headers)


def cause(error: Exception) -> str:
    """An error for the log: never the address that was asked for, which may hold tokens. Pure."""
    message = error.message if isinstance(error, aiohttp.ClientResponseError) else str(error)
    return f"{type(error).__name__}: {message.partition(chr(10))[0]}"


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _socket(info: Any) -> socket.socket:
    family, kind, protocol, _, _ = info
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    options = {"TCP_KEEPIDLE": _PROBE_AFTER, "TCP_KEEPINTVL": _PROBE_EVERY, "TCP_KEEPCNT": _PROBES}
    for name, value in options.items():
        # macOS calls the first one TCP_KEEPALIVE; there its default of two hours stays.
        if hasattr(socket, name):
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return made
