"""Our own cookie: exactly one of exactly one name, or none.

Under TLS its name begins with __Host-, so that browsers let nobody but this very host set it
(https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3.2).

Pure.
"""

from __future__ import annotations

from gateway.head import RequestHead

PLAIN = b"nb_session"
UNDER_TLS = b"__Host-nb_session"


class AmbiguousCookieError(Exception):
    """Two cookies of our name: somebody else set one of them, and nobody can tell which."""


def session_secret(head: RequestHead) -> str | None:
    """The secret that the browser brings; None when it has none.

    Raises:
        AmbiguousCookieError: it brings two.
    """
    wanted = _name(head)
    found = [
        value
        for name, line in head.headers
        if name == b"cookie" and wanted in line
        for value in _values(line, wanted)
    ]
    if len(found) > 1:
        raise AmbiguousCookieError
    return found[0].decode("latin-1") if found else None


def keeping(head: RequestHead, secret: str) -> tuple[bytes, bytes]:
    """The header that gives a browser its secret."""
    return _header(head, secret.encode("ascii"), b"")


def forgetting(head: RequestHead) -> tuple[bytes, bytes]:
    """The header that takes it away again."""
    return _header(head, b"", b"; Max-Age=0")


def _name(head: RequestHead) -> bytes:
    return UNDER_TLS if head.scheme == "https" else PLAIN


def _values(line: bytes, wanted: bytes) -> list[bytes]:
    pairs = (pair.strip(b" \t").partition(b"=") for pair in line.split(b";"))
    return [value for name, _, value in pairs if name == wanted]


def _header(head: RequestHead, value: bytes, age: bytes) -> tuple[bytes, bytes]:
    secure = b"; Secure" if head.scheme == "https" else b""
    kept = b"; Path=/; HttpOnly; SameSite=Lax"
    return b"set-cookie", _name(head) + b"=" + value + kept + age + secure
