"""The ASGI entry: ``streamlit run app.py``. Wiring only."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from gateway.admission import Admission
from gateway.middleware import Gateway
from gateway.places import Names
from gateway.process import (
    end_streams_on_signal,
    log_to_terminal,
    serve_without_delay,
    silence_server_log,
    tune_interpreter,
)
from gateway.streams import OpenStreams
from nbcore.errors import SettingsError
from nbcore.identity import OwnAccount
from nbcore.kube.cache import ClusterCache
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.kube.late import LateApiClient
from nbcore.local import LocalCluster, quickstart_command
from nbcore.session_store import SessionKeeper, kept_sessions, session_store
from nbcore.sessions import Sessions
from nbcore.settings import ClusterKind, Settings, SignIn
from nbcore.start_check import start_problem
from nbcore.user_file import UserFile
from quickstart import READY
from ui.entrance import Entrance, Way
from ui.passwords import Passwords, load
from ui.sandbox_offers import OfferWay, may_offer
from ui.session import Services, install, own_account, signed_in
from ui.sign_in import PasswordWay

ROOT = Path(__file__).resolve().parent

api_client = LateApiClient()
try:
    settings = Settings.from_environ(os.environ)
    if settings.cluster is not ClusterKind.SANDBOX:
        api_client.attach(connect(settings))
except SettingsError as error:
    sys.exit(str(error))
log_to_terminal(settings.log_level, settings.log_format)
listens_on = st.get_option("server.address") or ""
users = UserFile(settings.users, clock=time.monotonic)
if problem := start_problem(settings, address=listens_on, users=users.users()):
    sys.exit(problem)
account = OwnAccount(user=settings.owner)
kube = Kube(api_client, account)
cache = ClusterCache(kube)
streams = OpenStreams()
keeper: SessionKeeper | None = None
if settings.sign_in is SignIn.OFF:
    visitors: Sessions | OwnAccount = account
    services = Services(cache, kube, settings, identity=own_account(settings.owner))
else:
    store = session_store(settings, kube)
    kept = kept_sessions(store)
    clock = time.time  # noqa: TID251 the clock of this process's sessions
    visitors = sessions = Sessions(stamps=users.stamp, clock=clock, kept=kept)
    keeper = SessionKeeper(sessions, store)
    ways: list[Way] = [PasswordWay(Passwords(users, clock=time.monotonic))]
    if may_offer(settings, listens_on):
        ways.append(OfferWay(settings.offers, users))
    entrance = Entrance(sessions, tuple(ways))
    services = Services(cache, kube, settings, identity=signed_in(sessions), entrance=entrance)
admission = Admission(visitors, services.access, trusted_proxies=settings.trusted_proxies)
install(services)


def tell(line: str) -> None:
    """One line on the terminal."""
    print(line, flush=True)  # noqa: T201 the terminal of `make run` is its user interface


def meet_sandbox() -> None:
    """The cluster that was started is there: connect, and begin to follow it."""
    api_client.attach(connect(settings))
    cache.start()
    tell(f"app       {address()}")


def address() -> str:
    """Where people find the app."""
    return f"http://localhost:{st.get_option('server.port')}"


async def run_cluster(local: LocalCluster) -> None:
    """Starts a cluster if it is ours to start; then this process ends when that does."""
    if settings.cluster is not ClusterKind.SANDBOX:
        cache.start()
        tell(f"app       {address()}")
        return
    try:
        code = await local.run(on_ready=meet_sandbox)
        if code < 0:
            tell(f"cluster   ended by signal {-code}")
    except (SettingsError, OSError) as problem:
        tell(str(problem))
    if local.was_ready:
        tell("The app ends with it. Start again with make run: notebooks come back as they were.")
    signal.raise_signal(signal.SIGTERM)


def warm_up() -> None:
    """Loads what the first page would wait for."""
    importlib.import_module("ui.tables")
    if settings.sign_in is SignIn.USERS:
        load()
    tune_interpreter()


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Around the serving: before it accepts requests, and after the last one."""
    command = quickstart_command(ROOT / "quickstart.py", settings.data, address())
    local = LocalCluster(command, ready_line=READY, tell=tell)
    silence_server_log()
    serve_without_delay()
    end_streams_on_signal(streams)
    if keeper:
        keeper.start()
    cluster = asyncio.create_task(run_cluster(local))
    warming = asyncio.create_task(asyncio.to_thread(warm_up))
    yield
    was_left = cluster.done() and settings.cluster is ClusterKind.SANDBOX
    cluster.cancel()
    await warming
    # First those who would complain of a cluster that goes away.
    await asyncio.to_thread(cache.stop)
    if keeper:
        await asyncio.to_thread(keeper.stop)
    await local.end()
    if was_left:
        # The server would end as by a signal from outside, of which nobody knows.
        os._exit(1)


app = st.App(
    ROOT / "ui" / "shell.py",
    lifespan=lifespan,
    middleware=[
        Middleware(
            Gateway,
            admission=admission,
            cluster=cache,
            names=Names(settings.allowed_hosts, settings.domain),
            streams=streams,
        )
    ],
)
