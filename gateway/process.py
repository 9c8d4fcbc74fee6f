"""What the serving process needs beyond its defaults; call these in the event loop at start."""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import os
import signal
import socket
import sys
from types import FrameType

import psutil

from gateway.streams import OpenStreams
from nbcore import audit
from nbcore.logs import formatter
from nbcore.settings import LogFormat

# Seconds that requests under way may still take when the process is asked to end.
GRACE_SECONDS = 1.5
# Seconds; the default of 5 ms lets a busy page script hold up small proxied requests.
_SWITCH_SECONDS = 0.0005
_OURS = ("gateway", "nbcore", "ui")


def serve_without_delay() -> int:
    """Switches Nagle's algorithm off on every listening socket; tells on how many.

    Accepted sockets inherit it. Streamlit binds without naming the protocol, for which asyncio does
    not do it: each keep-alive response would take 40 ms longer (as in Kludex/uvicorn#3149).
    """
    listening = [
        connection.fd
        for connection in psutil.Process().net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    for descriptor in listening:
        with socket.socket(fileno=os.dup(descriptor)) as listener:
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return len(listening)


def log_to_terminal(level: str, log_format: LogFormat = LogFormat.TEXT) -> None:
    """Writes our own packages' records to standard error, and only warnings of everybody else's.

    The audit log is written at every level.

    Args:
        level: the lowest that is written, for example INFO.
        log_format: how a line looks.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(log_format))
    logging.basicConfig(handlers=[handler])
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    audit.log.setLevel(logging.INFO)


def silence_server_log() -> None:
    """Keeps the server's line per request and socket off the terminal; warnings stay.

    They carry queries, in which IDEs put tokens. A filter, because Streamlit sets the level and the
    handlers of these loggers anew whenever it reads its configuration.
    """
    for name in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).addFilter(lambda record: record.levelno >= logging.WARNING)


def tune_interpreter() -> None:
    """Call it when everything is imported, so that no collection walks through modules again."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.collect()
    gc.freeze()


def end_streams_on_signal(streams: OpenStreams) -> None:
    """Ends open requests a moment after SIGTERM or SIGINT; the server would wait for them.

    The server's own handlers stay in force behind these, for the first signal. A second one does
    not wait for open requests; the server would skip its orderly end and show a traceback.
    """
    loop = asyncio.get_running_loop()
    endings = itertools.count()

    def chain(number: signal.Signals) -> None:
        previous = signal.getsignal(number)

        def handle(received: int, frame: FrameType | None) -> None:
            is_first = next(endings) == 0
            grace = GRACE_SECONDS if is_first else 0
            loop.call_soon_threadsafe(loop.call_later, grace, streams.end)
            if is_first and callable(previous):
                previous(received, frame)

        signal.signal(number, handle)

    for number in (signal.SIGTERM, signal.SIGINT):
        chain(number)
