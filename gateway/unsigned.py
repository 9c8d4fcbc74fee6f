"""What is served to somebody who has not signed in: no more than the sign-in page needs. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.head import RequestHead


@dataclass(frozen=True, slots=True)
class Need:
    """A part of the app that the sign-in page can't do without.

    Attributes:
        path: matches the whole decoded path.
        why: what it is.
        is_websocket: a WebSocket rather than a GET.
        is_visit: only as the address of a tab.
    """

    path: re.Pattern[str]
    why: str
    is_websocket: bool = False
    is_visit: bool = False


# Of Streamlit's own (and of its sign-in with OpenID Connect), all the rest are addresses of pages.
_STREAMLITS = r"(_stcore|static|app|media|component|auth|oauth2callback)"

NEEDS = (
    Need(
        re.compile(rf"/(?!{_STREAMLITS}(/|$))[a-z_-]*", re.IGNORECASE),
        "the page's frame, the same for every page: it holds nothing, and asks for the rest",
        is_visit=True,
    ),
    Need(re.compile(r"/static/[\w./-]+"), "Streamlit's scripts, styles and fonts"),
    Need(re.compile(r"/app/static/[\w./-]+"), "our fonts and pictures"),
    Need(re.compile(r"/favicon\.png"), "the icon of the tab until the page has set its own"),
    Need(
        re.compile(r"(/[a-z_-]+)?/_stcore/(health|host-config)"),
        "the page looks for them before it connects, first below its own address",
    ),
    Need(
        re.compile(r"/_stcore/stream"),
        "the page's script, which draws nothing but the sign-in without a session",
        is_websocket=True,
    ),
)


def is_for_everybody(head: RequestHead, path: str) -> bool:
    """Whether a request of the app needs no session.

    Args:
        head: the request.
        path: decoded, as Streamlit's own routes will read it.
    """
    return any(_serves(need, head, path) for need in NEEDS)


def _serves(need: Need, head: RequestHead, path: str) -> bool:
    if head.is_websocket is not need.is_websocket or head.method not in {"GET", "HEAD"}:
        return False
    return need.path.fullmatch(path) is not None and (head.wants_page or not need.is_visit)
