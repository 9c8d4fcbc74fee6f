"""A note in the browser that notebooks can't have host names of their own there.

Most browsers resolve *.localhost by themselves; where one does not, the app's page finds out, and
notebooks are served on the app's own host name. Only localhost heeds the note: below a domain,
whoever could set the cookie would take the host names away.

Pure.
"""

from __future__ import annotations

from gateway.answers import Answer
from gateway.head import RequestHead
from gateway.hosts import host_name
from gateway.security import APP_HEADERS
from nbcore.hostnames import LOCAL_DOMAIN

HERE_PATH = "/.oneblock/here"
"""Asked by the app's page at another name below localhost; any answer says that it is reached."""

_COOKIE = b"nb_shared_host=1"
_KEPT = b"; Path=/; HttpOnly; SameSite=Lax"


def is_noted(head: RequestHead) -> bool:
    """Whether this browser's notebooks stay on the app's host name."""
    if host_name(head.host) != LOCAL_DOMAIN:
        return False
    lines = (value for name, value in head.headers if name == b"cookie")
    return any(_COOKIE in (pair.strip() for pair in line.split(b";")) for line in lines)


def note() -> Answer:
    """Lets the browser keep the note until it is closed."""
    return Answer(204, ((b"set-cookie", _COOKIE + _KEPT), *APP_HEADERS))


def here() -> Answer:
    """The answer to the page's question."""
    return Answer(204, ((b"cache-control", b"no-store"), *APP_HEADERS))
