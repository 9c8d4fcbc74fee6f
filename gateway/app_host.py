"""The host name of the app: its pages, signing in, and the way to the notebooks."""

from __future__ import annotations

from gateway import pages
from gateway.answers import Answer
from gateway.app_side import AppSide
from gateway.calls import Call
from gateway.door import two_cookies
from gateway.hand_over import HandOver
from gateway.head import RequestHead
from gateway.notebook_side import NotebookSide
from gateway.places import AppPlace
from gateway.routes import Malformed, Nowhere, Route, ToApp, ToNotebook, ToSession, WithoutSlash
from gateway.session_answers import END_ACTION
from gateway.session_cookie import AmbiguousCookieError
from gateway.shared_host import is_noted
from gateway.visitors import Visitor, Visitors


class AppHost:
    """Serves what is asked at a name of the app.

    Args:
        visitors: who they are.
        app: the pages.
        notebooks: served here where they have no names of their own.
        hand_over: the way to those that have.
    """

    def __init__(
        self, visitors: Visitors, app: AppSide, notebooks: NotebookSide, hand_over: HandOver
    ) -> None:
        self._visitors = visitors
        self._app = app
        self._notebooks = notebooks
        self._hand_over = hand_over

    async def serve(self, call: Call, place: AppPlace, where: Route) -> None:
        """Answers one request that was let in."""
        try:
            visitor = call.stream.visitor = self._visitors.find(call.head)
        except AmbiguousCookieError:
            if where == ToSession(END_ACTION) and call.head.method == "POST":
                await self._app.session(call, END_ACTION, None)
            else:
                await call.answer(two_cookies(call.head))
            return
        match where:
            case ToApp():
                await self._app.serve(call, visitor)
            case ToSession(action):
                await self._app.session(call, action, visitor)
            case ToNotebook():
                await self._notebook(call, place, where, visitor)
            case _:
                await call.answer(nowhere(where, call.head))

    async def _notebook(
        self, call: Call, place: AppPlace, target: ToNotebook, visitor: Visitor | None
    ) -> None:
        is_alone = bool(place.domain) and not is_noted(call.head)
        if visitor is None:
            await self._app.sign_in(call)
        elif is_alone and call.head.is_visit:
            refused = await self._notebooks.refused(call, target, visitor)
            sent = refused or self._hand_over.send(call.head, place, target, visitor)
            await call.answer(sent)
        elif is_alone:
            await call.answer(pages.refusal(call.head, 421, "Another host name", _ELSEWHERE))
        elif _is_service_worker(call.head):
            await call.answer(pages.refusal(call.head, 403, "No service workers", _WORKERS))
        else:
            await self._notebooks.serve(call, target, visitor, is_alone=False)


def nowhere(where: Malformed | Nowhere | WithoutSlash, head: RequestHead) -> Answer:
    """What to say to an address that leads to no notebook. Pure."""
    match where:
        case Malformed(why):
            return pages.refusal(head, 400, "Address refused", why)
        case WithoutSlash(location):
            return pages.redirect(location + (f"?{head.query}" if head.query else ""))
        case Nowhere():
            return pages.unknown_notebook(head)


def _is_service_worker(head: RequestHead) -> bool:
    """Whether a browser wants the script of a service worker; no page can leave this header out.

    A worker answers its pages itself, without the policies that confine them, and goes on after
    its notebook is deleted. Pure.
    """
    return bool(head.values(b"service-worker")) or head.value(b"sec-fetch-dest") == "serviceworker"


_ELSEWHERE = "Notebooks have host names of their own here; open them from the app's list."
_WORKERS = "They are not allowed while notebooks share the app's address."
