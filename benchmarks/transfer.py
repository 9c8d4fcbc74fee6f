"""How fast one HTTP/1.1 connection gets answers: small ones in a row, and one big one."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of many requests on one connection."""

    p50: float
    p99: float


def get_latency(url: str, *, requests: int) -> Latency:
    """Gets the same small answer again and again on one keep-alive connection."""
    connection, path = _open(url)
    taken = []
    for _ in range(requests):
        begun = time.perf_counter()
        connection.request("GET", path)
        _successful(connection.getresponse(), url).read()
        taken.append((time.perf_counter() - begun) * 1000)
    connection.close()
    return Latency(statistics.median(taken), statistics.quantiles(taken, n=100)[98])


def download_rate(url: str) -> float:
    """Reads one body to its end: bytes per second."""
    connection, path = _open(url)
    begun = time.perf_counter()
    # JupyterLab gives files only to pages of its own.
    connection.request("GET", path, headers={"Referer": url})
    response, size = _successful(connection.getresponse(), url), 0
    while chunk := response.read(CHUNK):
        size += len(chunk)
    connection.close()
    return size / (time.perf_counter() - begun)


def _open(url: str) -> tuple[HTTPConnection, str]:
    parts = urlsplit(url)
    return HTTPConnection(parts.hostname or "", parts.port or 80), parts.path


def _successful(response: HTTPResponse, url: str) -> HTTPResponse:
    if response.status != 200:
        raise RuntimeError(f"{url} answered {response.status}; there is nothing to measure")
    return response
