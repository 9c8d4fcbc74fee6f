"""Answers that the gateway gives itself, over HTTP or to the opening of a WebSocket."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from starlette.types import Send

from gateway.head import HeaderList, RequestHead


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete response; its headers are final, security included."""

    status: int
    headers: HeaderList
    body: bytes = b""

    def adding(self, *headers: tuple[bytes, bytes]) -> Answer:
        """The same answer with more headers. Pure."""
        return replace(self, headers=self.headers + headers)


def json_answer(status: int, content: dict[str, str], *, added: HeaderList) -> Answer:
    """JSON for scripts. Pure."""
    body = json.dumps(content).encode()
    headers = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
    return Answer(status, headers + added, body)


async def give(answer: Answer, head: RequestHead, send: Send) -> None:
    """Sends an answer; an opening WebSocket gets it instead of its handshake.

    uvicorn offers that for every WebSocket (ASGI extension websocket.http.response).
    """
    kind = "websocket.http" if head.is_websocket else "http"
    length = (b"content-length", str(len(answer.body)).encode())
    headers = [*answer.headers, length]
    await send({"type": f"{kind}.response.start", "status": answer.status, "headers": headers})
    await send({"type": f"{kind}.response.body", "body": answer.body})
