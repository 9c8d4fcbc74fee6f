"""What the node's parts share: the API, the clock, the folders, and one pod's share of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp

from sandbox.client import Client, Object
from sandbox.controllers.events import Recorder
from sandbox.node.config import NodeConfig
from sandbox.node.runtimes import Runtimes


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One node's.

    ``claim_folder`` finds the folder of a bound claim, by namespace and name. ``log_name`` and
    ``is_root`` are those of the account that runs the sandbox, and so all pods.
    """

    config: NodeConfig
    client: Client
    recorder: Recorder
    runtimes: Runtimes
    http: aiohttp.ClientSession
    clock: Callable[[], datetime]
    claim_folder: Callable[[str, str], Path | None]
    log_name: str
    is_root: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One pod's own folder and address."""

    pod: Object
    folder: Path
    address: str
