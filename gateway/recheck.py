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
) -> None:
    """Ends what belongs to nobody any more, until it is cancelled.

    Sessions by themselves: whether one has ended is known without the cluster, which may be away,
    or take its time with each answer.

    Args:
        streams: what is open.
        visitors: who is signed in.
        rights: what they may.
        every: seconds.
    """
    await asyncio.gather(
        _sessions_forever(streams, visitors, every=every),
        _rights_forever(streams, rights, every=every),
    )


async def _sessions_forever(streams: OpenStreams, visitors: Visitors, *, every: float) -> NoReturn:
    while True:
        await asyncio.sleep(every)
        for stream in [*streams.under_way]:
            if stream.visitor and not visitors.is_still_in(stream.visitor):
                stream.end(SIGNED_OUT)


async def _rights_forever(streams: OpenStreams, rights: Rights, *, every: float) -> NoReturn:
    while True:
        await asyncio.sleep(every)
        told = await asyncio.gather(*(_recheck(stream, rights) for stream in streams.under_way))
        if problem := next(filter(None, told), None):
            # Who was let in stays while nobody can be asked; nobody new is.
            log.warning("Open sockets could not be judged anew: %s", problem)


async def _recheck(stream: Stream, rights: Rights) -> ClusterError | None:
    """Ends it if its visitor may not be there; why nobody could say, if so."""
    if stream.visitor is None or stream.question is None:
        return None
    try:
        if not await rights.allow(stream.visitor, stream.question):
            stream.end(FORBIDDEN)
    except ClusterError as error:
        return error
    return None
