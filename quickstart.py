"""Starts a cluster of one machine for the app: sandbox, our API in it, controller.

A child of the app when NB_CLUSTER is sandbox; ``python quickstart.py --data DIR`` alone does the
same in a terminal. Whatever ends it ends all that it started: its standard input, when that is a
pipe or a socket, closes with its parent; its children hold a pipe from it in the same way.
"""

from __future__ import annotations

import argparse
import os
import runpy
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import yaml

from nbcore.datalock import HeldError, hold, unusable_sentence
from nbcore.errors import NbError
from nbcore.names import SYSTEM_NAMESPACE, JsonObject
from nbcore.settings import ClusterKind, Settings, SignIn

ROOT = Path(__file__).resolve().parent
_PEOPLE = ROOT / "deploy" / "base" / "people-roles.yaml"

READY = "cluster   ready"
"""The line that says that the cluster can be used."""
HELD_EXIT = 3
"""Somebody else uses the data folder."""
DIED_EXIT = 4
"""Something could not be started, or ended by itself."""

# Seconds. A child is given so long to end by itself; together with the app's own end this stays
# below the ten seconds that `make run` promises.
_END_SECONDS = {"controller": 2.0, "sandbox": 5.0}
_START_SECONDS = 60
_ORPHAN_SECONDS = 7
_LOG_LINES = 15


class _EndError(BaseException):
    """Somebody wants us to end."""


class DiedError(Exception):
    """A child ended without being asked to, or never became ready."""


def say(subject: str, words: str) -> None:
    """One plain line on the terminal."""
    print(f"{subject:<9} {words}", flush=True)


@dataclass(frozen=True)
class Child:
    """A process that ends with us."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Looks whether it lives.

        Raises:
            DiedError: it has ended; with the last lines of its log.
        """
        code = self.process.poll()
        if code is not None:
            raise DiedError(f"The {self.name} ended with {code}. {tail(self.log)}")

    def end(self, seconds: float) -> None:
        """SIGTERM, and SIGKILL when that does not help in time."""
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def tail(log: Path) -> str:
    """The end of a log file, for the terminal."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
    except OSError:
        lines = []
    return "\n".join([f"The end of {log}:", *lines])


def start(module: str, *arguments: str, data: Path, lock: int, environ: Mapping[str, str]) -> Child:
    """Starts ``python -m module`` so that it ends when we are gone.

    A session of its own keeps the terminal's Ctrl-C from it: we end the children in order.
    """
    logs = data / "logs"
    logs.mkdir(exist_ok=True, mode=0o700)
    log = logs / f"{module}.log"
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "quickstart.py"), "--tethered", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=dict(environ),
            pass_fds=(lock,),
            start_new_session=True,
        )
    return Child(module, process, log)


def tethered(module: str, arguments: list[str]) -> NoReturn:
    """Runs a module in this process, which ends when standard input does."""
    end_with_parent(patience=_ORPHAN_SECONDS)
    sys.argv = [module, *arguments]
    sys.path[0] = str(ROOT)
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    sys.exit(0)


def end_with_parent(*, patience: float | None = None) -> None:
    """Sends SIGTERM to this process when standard input closes.

    Args:
        patience: seconds after which it is ended hard; None: never.
    """

    def watch() -> None:
        # Not sys.stdin, whose lock would be held while the interpreter shuts down.
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        if patience is not None:
            time.sleep(patience)
            os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def wait(done: Callable[[], bool], children: list[Child], what: str) -> None:
    """Waits for something while the children live.

    Raises:
        DiedError: a child ended, or it took longer than a minute.
    """
    deadline = time.monotonic() + _START_SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise DiedError(f"{what} did not become ready in {_START_SECONDS} s.")
        watch_over(children, pause=0.02)


def watch_over(children: list[Child], *, pause: float) -> None:
    """Looks once whether all children live, then sleeps for ``pause`` seconds."""
    for child in children:
        child.check()
    time.sleep(pause)


def furnish(settings: Settings, children: list[Child]) -> None:
    """Waits for the API, installs ours, makes the namespaces, and at first somebody to sign in."""
    # Here, because it loads for half a second: a second start should be told at once, and a first
    # one uses the time in which the sandbox starts.
    from nbcore import first_users, install  # noqa: PLC0415
    from nbcore.identity import OwnAccount  # noqa: PLC0415
    from nbcore.kube.client import Kube  # noqa: PLC0415
    from nbcore.kube.config import connect  # noqa: PLC0415

    signs_in = settings.sign_in is SignIn.USERS
    definitions = [d for path in sorted(ROOT.glob("deploy/crds/*.yaml")) for d in objects(path)]
    told = first_users.make_users(settings.users, settings.offers) if signs_in else {}
    wait(settings.sandbox_kubeconfig.exists, children, "The sandbox")
    say("sandbox", f"KUBECONFIG={settings.sandbox_kubeconfig}")
    kube = Kube(connect(settings), OwnAccount(user=settings.owner))
    kinds = install.install_definitions(
        kube, definitions, wait=lambda done: wait(done, children, "Our API")
    )
    say("API", ", ".join(kinds))
    install.make_namespaces(kube, (SYSTEM_NAMESPACE, *settings.namespaces))
    say("namespace", ", ".join(settings.namespaces))
    if signs_in:
        first_users.grant(kube, objects(_PEOPLE), settings.namespaces)
    for name, password in told.items():
        say("user", f"{name:<7} {password}   told only this once")


def objects(path: Path) -> list[JsonObject]:
    """The objects of a YAML file; the C loader, where there is one, is six times as fast."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return list(yaml.load_all(path.read_text(), Loader=loader))


