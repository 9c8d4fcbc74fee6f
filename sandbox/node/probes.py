"""Probes: one check of a container, answered as the kubelet words it.

https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import aiohttp
from yarl import URL

from sandbox.client import Object

_SUCCESS = range(200, 400)
_USER_AGENT = "kube-probe/1.36"

Execute = Callable[[Sequence[str]], Awaitable[tuple[int, str]]]
"""Runs a command as the container would; answers its exit code and output."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How often a probe asks and how many answers count; seconds, with the API's defaults."""

    delay: float
    period: float
    timeout: float
    successes: int
    failures: int

    @classmethod
    def of(cls, probe: Object) -> Timing:
        """The timing that a probe says. Pure."""
        return cls(
            delay=probe.get("initialDelaySeconds", 0),
            period=probe.get("periodSeconds") or 10,
            timeout=probe.get("timeoutSeconds") or 1,
            successes=probe.get("successThreshold") or 1,
            failures=probe.get("failureThreshold") or 3,
        )


def port_number(container: Object, port: int | str) -> int:
    """The number of a port that may be named. Pure.

    Raises:
        ValueError: no port of the container has this name.
    """
    if isinstance(port, int):
        return port
    ports = container.get("ports") or []
    found = next((entry["containerPort"] for entry in ports if entry.get("name") == port), None)
    if found is None:
        raise ValueError(f"unknown port {port}")
    return int(found)


@dataclass(frozen=True, slots=True)
class Prober:
    """Checks one container at its address."""

    http: aiohttp.ClientSession
    address: str
    container: Object
    execute: Execute

    async def failure(self, probe: Object) -> str | None:
        """What is wrong, in the kubelet's words; None when nothing is."""
        timeout = Timing.of(probe).timeout
        try:
            async with asyncio.timeout(timeout):
                return await self._check(probe)
        except TimeoutError:
            return f"command timed out after {timeout}s" if "exec" in probe else _too_slow(timeout)
        except (ValueError, OSError) as error:
            return str(error)

    async def _check(self, probe: Object) -> str | None:
        if "httpGet" in probe:
            return await self._get(probe["httpGet"])
        if "tcpSocket" in probe:
            return await self._connect(probe["tcpSocket"])
        if "exec" in probe:
            code, output = await self.execute(probe["exec"]["command"])
            return output.strip() or f"exit code {code}" if code else None
        return "this sandbox knows httpGet, tcpSocket and exec probes only"

    async def _get(self, action: Object) -> str | None:
        host = action.get("host") or self.address
        port = port_number(self.container, action["port"])
        scheme = action.get("scheme", "HTTP").lower()
        path = "/" + action.get("path", "/").lstrip("/")
        url = URL(f"{scheme}://{host}:{port}{path}", encoded=True)
        given = {entry["name"]: entry["value"] for entry in action.get("httpHeaders") or []}
        headers = {"User-Agent": _USER_AGENT, "Accept": "*/*", **given}
        try:
            # As with the kubelet, no certificate is verified: a probe asks for life, not trust.
            request = self.http.get(url, headers=headers, allow_redirects=False, ssl=False)
            async with request as answer:
                is_fine = answer.status in _SUCCESS
                return None if is_fine else f"HTTP probe failed with statuscode: {answer.status}"
        except aiohttp.ClientConnectorError:
            return f'Get "{url}": dial tcp {host}:{port}: connect: connection refused'
        except aiohttp.ClientError as error:
            return f'Get "{url}": {error}'

    async def _connect(self, action: Object) -> str | None:
        host = action.get("host") or self.address
        port = port_number(self.container, action["port"])
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            return f"dial tcp {host}:{port}: connect: connection refused"
        writer.close()
        return None


def _too_slow(timeout: float) -> str:
    return f"context deadline exceeded: no answer within {timeout} s"
