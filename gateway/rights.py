"""Whether a visitor may open a notebook, asked without holding up the others."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from gateway.visitors import Visitor
from nbcore.access import Question
from nbcore.identity import Identity, OwnAccount

_THREADS = 8


class Answers(Protocol):
    """The part of nbcore.access.Access that the gateway asks."""

    def known(self, identity: Identity, question: Question) -> bool | None:
        """The answer if it is still remembered, without waiting."""
        ...

    def allows(self, identity: Identity, question: Question) -> bool:
        """The answer; may wait for the API server."""
        ...


class Rights:
    """Asks in threads of its own, and each question only once at a time.

    Without sign-in nothing is asked: whoever is at this machine has the app's own account anyway.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="rights")
        self._asked: dict[tuple[Identity, Question], asyncio.Task[bool]] = {}

    async def allow(self, visitor: Visitor, question: Question) -> bool:
        """Whether it is allowed.

        Raises:
            ClusterError: nobody knows; that is not a yes.
        """
        if isinstance(visitor.identity, OwnAccount):
            return True
        known = self._answers.known(visitor.identity, question)
        return known if known is not None else await self._ask(visitor.identity, question)

    def close(self) -> None:
        """Waits for nobody any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, identity: Identity, question: Question) -> bool:
        key = (identity, question)
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.create_task(self._ask_in_thread(*key))
            task.add_done_callback(lambda _: self._asked.pop(key, None))
        # The others who wait for this answer still want it when one of them hangs up.
        return await asyncio.shield(task)

    async def _ask_in_thread(self, identity: Identity, question: Question) -> bool:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._answers.allows, identity, question)
