"""python -m controller: runs until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
import threading
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import NoReturn

from controller.election import USUAL_PACE
from controller.elector import Candidate, Elector
from controller.health import HealthServer
from controller.loop import Controller
from controller.metrics import Metrics
from nbcore.errors import SettingsError
from nbcore.identity import OwnAccount
from nbcore.kube.client import Kube
from nbcore.kube.config import connect
from nbcore.logs import configure
from nbcore.names import FIELD_MANAGER_CONTROLLER
from nbcore.settings import VARIABLES, ClusterKind, Settings

log = logging.getLogger("controller")

_USAGE_ERROR = 2
_LOST = 1
_STOP_SECONDS = 9.0


def main(arguments: Sequence[str]) -> int:
    """Runs the controller against the cluster that NB_CLUSTER names; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environ(os.environ)
        process = _Process(settings, (options.metrics_address, options.metrics_port))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return _USAGE_ERROR
    except OSError as error:
        print(f"--metrics-port {options.metrics_port}: {error.strerror}", file=sys.stderr)
        return _USAGE_ERROR
    configure(settings)
    # The pool tells of every connection that it does not keep; nothing follows from that.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    process.run()
    return 0


class _Process:
    """Everything that runs here, wired together."""

    def __init__(self, settings: Settings, address: tuple[str, int]) -> None:
        self._api_client = connect(settings)
        # A pool of its own: renewals never wait behind other requests or on their connections.
        self._election_client = connect(settings)
        me = OwnAccount("controller")
        self._elector = Elector(
            Kube(self._election_client, me, read_seconds=USUAL_PACE.retry),
            Candidate(settings.lease_namespace, f"{socket.gethostname()}_{uuid.uuid4()}"),
            on_leading=self._lead,
            on_lost=_end_at_once,
            wall=lambda: datetime.now(UTC),
        )
        # A sandbox has one controller: whoever holds its folder's lock started it. With an
        # election, a start after a crash would wait until the dead one's lease has ended.
        self._is_elected = settings.cluster is not ClusterKind.SANDBOX
        kube = Kube(
            self._api_client,
            me,
            field_manager=FIELD_MANAGER_CONTROLLER,
            before_write=self._elector.check if self._is_elected else lambda: None,
        )
        metrics = Metrics()
        metrics.observe_leading(lambda: self._elector.is_leading or not self._is_elected)
        self._controller = Controller(kube, metrics, with_policies=settings.network_policies)
        self._health = HealthServer(
            address,
            is_alive=lambda: self._controller.is_alive,
            is_ready=lambda: self._controller.is_synced,
            metrics=metrics.text,
        )

    def run(self) -> None:
        """Returns after SIGINT or SIGTERM."""
        # Its put may interrupt its own get; an Event's set in the midst of wait is a deadlock.
        stopping: SimpleQueue[None] = SimpleQueue()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.put(None))
        self._controller.follow()
        self._health.start()
        log.info("started; metrics on port %d", self._health.port)
        if self._is_elected:
            self._elector.start()
        else:
            self._lead()
        stopping.get()
        self._stop()

    def _lead(self) -> None:
        self._controller.start()

    def _stop(self) -> None:
        log.info("stopping")
        # A server that hangs must not hold us longer: then the lease runs out by itself.
        limit = threading.Timer(_STOP_SECONDS, os._exit, (0,))
        limit.daemon = True
        limit.start()
        has_finished = self._controller.stop()
        if self._is_elected:
            self._elector.stop(release=has_finished)
        self._health.stop()
        self._api_client.close()
        self._election_client.close()


def _end_at_once() -> NoReturn:
    """Another may lead by now: no thread gets the time for one more write."""
    log.error("leadership is lost: ending")
    os._exit(_LOST)


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
