"""A TCP relay before a server: cut it, and for its clients the server is gone."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Relay:
    """Listens on a free loopback port and passes bytes both ways, unless it is cut."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._is_cut = False
        self.port = int(self._listener.getsockname()[1])

    def serve(self) -> None:
        """Accepts until it is closed."""
        with contextlib.suppress(OSError):
            while True:
                self._accept(self._listener.accept()[0])

    def cut(self) -> None:
        """Ends every connection, and each new one at once."""
        self._is_cut = True
        self._end(self._open)
        self._open = []

    def mend(self) -> None:
        """Lets new connections through again."""
        self._is_cut = False

    def close(self) -> None:
        """Ends everything."""
        self._end([self._listener, *self._open])

    def _accept(self, client: socket.socket) -> None:
        if self._is_cut:
            client.close()
            return
        server = socket.create_connection(self._target)
        self._open += [client, server]
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=_pass, args=(source, sink), daemon=True).start()

    @staticmethod
    def _end(sockets: list[socket.socket]) -> None:
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def relay_to(host: str, port: int) -> Iterator[Relay]:
    """A relay that serves in a thread."""
    relay = Relay((host, port))
    thread = threading.Thread(target=relay.serve, daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        relay.close()
        thread.join(5)


def _pass(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)
