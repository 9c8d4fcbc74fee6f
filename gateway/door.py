"""Who may come in at all: judged before anything is routed. Pure."""

from __future__ import annotations

from gateway.answers import Answer
from gateway.head import RequestHead
from gateway.hosts import host_name
from gateway.limits import excess, is_of_cookies
from gateway.loopback import is_from_this_machine
from gateway.origins import is_foreign
from gateway.pages import refusal
from gateway.shared_host import HERE_PATH

HEALTH_PATH = "/_stcore/health"
"""Asked by probes at the pod's own address; says nothing but ok."""
_CLOSED_PATHS = ("/_stcore/agent", "/_stcore/metrics")
"""Streamlit's entrance for programs takes identities from a header, and its figures tell of others'
sessions: never open."""


def turned_away(head: RequestHead, *, path: str, is_served: bool) -> Answer | None:
    """The refusal of a request that is not let in; None if it may go on.

    Args:
        head: the request.
        path: decoded, as Streamlit's own routes will read it.
        is_served: whether its Host header names us.
    """
    if problem := excess(head):
        answer = refusal(head, problem[0], "Request refused", problem[1])
        return answer.adding(_FORGET_COOKIES) if is_of_cookies(head) else answer
    if is_probe(head, path):
        return None
    return _stranger(head, is_served=is_served) or _closed(head, path)


def without_sign_in(head: RequestHead, *, path: str) -> Answer | None:
    """The refusal of somebody who is not at this machine, while nobody signs in; None if it is."""
    if is_probe(head, path) or is_from_this_machine(head):
        return None
    return refusal(head, 403, "Only for this machine", _NO_SIGN_IN)


def two_cookies(head: RequestHead) -> Answer:
    """The refusal of a request with two cookies of our name; the browser is told to forget them."""
    return refusal(head, 400, "Request refused", _TWO_COOKIES).adding(_FORGET_COOKIES)


def is_probe(head: RequestHead, path: str) -> bool:
    """Whether somebody asks only if the app lives."""
    return path == HEALTH_PATH and head.method in {"GET", "HEAD"} and not head.is_websocket


def _stranger(head: RequestHead, *, is_served: bool) -> Answer | None:
    if not is_served:
        name = host_name(head.host) or "This"
        return refusal(head, 421, f"{name} is not served here", _HOSTS)
    if is_foreign(head) and head.raw_path != HERE_PATH:
        return refusal(head, 403, "Request from another site", _ORIGIN)
    return None


def _closed(head: RequestHead, path: str) -> Answer | None:
    is_closed = any(closed in path.lower() for closed in _CLOSED_PATHS)
    return refusal(head, 404, "Not found", "") if is_closed else None


# A notebook's page can fill this origin's cookies until nothing is let in any more.
_FORGET_COOKIES = (b"clear-site-data", b'"cookies"')
_TWO_COOKIES = "It has two cookies for one session. They are forgotten now; sign in again."
_NO_SIGN_IN = "Without sign-in this app answers only requests from the machine that it runs on."
_HOSTS = "Open the app at localhost, or add the name to NB_ALLOWED_HOSTS."
_ORIGIN = "The Origin header has to be the address at which this app is open."
