"""python -m sandbox.node --kubeconfig FILE --data DIR: this machine as a node of any cluster.

Pods that the cluster's scheduler binds here run as local processes.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

from sandbox.client import ApiError
from sandbox.credentials import Credentials, KubeconfigError, read_kubeconfig
from sandbox.lock import InUseError, held
from sandbox.lone_node import run_node
from sandbox.node.addresses import is_shared
from sandbox.node.config import NodeConfig
from sandbox.node.network import own_network
from sandbox.remote import connected

# RFC 2544 keeps it for measurements inside a laboratory: nobody's real address.
_NETWORK = "198.18.0.0/16"
_SMALLEST = 24


def main() -> int:
    """Run until SIGTERM or SIGINT. Returns the exit status."""
    arguments = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    data: Path = arguments.data
    os.umask(0o077)  # What pods write is nobody else's.
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    node = NodeConfig.of_machine(data, runtimes=arguments.runtimes, gpus=arguments.gpus)
    node = replace(node, network=arguments.address)
    try:
        credentials = read_kubeconfig(arguments.kubeconfig)
        with held(data), own_network(node.network):
            asyncio.run(_run(credentials, node))
    except (KubeconfigError, InUseError, ApiError, OSError) as problem:
        print(f"sandbox.node: {problem}", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.node", description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True, help="the cluster")
    parser.add_argument("--data", type=Path, required=True, help="where pods and volumes live")
    parser.add_argument(
        "--address",
        type=_network,
        default=_NETWORK,
        help=f"a network for pods, made this machine's own by root ({_NETWORK}), or one address "
        "that it has: then one pod at a time can have a port, and whoever reaches the address "
        "reaches the notebook",
    )
    parser.add_argument("--gpus", type=int, default=1, help="simulated nvidia.com/gpu")
    parser.add_argument("--runtimes", type=Path, help="programs behind images (DIR/runtimes)")
    return parser.parse_args()


def _network(text: str) -> IPv4Network:
    """A network from the command line; argparse turns the error into a sentence."""
    try:
        network = IPv4Network(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if network.is_loopback or network.is_link_local:
        raise argparse.ArgumentTypeError(f"{text}: an EndpointSlice can't name such addresses")
    if network.prefixlen > _SMALLEST and not is_shared(network):
        raise argparse.ArgumentTypeError(f"{text} is too small: a /{_SMALLEST} is needed")
    return network


async def _run(credentials: Credentials, node: NodeConfig) -> None:
    async with connected(credentials) as client:
        running = asyncio.create_task(run_node(client, node))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
        try:
            await running
        except asyncio.CancelledError:
            logging.getLogger("sandbox.node").info("ended")


if __name__ == "__main__":
    sys.exit(main())
