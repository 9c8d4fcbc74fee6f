"""A real control plane that runs notebooks: with the sandbox's node, our kinds, the controller."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.running_app import NAMESPACE
from tests.cluster.api import Api
from tests.cluster.control_plane import running_control_plane
from tests.cluster.processes import Process, wait_until
from tests.cluster.servers import ROOT, create_crds
from tests.integration.running_controller import start_controller

# As the sandbox keeps it; no test asks for more.
_GPUS = 1
_START_SECONDS = 60.0
_NODES = "/api/v1/nodes"


@contextmanager
def running_real_cluster(assets: Path, folder: Path, runtimes: Path) -> Iterator[Path]:
    """Starts everything but the app; gives the administrator's kubeconfig."""
    with running_control_plane(assets, folder / "plane") as plane:
        api = Api(plane.kubeconfig)
        create_crds(api)
        api.create("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
        node = start_node(plane.kubeconfig, folder / "node", runtimes)
        controller = start_controller(plane.kubeconfig, folder / "controller")
        try:
            # The taint of a new node goes with the next look of the control plane: 5 s.
            wait_until(
                lambda: _is_usable(api),
                what="the node",
                processes=[node, controller],
                seconds=_START_SECONDS,
            )
            yield plane.kubeconfig
        finally:
            controller.stop()
            node.stop()
            api.close()


def start_node(kubeconfig: Path, folder: Path, runtimes: Path) -> Process:
    """Starts ``python -m sandbox.node`` at a cluster."""
    told = {"kubeconfig": kubeconfig, "data": folder, "runtimes": runtimes, "gpus": _GPUS}
    options = [f"--{name}={value}" for name, value in told.items()]
    command = [sys.executable, "-m", "sandbox.node", *options]
    return Process.start("node", command, log=folder.with_suffix(".log"), cwd=ROOT)


def _is_usable(api: Api) -> bool:
    return any(not node["spec"].get("taints") for node in api.get(_NODES)["items"])
