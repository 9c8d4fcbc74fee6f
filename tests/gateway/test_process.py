from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import gateway
from gateway.process import GRACE_SECONDS, serve_without_delay

ENDLESS = """
import asyncio, socket, sys
import uvicorn
from gateway.process import end_streams_on_signal
from gateway.streams import OpenStreams

streams = OpenStreams()

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        end_streams_on_signal(streams)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        print("ended in order", flush=True)
        await send({"type": "lifespan.shutdown.complete"})
        return
    with streams.tracked():
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            await asyncio.sleep(0.05)

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listener])
"""


@pytest.mark.parametrize("times", [1, 3])
def test_given_an_endless_download_when_asked_to_end_then_the_process_ends_in_order(
    times: int,
) -> None:
    root = Path(gateway.__file__).parent.parent
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS], cwd=root, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200")
        began = time.monotonic()

        for _ in range(times):
            process.send_signal(signal.SIGTERM)
            time.sleep(0.05)

        output = process.stdout.read()
    assert process.wait(10) == -signal.SIGTERM
    assert "ended in order" in output
    assert time.monotonic() - began < GRACE_SECONDS + 5
    process.stdout.close()


def test_given_a_listener_when_tuned_then_accepted_connections_send_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert serve_without_delay() >= 1
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
