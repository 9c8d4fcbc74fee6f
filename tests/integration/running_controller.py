"""The controller as a process, and what its port says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import urllib3

from tests.cluster.processes import Process
from tests.cluster.servers import ROOT

LEADING = "notebook_controller_leading"
RECONCILES = "notebook_controller_reconcile_seconds_count"


def start_controller(kubeconfig: Path, folder: Path, **environ: str) -> Process:
    """Starts ``python -m controller`` at a cluster; its log is in the folder."""
    told = {"NB_CLUSTER": "kubeconfig", "KUBECONFIG": str(kubeconfig), **environ}
    command = ["env", *(f"{k}={v}" for k, v in told.items()), sys.executable, "-m", "controller"]
    folder.mkdir(exist_ok=True)
    return Process.start("controller", command, log=folder / "controller.log", cwd=ROOT)


def metrics_port(process: Process) -> int:
    """Where it serves; 0 before it does."""
    said = re.search(r"metrics on port (\d+)", process.log.read_text())
    return int(said[1]) if said else 0


def number(process: Process, metric: str) -> float:
    """One of its metrics; 0 before it serves."""
    port = metrics_port(process)
    if not port:
        return 0.0
    text = urllib3.request("GET", f"http://127.0.0.1:{port}/metrics").data.decode()
    found = re.search(rf"^{metric} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0
