from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from gateway.streams import OpenStreams
from tests.gateway.doors import gateway_before


async def test_given_open_requests_when_ended_then_each_returns_quietly() -> None:
    streams = OpenStreams()
    begun = asyncio.Semaphore(0)

    async def request() -> None:
        with streams.tracked():
            begun.release()
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(request()) for _ in range(3)]
    for _ in tasks:
        await begun.acquire()

    streams.end()

    assert await asyncio.wait_for(asyncio.gather(*tasks), 1) == [None] * 3


async def test_given_a_cancelled_request_when_nothing_ends_then_it_stays_cancelled() -> None:
    streams = OpenStreams()

    async def request() -> None:
        with streams.tracked():
            await asyncio.Event().wait()

    task = asyncio.create_task(request())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_given_a_request_without_an_answer_when_ended_then_503_with_our_headers() -> None:
    streams, begun = OpenStreams(), asyncio.Event()
    sent: list[Message] = []

    async def hanging(_scope: Scope, _receive: Receive, _send: Send) -> None:
        begun.set()
        await asyncio.Event().wait()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    ends = {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 1)}
    scope = {"type": "http", "path": "/", "headers": [(b"host", b"localhost")], **ends}
    gateway = gateway_before(hanging, streams)
    task = asyncio.create_task(gateway(scope, receive, send))
    await begun.wait()

    streams.end()
    await asyncio.wait_for(task, 1)

    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 503
    assert (b"cross-origin-opener-policy", b"same-origin") in sent[0]["headers"]
