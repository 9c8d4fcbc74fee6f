"""What no well-behaved client or server sends, byte by byte: smuggling, splitting, floods.

Each at the app's host, which the notebook shares, and at the notebook's own.
"""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from gateway.limits import MAX_HEADERS
from tests.gateway.rig import OWN_HOST, Serve, Served


class Counted:
    """A notebook's server that counts what reaches it."""

    def __init__(self) -> None:
        self.requests: list[str] = []

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append(request.raw_path)
        await request.read()
        return web.Response(text="private")


async def sent(port: int, data: bytes, *, patience: float = 3) -> bytes:
    """Everything that comes back until the other side closes or falls silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    received = b""
    try:
        async with asyncio.timeout(patience):
            while chunk := await reader.read(65536):
                received += chunk
    except (TimeoutError, ConnectionError):
        pass
    writer.transport.abort()
    return received


@pytest.fixture(params=["127.0.0.1", OWN_HOST], ids=["shared host", "own host"])
def host(request: pytest.FixtureRequest, gateway: Served) -> str:
    return f"{request.param}:{gateway.port}"


def request(host: str, first: str, *lines: str, body: str = "") -> bytes:
    usual = (f"Host: {host}", f"Origin: http://{host}", "Connection: close")
    return ("\r\n".join([first, *usual, *lines, "", ""]) + body).encode("latin-1")


SMUGGLED = "GET /notebook/demo/nb/smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        pytest.param(
            ("Content-Length: 5", "Transfer-Encoding: chunked"),
            "0\r\n\r\n" + SMUGGLED,
            id="length and chunks",
        ),
        pytest.param(
            ("Transfer-Encoding: chunked", "Content-Length: 5"),
            "0\r\n\r\n" + SMUGGLED,
            id="chunks and length",
        ),
        pytest.param(
            ("Content-Length: 0", "Content-Length: 50"), SMUGGLED, id="two different lengths"
        ),
        pytest.param(("Content-Length: 0, 50",), SMUGGLED, id="a list of lengths"),
        pytest.param(("Content-Length: +5",), "hello", id="a sign"),
        pytest.param(("Content-Length: -1",), "", id="a negative length"),
        pytest.param(("Transfer-Encoding: xchunked",), "0\r\n\r\n" + SMUGGLED, id="unknown coding"),
        pytest.param(
            ("Transfer-Encoding: chunked, identity",),
            "0\r\n\r\n" + SMUGGLED,
            id="chunked not last",
        ),
        pytest.param(("Content-Length : 5",), "hello", id="blank before the colon"),
        pytest.param(
            ("X: a\nTransfer-Encoding: chunked",), "0\r\n\r\n" + SMUGGLED, id="bare line feed"
        ),
        pytest.param(("X: a\r\n folded",), "", id="folded line"),
        pytest.param(("Transfer-Encoding: chunked",), "zz\r\n\r\n" + SMUGGLED, id="no hex size"),
        pytest.param(
            ("Transfer-Encoding: chunked",), "ffffffffffffffffff\r\nx", id="overflowing size"
        ),
        pytest.param(
            ("Transfer-Encoding: chunked",),
            "3\r\nabcd\r\n0\r\n\r\n" + SMUGGLED,
            id="chunk too long",
        ),
    ],
)
async def test_given_an_ambiguous_body_when_sent_then_nothing_is_smuggled(
    gateway: Served, host: str, serve: Serve, lines: tuple[str, ...], body: str
) -> None:
    notebook = Counted()
    await serve(notebook)

    answer = await sent(
        gateway.port,
        request(host, "POST /notebook/demo/nb/a HTTP/1.1", *lines, body=body),
    )

    assert b" 200 " not in answer
    assert "/notebook/demo/nb/smuggled" not in notebook.requests
    assert b"private" not in answer


@pytest.mark.parametrize(
    "first",
    [
        pytest.param("GET /notebook/demo/nb/ HTTP/1.1\r\nHost: evil.example", id="two hosts"),
        pytest.param("GET /notebook/demo/nb/../x HTTP/1.1", id="dots"),
        pytest.param("GET /notebook/demo/nb/%2e%2e/x HTTP/1.1", id="encoded dots"),
        pytest.param("GET /notebook/demo/nb//evil.example HTTP/1.1", id="a host in the path"),
        pytest.param("GET /notebook/demo/nb/\xe9 HTTP/1.1", id="bytes beyond ASCII"),
        pytest.param("GET /notebook/demo/nb/ \r\n", id="no version"),
        pytest.param("TRACE /notebook/demo/nb/ HTTP/1.1", id="trace"),
        pytest.param("CONNECT 127.0.0.1:22 HTTP/1.1", id="connect"),
        pytest.param("GET * HTTP/1.1", id="asterisk"),
        pytest.param("GET http://evil.example/notebook/demo/nb/ HTTP/1.1", id="a host as target"),
    ],
)
async def test_given_a_strange_target_when_sent_then_the_notebook_does_not_see_it(
    gateway: Served, host: str, serve: Serve, first: str
) -> None:
    notebook = Counted()
    await serve(notebook)

    answer = await sent(gateway.port, request(host, first))

    assert b"private" not in answer
    assert b"the app\n" not in answer
    assert notebook.requests == []


async def test_given_no_host_when_sent_then_421(gateway: Served) -> None:
    answer = await sent(gateway.port, b"GET / HTTP/1.0\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 421")


async def test_given_too_many_or_too_big_headers_when_sent_then_431(
    gateway: Served, host: str, serve: Serve
) -> None:
    notebook = Counted()
    await serve(notebook)
    first = "GET /notebook/demo/nb/ HTTP/1.1"

    many = await sent(gateway.port, request(host, first, *["X: y"] * (MAX_HEADERS + 1)))
    cookies = "; ".join(f"c{number}=1" for number in range(10_000))
    big = await sent(gateway.port, request(host, first, f"Cookie: {cookies}"))

    assert many.startswith(b"HTTP/1.1 431")
    assert big.startswith(b"HTTP/1.1 431")
    assert b'\r\nclear-site-data: "cookies"\r\n' in big
    assert notebook.requests == []


async def answering(data: bytes) -> tuple[asyncio.Server, int]:
    """A server that says these bytes to everybody and closes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(
            b"HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: nb_session=1\r\nContent-Length: 0\r\n\r\n",
            id="carriage return in a value",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: nb_session=1\r\nContent-Length: 0\r\n\r\n",
            id="line feed in a value",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nX: a\r\n Set-Cookie: nb_session=1\r\nContent-Length: 0\r\n\r\n",
            id="folded line",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nSet-Cookie: a=\x00nb_session=1\r\nContent-Length: 0\r\n\r\n",
            id="zero byte",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", id="location on 200"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\nHTTP/1.1 200 OK\r\nSet-Cookie: nb_session=1\r\n\r\n",
            id="length and chunks",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            b"HTTP/1.1 200 OK\r\nSet-Cookie: nb_session=1\r\n\r\n",
            id="a second response",
        ),
        pytest.param(b"HTTP/1.1 999 OK\r\n\r\n", id="impossible status"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", id="huge header"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 10_000 + b"\r\n", id="thousands of headers"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="bad chunk size"
        ),
        pytest.param(b"\x16\x03\x01 this is not HTTP\r\n\r\n", id="no HTTP"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", id="switching protocols"),
    ],
)
async def test_given_a_hostile_answer_when_proxied_then_no_cookie_of_the_app_comes_through(
    gateway: Served, host: str, data: bytes
) -> None:
    server, port = await answering(data)
    gateway.cluster.run("nb", port)

    answer = await sent(gateway.port, request(host, "GET /notebook/demo/nb/ HTTP/1.1"))
    app = f"127.0.0.1:{gateway.port}"
    alive = await sent(gateway.port, request(app, "GET / HTTP/1.1"))
    server.close()

    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert b"\nset-cookie: nb_session" not in head
    assert b"\rset-cookie: nb_session" not in head
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert alive.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "status", ["101 Switching Protocols", "999 Odd", "000 Odd", "199 Odd", "600 Odd"]
)
async def test_given_a_status_that_is_no_answer_when_proxied_then_502(
    gateway: Served, host: str, status: str
) -> None:
    server, port = await answering(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
    gateway.cluster.run("nb", port)

    answer = await sent(gateway.port, request(host, "GET /notebook/demo/nb/ HTTP/1.1"))
    server.close()

    assert answer.startswith(b"HTTP/1.1 502")


async def test_given_a_notebook_that_asks_for_a_password_when_proxied_then_no_dialog_opens(
    gateway: Served,
    host: str,
) -> None:
    server, port = await answering(
        b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n"
    )
    gateway.cluster.run("nb", port)

    answer = await sent(gateway.port, request(host, "GET /notebook/demo/nb/ HTTP/1.1"))
    server.close()

    assert answer.startswith(b"HTTP/1.1 401")
    assert b"www-authenticate" not in answer.lower()


async def test_given_an_unusable_answer_when_logged_then_the_query_is_left_out(
    gateway: Served, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    server, port = await answering(b"this is not HTTP\r\n\r\n")
    gateway.cluster.run("nb", port)
    caplog.set_level("INFO", "gateway")

    answer = await sent(gateway.port, request(host, "GET /notebook/demo/nb/?token=secret HTTP/1.1"))
    server.close()

    assert answer.startswith(b"HTTP/1.1 502")
    assert "No answer from" in caplog.text
    assert "secret" not in caplog.text
