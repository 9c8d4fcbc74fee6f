"""python -m sandbox --data DIR --port N: a cluster on this machine, on https://127.0.0.1:N."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sqlite3
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sandbox.api.context import World
from sandbox.api.local import LocalClient
from sandbox.assembly import run_controllers
from sandbox.lock import InUseError, held
from sandbox.node.config import NodeConfig
from sandbox.node.logs import DirectoryLogs
from sandbox.node.recovery import mark_unready
from sandbox.server import STATE_FILE, open_world, run_housekeeping, serving

_LOG = logging.getLogger("sandbox")
_SECONDS_TO_END = 4.5


def main() -> int:
    """Run until SIGTERM or SIGINT. Returns the exit status."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    data: Path = arguments.data
    os.umask(0o077)  # What pods write, and the state with its Secrets, is nobody else's.
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.chmod(0o700)
    try:
        with held(data):
            (data / "kubeconfig").unlink(missing_ok=True)
            node = NodeConfig.of_machine(data, runtimes=arguments.runtimes, gpus=arguments.gpus)
            node = replace(node, names=tuple(arguments.name))
            return asyncio.run(_run(data, node, port=arguments.port))
    except sqlite3.Error as problem:
        print(f"sandbox: can't use {data / STATE_FILE}: {problem}", file=sys.stderr)
        return 1
    except (InUseError, OSError) as problem:
        print(f"sandbox: {problem}", file=sys.stderr)
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="where its state lives")
    parser.add_argument("--port", type=_port, default=0, help="0: a free one, see DIR/kubeconfig")
    parser.add_argument("--gpus", type=int, default=1, help="simulated nvidia.com/gpu of its node")
    parser.add_argument("--runtimes", type=Path, help="programs behind images (DIR/runtimes)")
    parser.add_argument(
        "--name", action="append", default=[], help="a host name of browsers, besides localhost"
    )
    return parser.parse_args()


def _port(text: str) -> int:
    """A port from the command line; argparse turns the error into a sentence."""
    if not (text.isascii() and text.isdecimal() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: use a number from 0 to 65535")
    return int(text)


async def _run(data: Path, node: NodeConfig, *, port: int) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    world = open_world(data, lambda: datetime.now(UTC))
    await mark_unready(LocalClient(world, "kubelet"), node.name, world.clock())
    logs = DirectoryLogs(LocalClient(world, "kubelet"), node.pods_root)
    housekeeping = asyncio.create_task(run_housekeeping(world))
    cluster = asyncio.create_task(run_controllers(LocalClient(world, "sandbox"), node))
    tasks = {housekeeping, cluster}
    try:
        async with serving(data, world, logs, port=port) as announce:
            await _until_registered(world, node, tasks)
            announce()
            _LOG.info("ready: %s", data / "kubeconfig")
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait({stopped, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            # Pods end while the API still answers, so that their last status is kept.
            return await _end(tasks)
    finally:
        await _end(tasks)
        world.store.close()


async def _until_registered(world: World, node: NodeConfig, tasks: set[asyncio.Task[None]]) -> None:
    """Wait for the node's object: before that nothing could be scheduled."""
    registered = asyncio.Event()
    if world.find("nodes", "", node.name):
        return
    unsubscribe = world.store.subscribe(
        lambda change: registered.set() if change.resource == "nodes" else None
    )
    waiting = asyncio.create_task(registered.wait())
    await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    unsubscribe()


async def _end(tasks: set[asyncio.Task[None]]) -> int:
    """Cancel and await; 1 if one of them had failed by itself."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=_SECONDS_TO_END)
    failed = [task for task in tasks if task.done() and not task.cancelled() and task.exception()]
    for task in failed:
        _LOG.error("a part of the sandbox failed", exc_info=task.exception())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
