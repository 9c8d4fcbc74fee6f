"""The notebooks behind the gateway: who may open which, and where it is."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import lru_cache

import aiohttp
from starlette.types import Message, Send

from gateway import pages
from gateway.answers import Answer
from gateway.calls import Call
from gateway.connections import open_session
from gateway.exchange import Exchange, ide_of
from gateway.head import RequestHead
from gateway.hosts import as_localhost, is_ipv6
from gateway.proxy_http import proxy_http
from gateway.proxy_websocket import proxy_websocket
from gateway.resolver import ClusterView, Resolver
from gateway.rights import Rights
from gateway.routes import STATUS_PATH, ToNotebook
from gateway.situation import situation
from gateway.upstream import Address
from gateway.visitors import Visitor
from nbcore import audit
from nbcore.access import Question, may_list, may_open
from nbcore.audit import Entry, Outcome
from nbcore.errors import ClusterError

log = logging.getLogger(__name__)

NO_SECONDS = 0.3
"""No sooner hears somebody who may not list a namespace that a notebook there can't be opened: the
API server is asked about some names and not about others, which takes some milliseconds."""


class NotebookSide:
    """Everything below /notebook/.

    Args:
        cluster: the objects as last seen.
        rights: who may open what.
    """

    def __init__(self, cluster: ClusterView, rights: Rights) -> None:
        self._resolver = Resolver(cluster)
        self._rights = rights
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Closes the connections to the notebooks."""
        self._rights.close()
        if self._session:
            await self._session.close()

    async def serve(
        self, call: Call, target: ToNotebook, visitor: Visitor, *, is_alone: bool
    ) -> None:
        """Opens a notebook for somebody who may.

        Args:
            call: the request.
            target: which notebook, and what of it.
            visitor: who wants it.
            is_alone: whether it has this host name for itself.
        """
        refused = await self.refused(call, target, visitor)
        found = refused or self._find(target, call.head, is_alone=is_alone)
        if isinstance(found, Answer):
            await call.answer(found)
        elif call.head.is_websocket:
            await proxy_websocket(found, self._pool(), call.receive, call.send)
        else:
            await proxy_http(found, self._pool(), call.receive, _telling(call, target, visitor))

    async def refused(self, call: Call, target: ToNotebook, visitor: Visitor) -> Answer | None:
        """What to say to somebody who may not open it; None if they may.

        Whoever may not list a namespace hears the same of every name in it, and after the same
        time, so that nobody can find out what is there. Names that nobody has are not asked about:
        somebody could make them up without end.
        """
        began = time.monotonic()
        is_known = self._resolver.notebook(target) is not None
        if not is_known and not self._resolver.is_synced:
            return self._unknown(call.head)
        question = _may_open(target.namespace, target.name)
        try:
            if is_known and await self._rights.allow(visitor, question):
                call.stream.question = question
                return None
            sees = await self._rights.allow(visitor, self._may_list(target.namespace))
        except ClusterError as error:
            log.warning("Nobody knows who may open %s: %s", target.prefix, error)
            return pages.refusal(call.head, 503, "Can't ask what you may", _AWAY, tries_again=True)
        if sees and not is_known:
            return pages.unknown_notebook(call.head)
        _tell(call.head, target, visitor, Outcome.DENIED if is_known else Outcome.FAILED)
        if not sees:
            await asyncio.sleep(began + NO_SECONDS - time.monotonic())
        return pages.forbidden(call.head, target, visitor.identity.user)

    def _may_list(self, namespace: str) -> Question:
        """About a namespace that there is, or about all of them."""
        return may_list(namespace if self._resolver.has_namespace(namespace) else "")

    def _find(self, target: ToNotebook, head: RequestHead, *, is_alone: bool) -> Exchange | Answer:
        """Which server to ask, or what to say instead."""
        notebook = self._resolver.notebook(target)
        if notebook is None:
            return self._unknown(head)
        if is_ipv6(head.host):
            location = f"{head.scheme}://{as_localhost(head.host)}{target.prefix}"
            return pages.redirect(location)
        found = self._resolver.address(target, notebook)
        refused = None if isinstance(found, Address) else found
        if target.rest == STATUS_PATH:
            return pages.situation_json(situation(notebook, refused))
        if isinstance(found, Address):
            return Exchange(head, target, found, ide_of(notebook), is_alone)
        return pages.situation_page(head, target, situation(notebook, found))

    def _unknown(self, head: RequestHead) -> Answer:
        if self._resolver.is_synced:
            return pages.unknown_notebook(head)
        title = "Connecting to the cluster"
        return pages.refusal(head, 503, title, _NOT_SYNCED, tries_again=True)

    def _pool(self) -> aiohttp.ClientSession:
        """Opened at first use, because it belongs to the event loop that serves."""
        self._session = self._session or open_session()
        return self._session


@lru_cache(maxsize=4096)
def _may_open(namespace: str, name: str) -> Question:
    """The same object for each of a page's hundred requests."""
    return may_open(namespace, name)


def _telling(call: Call, target: ToNotebook, visitor: Visitor) -> Send:
    """Writes one line when a notebook's page opens in a person's tab."""
    head, send = call.head, call.send
    if not head.is_visit:
        return send

    async def told(message: Message) -> None:
        # Not for redirects, of which most visits begin with one.
        if message["type"] == "http.response.start" and message["status"] < 300:
            _tell(head, target, visitor, Outcome.ALLOWED)
        await send(message)

    return told


def _tell(head: RequestHead, target: ToNotebook, visitor: Visitor, outcome: Outcome) -> None:
    # A page asks for a hundred things; those who are refused have no page.
    if head.is_visit:
        audit.write(
            Entry(
                user=visitor.identity.user,
                verb="create",
                outcome=outcome,
                resource="notebooks/connect",
                namespace=target.namespace,
                name=target.name,
                address=head.client_ip,
            )
        )


_NOT_SYNCED = "The notebooks are not known yet; this page tries again by itself."
_AWAY = (
    "The cluster has to say whether you may open this notebook, and does not answer. "
    "This page tries again by itself."
)
