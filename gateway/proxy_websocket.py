"""Carries a WebSocket to a notebook: messages both ways, sub-protocol and close code included."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
from starlette.types import Receive, Send

from gateway.answers import give
from gateway.connections import as_multidict, cause, url_of
from gateway.exchange import Exchange
from gateway.pages import refusal

log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 64 * 2**20
"""From a notebook, pieces together. A message is held whole, several times over, before it is sent
on; the biggest outputs that Jupyter's pages can draw are smaller."""
_CLOSE_SECONDS = 3

# RFC 6455 section 7.4: what may stand in a close frame.
_SENDABLE = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)})
_NO_STATUS = 1005
_NORMAL, _GOING_AWAY, _BAD_GATEWAY = 1000, 1001, 1014


async def proxy_websocket(
    exchange: Exchange, session: aiohttp.ClientSession, receive: Receive, send: Send
) -> None:
    """Opens the notebook's socket first, so that a refusal reaches the browser as it is."""
    try:
        upstream = await session.ws_connect(
            url_of(exchange.address, exchange.path, exchange.head.query),
            headers=as_multidict(exchange.request_headers),
            protocols=exchange.head.subprotocols,
            max_msg_size=MAX_MESSAGE_BYTES,
            compress=0,
            timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_SECONDS),
        )
    except aiohttp.WSServerHandshakeError as error:
        await _refuse(exchange, send, error.status, "The notebook refused the connection.")
        return
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.info("No socket at %s: %s", exchange.address, cause(error))
        await _refuse(exchange, send, 502, "The notebook's server does not answer.")
        return
    async with upstream:
        await send({"type": "websocket.accept", "subprotocol": upstream.protocol})
        await _carry(upstream, receive, send)


async def _refuse(exchange: Exchange, send: Send, status: int, message: str) -> None:
    # 1xx to 3xx would mean something else to a browser that asked for a socket.
    answer = refusal(exchange.head, status if status >= 400 else 502, "No connection", message)
    await give(answer, exchange.head, send)


async def _carry(upstream: aiohttp.ClientWebSocketResponse, receive: Receive, send: Send) -> None:
    """Runs both directions until one ends, which ends the other."""
    directions = [
        asyncio.create_task(_to_notebook(upstream, receive)),
        asyncio.create_task(_to_browser(upstream, send)),
    ]
    try:
        await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for direction in directions:
            direction.cancel()
        outcomes = await asyncio.gather(*directions, return_exceptions=True)
    for outcome in outcomes:
        # An OSError is the server's word for a browser that is gone: the usual end.
        if isinstance(outcome, Exception) and not isinstance(outcome, OSError):
            log.info("A socket of a notebook broke: %r", outcome)


async def _to_notebook(upstream: aiohttp.ClientWebSocketResponse, receive: Receive) -> None:
    while True:
        message = await receive()
        match message["type"]:
            case "websocket.receive" if message.get("bytes") is not None:
                await upstream.send_bytes(message["bytes"])
            case "websocket.receive":
                await upstream.send_str(message.get("text") or "")
            case "websocket.disconnect":
                code = _from_browser(message.get("code") or _NO_STATUS)
                reason = (message.get("reason") or "").encode()
                await upstream.close(code=code, message=reason)
                return
            case _:
                # websocket.connect, which says nothing that is not known.
                pass


async def _to_browser(upstream: aiohttp.ClientWebSocketResponse, send: Send) -> None:
    reason = ""
    while True:
        message = await upstream.receive()
        match message.type:
            case aiohttp.WSMsgType.TEXT:
                await send({"type": "websocket.send", "text": message.data})
            case aiohttp.WSMsgType.BINARY:
                await send({"type": "websocket.send", "bytes": message.data})
            case _:
                if message.type is aiohttp.WSMsgType.CLOSE:
                    reason = message.extra or ""
                break
    code = _from_notebook(upstream.close_code)
    await send({"type": "websocket.close", "code": code, "reason": reason})


def _from_browser(code: int) -> int:
    """The code for the notebook. Pure.

    uvicorn says "no status" both of a browser that closed without a code and of one that vanished.
    """
    if code == _NO_STATUS:
        return _NORMAL
    return code if code in _SENDABLE else _GOING_AWAY


def _from_notebook(code: int | None) -> int:
    """The code for the browser; a notebook that broke off is a bad gateway (1014). Pure."""
    if code is None or code not in _SENDABLE | {_NO_STATUS}:
        return _BAD_GATEWAY
    return _NORMAL if code == _NO_STATUS else code