def run(data: Path, address: str) -> None:
    """Brings everything up, then watches over it until somebody wants an end.

    Raises:
        HeldError, UnusableError: before anything was started.
        DiedError, OSError: after everything was ended.
    """
    started = datetime.now(UTC)  # noqa: TID251 the process's own start
    lock = hold(data, address=address, now=started)
    say("data", str(data))
    environ = {**os.environ, "NB_CLUSTER": ClusterKind.SANDBOX, "NB_DATA": str(data)}
    settings = Settings.from_environ(environ)
    # One of an earlier start would lead to a port that may be somebody else's by now.
    settings.sandbox_kubeconfig.unlink(missing_ok=True)
    children: list[Child] = []

    def child(module: str, *arguments: str) -> None:
        children.append(start(module, *arguments, data=data, lock=lock, environ=environ))

    try:
        folders = ("--data", str(data / "sandbox"), "--runtimes", str(settings.runtimes))
        names = (f"--name={name}" for name in (*settings.allowed_hosts, settings.domain) if name)
        child("sandbox", *folders, "--port", "0", *names)
        furnish(settings, children)
        child("controller", "--metrics-port", "0")
        print(READY, flush=True)
        while True:
            watch_over(children, pause=0.2)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for one in reversed(children):
            one.end(_END_SECONDS[one.name])


def _end(*_: object) -> NoReturn:
    raise _EndError


def main(arguments: list[str]) -> int:
    """The command line; tells the exit code."""
    parser = argparse.ArgumentParser(prog="quickstart.py", description="A cluster of one machine.")
    parser.add_argument("--data", type=Path, required=True, help="folder for state and volumes")
    parser.add_argument("--address", default="", help="of the app, told to a second start")
    options = parser.parse_args(arguments)
    data = Path(os.path.expanduser(options.data)).absolute()  # noqa: PTH111 leaves ~unknown alone
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        mode = os.fstat(0).st_mode
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            end_with_parent()
        run(data, options.address)
    except _EndError:
        return 0
    except HeldError as error:
        say("data", str(error))
        return HELD_EXIT
    except (DiedError, NbError) as error:
        say("error", str(error))
        return DIED_EXIT
    except OSError as error:
        say("error", unusable_sentence(data, error))
        return DIED_EXIT
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--tethered"]:
        tethered(sys.argv[2], sys.argv[3:])
    sys.exit(main(sys.argv[1:]))
