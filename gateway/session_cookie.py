"""Our own cookie: exactly one of exactly one name, or none.

Under TLS its name begins with __Host-, so that browsers let nobody but this very host set it
(https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3.2).

Pure.
"""

from __future__ import annotations

from gateway.head import RequestHead

PLAIN = b"nb_session"
UNDER_TLS = b"__Host-nb_session"
_PATHS_OF_OTHERS = (b"/session", b"/session/", b"/session/end")
"""For which a server on another port of this host could set one that only sign-out would see."""


class AmbiguousCookieError(Exception):
    """Two cookies of our name: somebody else set one of them, and nobody can tell which."""


def session_secret(head: RequestHead) -> str | None:
    """The secret that the browser brings; None when it has none.

    Raises:
        AmbiguousCookieError: it brings two.
    """
    found = session_secrets(head)
    if len(found) > 1:
        raise AmbiguousCookieError
    return found[0] if found else None


def session_secrets(head: RequestHead) -> list[str]:
    """All that it brings under our name; only to end sessions, for who set which is unknown."""
    wanted = _name(head)
    return [
        value.decode("latin-1")
        for name, line in head.headers
        if name == b"cookie" and wanted in line
        for value in _values(line, wanted)
    ]


def keeping(head: RequestHead, secret: str) -> tuple[bytes, bytes]:
    """The header that gives a browser its secret."""
    return _header(head, secret.encode("ascii"), b"/")


def forgetting(head: RequestHead) -> tuple[tuple[bytes, bytes], ...]:
    """The headers that take it away again, and those that others set for the sign-out's path.

    A __Host- cookie has no other path than /.
    """
    paths = (b"/",) if head.scheme == "https" else (b"/", *_PATHS_OF_OTHERS)
    return tuple(_header(head, b"", path, b"; Max-Age=0") for path in paths)


def _name(head: RequestHead) -> bytes:
    return UNDER_TLS if head.scheme == "https" else PLAIN


def _values(line: bytes, wanted: bytes) -> list[bytes]:
    pairs = (pair.strip(b" \t").partition(b"=") for pair in line.split(b";"))
    return [value for name, _, value in pairs if name == wanted]


def _header(head: RequestHead, value: bytes, path: bytes, age: bytes = b"") -> tuple[bytes, bytes]:
    secure = b"; Secure" if head.scheme == "https" else b""
    kept = b"; Path=" + path + b"; HttpOnly; SameSite=Lax"
    return b"set-cookie", _name(head) + b"=" + value + kept + age + secure
