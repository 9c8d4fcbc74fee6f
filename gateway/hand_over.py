"""How a visitor of the app comes to a notebook's own host name, where the app's cookie is not sent.

    app host        /notebook/<ns>/<name>/lab?a      303, with a ticket that works once
    notebook host   .../.oneblock/enter?ticket&to    303, with a cookie of this host
                    .../.oneblock/entered?to         303, if the cookie came back
                    /notebook/<ns>/<name>/lab?a

The third step ends what would else be a loop in a browser that keeps no cookies. Without sign-in
there is nothing to hand over, and the first step leads to the last.
"""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlencode

from gateway.answers import Answer
from gateway.head import RequestHead
from gateway.pages import refusal, see_other
from gateway.places import AppPlace, NotebookPlace
from gateway.routes import ToNotebook, ascii_path, is_inside
from gateway.session_cookie import keeping
from gateway.visitors import Visitor
from nbcore.hostnames import host_label
from nbcore.sessions import Sessions

ENTER_PATH = ".oneblock/enter"
ENTERED_PATH = ".oneblock/entered"
"""Both below a notebook's prefix on its own host; never asked of the notebook."""


def audience_of(target: ToNotebook) -> str:
    """What a session is called that is good for one notebook. Pure."""
    return f"{target.namespace}/{target.name}"


def is_own_host(place: NotebookPlace, target: ToNotebook) -> bool:
    """Whether a notebook is asked for at its own host name. Pure."""
    return place.label == host_label(target.namespace, target.name)


class HandOver:
    """The steps; ``sessions`` is None where nobody signs in."""

    def __init__(self, sessions: Sessions | None) -> None:
        self._sessions = sessions

    def send(
        self, head: RequestHead, place: AppPlace, target: ToNotebook, visitor: Visitor
    ) -> Answer:
        """From the app to the notebook's own host."""
        label = host_label(target.namespace, target.name)
        origin = f"{head.scheme}://{label}.{place.domain}"
        if self._sessions is None or visitor.session is None:
            return see_other(origin + _target(head))
        ticket = self._sessions.hand_over(visitor.session, audience_of(target))
        query = urlencode({"ticket": ticket, "to": _target(head)})
        return see_other(f"{origin}{target.prefix}{ENTER_PATH}?{query}")

    def enter(self, head: RequestHead, target: ToNotebook) -> Answer:
        """From a ticket to a cookie; one that is worth nothing begins anew."""
        to = _wanted(head, target)
        if self._sessions is None:
            return see_other(to)
        if not head.is_visit:
            return refusal(head, 403, "Not a visit", "Open the notebook from the app's list.")
        secret = self._sessions.redeem(_parameter(head, "ticket"), audience_of(target))
        if secret is None:
            return see_other(to)
        entered = see_other(f"{target.prefix}{ENTERED_PATH}?{urlencode({'to': to})}")
        return entered.adding(keeping(head, secret))

    def entered(self, head: RequestHead, target: ToNotebook, visitor: Visitor | None) -> Answer:
        """On to the address that was wanted, if the browser kept the cookie."""
        if visitor is None:
            return refusal(head, 403, "No cookie came back", _COOKIES)
        return see_other(_wanted(head, target))


def fetch_ticket(head: RequestHead) -> Answer:
    """From a notebook's own host to the app, for those who come without a cookie. Pure."""
    return see_other(head.home.rstrip("/") + _target(head))


def _target(head: RequestHead) -> str:
    query = quote(head.query, safe="".join(map(chr, range(0x21, 0x7F))), encoding="latin-1")
    return ascii_path(head.raw_path) + (f"?{query}" if query else "")


def _wanted(head: RequestHead, target: ToNotebook) -> str:
    """Where to go on: an address of this notebook alone."""
    to = _parameter(head, "to")
    path, mark, query = to.partition("?")
    is_ours = to.isascii() and to.isprintable() and is_inside(path, target.prefix)
    return ascii_path(path) + mark + query if is_ours else target.prefix


def _parameter(head: RequestHead, name: str) -> str:
    return parse_qs(head.query, max_num_fields=8).get(name, [""])[0]


_COOKIES = "This notebook has a host name of its own, and needs a cookie there. Allow cookies."
