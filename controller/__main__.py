"""python -m controller: runs until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence

from controller.health import HealthServer
from controller.loop import Controller
from controller.metrics import Metrics
from nbcore.errors import SettingsError
from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.names import FIELD_MANAGER_CONTROLLER
from nbcore.settings import VARIABLES, Settings

log = logging.getLogger("controller")

_USAGE_ERROR = 2


def main(arguments: Sequence[str]) -> int:
    """Runs the controller against the cluster that NB_CLUSTER names; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environ(os.environ)
        api_client = connect(settings)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return _USAGE_ERROR
    logging.basicConfig(
        level=settings.log_level.value, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    # The pool tells of every connection that it does not keep; nothing follows from that.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    kube = Kube(api_client, OwnAccount("controller"), field_manager=FIELD_MANAGER_CONTROLLER)
    metrics = Metrics()
    controller = Controller(kube, metrics)
    address = (options.metrics_address, options.metrics_port)
    try:
        health = HealthServer(address, lambda: controller.is_alive, metrics.text)
    except OSError as error:
        print(f"--metrics-port {options.metrics_port}: {error.strerror}", file=sys.stderr)
        return _USAGE_ERROR
    _run(controller, health)
    api_client.close()
    return 0


def _run(controller: Controller, health: HealthServer) -> None:
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    controller.start()
    health.start()
    log.info("started; metrics on port %d", health.port)
    stopping.wait()
    log.info("stopping")
    controller.stop()
    health.stop()


def _parser() -> argparse.ArgumentParser:
    variables = "\n".join(f"  {v.name}: {v.consequence} ({v.default})" for v in VARIABLES)
    parser = argparse.ArgumentParser(
        prog="python -m controller",
        description="Keeps a StatefulSet and a Service for every Notebook until SIGTERM.",
        epilog=f"environment:\n{variables}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--metrics-port", type=int, default=0, help="for /healthz and /metrics; 0: any free port"
    )
    parser.add_argument(
        "--metrics-address",
        default="127.0.0.1",
        help="where that port listens; 0.0.0.0 in a pod, so that probes reach it",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
