"""What a node is told at start."""

from __future__ import annotations

import os
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

import psutil

from sandbox.node.addresses import LOOPBACK, SHARED, is_ours

# Requests reserve nothing here, processes share the cores as they always do. Without this factor,
# two cores would refuse the fifth notebook of half a core while all four of them idle.
CPU_OVERCOMMIT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeConfig:
    """One node.

    Attributes:
        data: where pods, volumes and (unless said otherwise) runtimes live.
        runtimes: the programs behind images; may be shared by several sandboxes.
        millicores: allocatable CPU.
        memory: allocatable memory, bytes.
        gpus: simulated nvidia.com/gpu; they count for scheduling, no device is behind them.
        pods: how many pods fit, whatever they ask for.
        names: host names under which browsers come, besides localhost.
        network: where pods get an address each; if it has a single one, they share its ports.
    """

    data: Path
    runtimes: Path
    millicores: int
    memory: int
    name: str = "sandbox"
    gpus: int = 1
    pods: int = 110
    names: tuple[str, ...] = ()
    network: IPv4Network = LOOPBACK

    @classmethod
    def of_machine(cls, data: Path, *, runtimes: Path | None = None, gpus: int = 1) -> NodeConfig:
        """This machine as a node: four times its cores, all of its memory."""
        return cls(
            data=data.resolve(),
            runtimes=(runtimes or data / "runtimes").resolve(),
            millicores=(os.cpu_count() or 1) * 1000 * CPU_OVERCOMMIT,
            memory=psutil.virtual_memory().total,
            gpus=gpus,
            network=LOOPBACK if is_ours(LOOPBACK) else SHARED,
        )

    @property
    def pods_root(self) -> Path:
        """Where each pod has its folder, by uid: logs, temporary files, a home without volume."""
        return self.data / "pods"

    @property
    def volumes_root(self) -> Path:
        """Where each PersistentVolume has its folder, by name."""
        return self.data / "volumes"
