"""Judges anew, every few seconds, those who have something open for longer."""

from __future__ import annotations

import asyncio
import logging
from typing import NoReturn

from gateway.rights import Rights
from gateway.streams import FORBIDDEN, SIGNED_OUT, OpenStreams, Stream
from gateway.visitors import Visitors
from nbcore.errors import ClusterError

log = logging.getLogger(__name__)


async def recheck_forever(
    streams: OpenStreams, visitors: Visitors, rights: Rights, *, every: float
) -> NoReturn:
    """Ends what belongs to nobody any more.

    Args:
        streams: what is open.
        visitors: who is signed in.
        rights: what they may.
        every: seconds.
    """
    while True:
        await asyncio.sleep(every)
        try:
            for stream in [*streams.under_way]:
                await _recheck(stream, visitors, rights)
        except ClusterError as error:
            # Who was let in stays while nobody can be asked; nobody new is.
            log.warning("Open sockets could not be judged anew: %s", error)


async def _recheck(stream: Stream, visitors: Visitors, rights: Rights) -> None:
    if stream.visitor is None:
        return
    if not visitors.is_still_in(stream.visitor):
        stream.end(SIGNED_OUT)
    elif stream.question and not await rights.allow(stream.visitor, stream.question):
        stream.end(FORBIDDEN)
