"""Where a notebook may send the browser: nowhere but into its own prefix.

A redirect out of the prefix would defeat the Content-Security-Policy of the notebook's pages,
because browsers don't compare paths after a redirect.

Pure.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from gateway.routes import ToNotebook, is_inside

# Visible ASCII without the backslash, which browsers read as a slash. What browsers drop in silence
# (tabs, line breaks) is percent-encoded before, so that both readings are the same.
_PLAIN = re.compile(r"[!-\[\]-~]+")
_DOT = re.compile(r"%2e", re.IGNORECASE)


def location_inside(
    location: bytes, *, target: ToNotebook, origin: str, strips_prefix: bool
) -> bytes | None:
    """The Location to send on, as an absolute path; None if it leaves the notebook's prefix.

    Args:
        location: the header as the notebook's server sent it.
        target: the request that is being answered.
        origin: scheme and host at which the browser sees us.
        strips_prefix: the server does not know its prefix, so a path that begins with a slash is
            meant to lie below it.
    """
    text = quote(location.strip(b" \t"), safe="".join(map(chr, range(0x21, 0x7F))))
    if not _PLAIN.fullmatch(text):
        return None
    try:
        url = urlsplit(text)
    except ValueError:
        return None
    if (url.scheme or url.netloc) and not _is_ours(url.scheme, url.netloc, origin):
        return None
    path = _resolved(url.path, target, strips_prefix=strips_prefix)
    if not is_inside(path, target.prefix):
        return None
    query = f"?{url.query}" if url.query else ""
    fragment = f"#{url.fragment}" if url.fragment else ""
    return f"{path}{query}{fragment}".encode("ascii")


def _is_ours(scheme: str, netloc: str, origin: str) -> bool:
    """Another scheme at our host is still us: a server behind TLS does not know that it is."""
    return scheme in {"", "http", "https"} and netloc.lower() == origin.partition("://")[2]


def _resolved(path: str, target: ToNotebook, *, strips_prefix: bool) -> str:
    """RFC 3986 section 5.2, for a path against the request's own path."""
    here = target.prefix + target.rest
    if not path:
        return here
    if not path.startswith("/"):
        return _without_dots(here.rpartition("/")[0] + "/" + path)
    if strips_prefix and not path.startswith(target.prefix):
        return target.prefix + _without_dots(path).lstrip("/")
    return _without_dots(path)


def _without_dots(path: str) -> str:
    """Removes dot segments (section 5.2.4), %2e too, as browsers do."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        plain = _DOT.sub(".", segment)
        if plain == "..":
            kept = kept[:-1]
        elif plain != ".":
            kept.append(segment)
    if _DOT.sub(".", segments[-1]) in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
