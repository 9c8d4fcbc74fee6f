"""A request with both of its ends, as the parts of the gateway hand it on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from gateway.answers import Answer, give
from gateway.head import RequestHead
from gateway.streams import Stream

_BODY_SECONDS = 10.0


class BodyError(Exception):
    """A body that is too big, too slow, or that never came whole."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the gateway.

    Attributes:
        stream: what is counted of it.
    """

    head: RequestHead
    scope: Scope
    receive: Receive
    send: Send
    stream: Stream

    async def answer(self, answer: Answer) -> None:
        """Answers it at once."""
        await give(answer, self.head, self.send)

    async def body(self, limit: int) -> bytes:
        """All of a small body.

        Args:
            limit: bytes.

        Raises:
            BodyError: it is not small.
        """
        body, is_whole = b"", False
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                while not is_whole:
                    message = await self.receive()
                    if message["type"] != "http.request":
                        raise BodyError
                    body += message.get("body", b"")
                    is_whole = not message.get("more_body")
                    if len(body) > limit:
                        raise BodyError
        except TimeoutError as error:
            raise BodyError from error
        return body
