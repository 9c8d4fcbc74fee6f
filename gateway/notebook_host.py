"""A host name that one notebook has for itself: nothing else is served there."""

from __future__ import annotations

from dataclasses import replace

from gateway import pages
from gateway.app_host import nowhere
from gateway.calls import Call
from gateway.door import two_cookies
from gateway.hand_over import (
    ENTER_PATH,
    ENTERED_PATH,
    HandOver,
    audience_of,
    fetch_ticket,
    is_own_host,
)
from gateway.notebook_side import NotebookSide
from gateway.places import NotebookPlace
from gateway.routes import Malformed, Route, ToNotebook, WithoutSlash
from gateway.session_cookie import AmbiguousCookieError
from gateway.visitors import Visitors


class NotebookHost:
    """Serves what is asked at a notebook's name.

    Args:
        visitors: who they are.
        notebooks: what is served.
        hand_over: how visitors of the app get in here.
    """

    def __init__(self, visitors: Visitors, notebooks: NotebookSide, hand_over: HandOver) -> None:
        self._visitors = visitors
        self._notebooks = notebooks
        self._hand_over = hand_over

    async def serve(self, call: Call, place: NotebookPlace, where: Route) -> None:
        """Answers one request that was let in."""
        head = replace(call.head, home=f"{call.head.scheme}://{place.home}/")
        call = replace(call, head=head)
        match where:
            case ToNotebook() if is_own_host(place, where):
                await self._notebook(call, where)
            case Malformed() | WithoutSlash():
                await call.answer(nowhere(where, head))
            case _:
                await call.answer(pages.unknown_notebook(head))

    async def _notebook(self, call: Call, target: ToNotebook) -> None:
        try:
            visitor = self._visitors.find(call.head, audience_of(target))
        except AmbiguousCookieError:
            await call.answer(two_cookies(call.head))
            return
        call.stream.visitor = visitor
        if target.rest == ENTER_PATH:
            await call.answer(self._hand_over.enter(call.head, target))
        elif target.rest == ENTERED_PATH:
            await call.answer(self._hand_over.entered(call.head, target, visitor))
        elif visitor:
            await self._notebooks.serve(call, target, visitor, is_alone=True)
        else:
            await self._nobody(call)

    async def _nobody(self, call: Call) -> None:
        if call.head.is_visit:
            await call.answer(fetch_ticket(call.head))
        else:
            refused = pages.refusal(call.head, 401, "Not signed in", _VISIT)
            await call.answer(refused)


_VISIT = "Open the notebook from the app's list."
