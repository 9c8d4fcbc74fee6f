"""The sandbox as one asyncio program: API server, its own controllers, and those of the cluster."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

from aiohttp import web

from sandbox.api import authentication, expiry
from sandbox.api.context import World
from sandbox.api.garbage import GarbageCollector
from sandbox.api.http import HttpApi
from sandbox.api.limits.loop import QuotaController
from sandbox.api.local import LocalClient
from sandbox.api.meta import SUFFIX_ALPHABET, SUFFIX_LENGTH
from sandbox.api.namespaces import NamespaceController, make_initial
from sandbox.api.rbac import aggregation
from sandbox.api.rbac.roles import ADMINISTRATORS, Roles
from sandbox.api.registry import Registry
from sandbox.api.store import Store
from sandbox.certificates import ensure_certificates, write_private
from sandbox.kubeconfig import kubeconfig
from sandbox.logs import PodLogs

STATE_FILE = "state.db"
_PKI, _TOKENS = "pki", "tokens.csv"
_HOST = "127.0.0.1"
_LONGEST_LINE = 64 * 1024  # A label selector travels in the request line.
_SECONDS_IDLE = 600.0  # Clients keep connections; one that is closed under them is an error there.
_SECONDS_TO_CLOSE = 1.0


def open_world(data: Path, clock: Callable[[], datetime]) -> World:
    """The state of a data directory."""
    store = Store(data / STATE_FILE)
    return World(
        store=store,
        registry=Registry(store),
        roles=Roles(store),
        tokens=_tokens(data / _PKI),
        clock=clock,
        new_uid=lambda: str(uuid.uuid4()),
        new_suffix=lambda: "".join(secrets.choice(SUFFIX_ALPHABET) for _ in range(SUFFIX_LENGTH)),
    )


def _tokens(folder: Path) -> authentication.Tokens:
    """Who has which token; the administrator's is made at the first start."""
    path = folder / _TOKENS
    if not path.exists():
        folder.mkdir(mode=0o700, exist_ok=True)
        row = f'{secrets.token_urlsafe(32)},admin,admin,"{ADMINISTRATORS}"\n'
        write_private(path, row.encode())
    return authentication.read_tokens(path.read_text().splitlines())


def _admin_token(folder: Path) -> str:
    """The token of the first row."""
    return (folder / _TOKENS).read_text().partition(",")[0]


@contextlib.asynccontextmanager
async def serving(
    data: Path, world: World, logs: PodLogs | None, *, port: int
) -> AsyncIterator[Callable[[], None]]:
    """Serve the API while the context lasts; call what it yields to announce that it is ready.

    Args:
        data: where keys, tokens and the kubeconfig live.
        world: the state.
        logs: the node's logs.
        port: 0 lets the system choose.

    Raises:
        OSError: when the port is taken.
    """
    pki = data / _PKI
    ensure_certificates(pki, world.clock())
    api = HttpApi(world, logs)
    # Whoever hangs up ends the handler: else a quiet watch would live on until its timeout.
    server = web.Server(
        api,
        access_log=None,
        handler_cancellation=True,
        keepalive_timeout=_SECONDS_IDLE,
        max_line_size=_LONGEST_LINE,
    )
    runner = web.ServerRunner(server, shutdown_timeout=_SECONDS_TO_CLOSE)
    await runner.setup()
    try:
        await web.TCPSite(runner, _HOST, port, ssl_context=_tls(pki)).start()
        url = f"https://{_HOST}:{runner.addresses[0][1]}"
        config = kubeconfig(url, (pki / "ca.crt").read_bytes(), _admin_token(pki))
        yield lambda: write_private(data / "kubeconfig", config)
    finally:
        api.close()
        await runner.cleanup()


def _tls(pki: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(pki / "server.crt", pki / "server.key")
    # A client may show a certificate of our authority instead of a token.
    context.load_verify_locations(pki / "ca.crt")
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


async def run_housekeeping(world: World) -> None:
    """What a controller manager does for all kinds: namespaces, roles, quotas, expiry."""
    client = LocalClient(world, "kube-controller-manager")
    namespaces = NamespaceController(world, client)
    garbage = GarbageCollector(world, client)
    quotas = QuotaController(world, client)
    roles = aggregation.AggregationController(world, client)
    await make_initial(client)
    await aggregation.make_initial(client)
    async with asyncio.TaskGroup() as group:
        group.create_task(namespaces.run())
        group.create_task(garbage.run())
        group.create_task(roles.run())
        group.create_task(quotas.run())
        group.create_task(expiry.run(world))
