"""Cookies never cross: the app's reach no notebook, a notebook's stay in its prefix. Pure."""

from __future__ import annotations

import re

# Names of the app's own cookies: Streamlit's (_streamlit_xsrf, _streamlit_user, _streamlit_session)
# and the session's. Compared without case, because a notebook must not even look like the app.
_APP = re.compile(
    rb"(_streamlit|nb_|__host-nb|__secure-nb|__http-nb|__host-http-nb)", re.IGNORECASE
)
_STREAMLITS = b"_streamlit"
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(rb"[\x20-\x3a\x3c-\x7e\x80-\xff]*")
_KEPT = {b"expires", b"max-age", b"httponly", b"secure", b"samesite", b"partitioned"}

MAX_COOKIE_BYTES = 4096
"""Name, value and attributes of one cookie; browsers keep no bigger ones (RFC 6265 section 6.1)."""
MAX_COOKIES = 40
"""Per response: more would only push other cookies of this origin out of the browser."""


def is_app_cookie(name: bytes) -> bool:
    """Whether the app itself uses cookies of this name."""
    return _APP.match(name) is not None


def request_cookie(value: bytes) -> bytes:
    """A Cookie header without the app's own pairs; empty when nothing is left."""
    return b"; ".join(pair for pair in _pairs(value) if not is_app_cookie(_name(pair)))


def app_cookie(value: bytes) -> bytes:
    """A Cookie header with Streamlit's own pairs alone; empty when there are none.

    The session's is for the gateway, and what a notebook's page may have set is for nobody here.
    """
    return b"; ".join(pair for pair in _pairs(value) if _name(pair).startswith(_STREAMLITS))


def _pairs(value: bytes) -> list[bytes]:
    return [stripped for pair in value.split(b";") if (stripped := pair.strip())]


def _name(pair: bytes) -> bytes:
    return pair.partition(b"=")[0].strip()


def response_cookie(value: bytes, *, prefix: str) -> bytes | None:
    """A Set-Cookie header bound to the notebook's prefix; None if it may not be set at all.

    Refused: the app's names, __Host- names (they need Path=/), cookies without a name (a browser
    would send the value alone, which may spell another cookie), and what is no cookie. Domain and
    Path are replaced, attributes that we don't know are dropped.
    """
    pair, *attributes = value.split(b";")
    name, equals, content = (part.strip(b" \t") for part in pair.partition(b"="))
    if not equals or not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(content):
        return None
    if is_app_cookie(name) or name.lower().startswith((b"__host-", b"__http-")):
        return None
    kept = [part.strip() for part in attributes if _is_kept(part)]
    cookie = b"; ".join([name + b"=" + content, *kept, b"Path=" + prefix.encode("ascii")])
    return cookie if len(cookie) <= MAX_COOKIE_BYTES else None


def _is_kept(attribute: bytes) -> bool:
    name, _, value = attribute.partition(b"=")
    return name.strip().lower() in _KEPT and _VALUE.fullmatch(value) is not None
