"""kubectl as a process, with a discovery cache of its own."""

from __future__ import annotations

import os
import selectors
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.build import find_assets
from tests.cluster.servers import cannot_run

SECONDS = 40


def kubectl_binary() -> str:
    """The kubectl beside the control plane's binaries, or the one on PATH; skips without either."""
    assets = find_assets()
    binary = str(assets / "kubectl") if assets else shutil.which("kubectl")
    if binary is None:
        cannot_run("no kubectl: neither `make cluster` has run nor is one on PATH")
    return binary


@dataclass(frozen=True, slots=True)
class Output:
    """What a finished kubectl left."""

    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Kubectl:
    """Runs kubectl in one namespace of one server; ``folder`` takes its cache and manifests."""

    binary: str
    kubeconfig: Path
    namespace: str
    folder: Path

    def run(self, *arguments: str, stdin: str = "", editor: str = "false") -> Output:
        """Runs it to its end, at most 40 s; ``editor`` is the command that it opens files with."""
        done = subprocess.run(
            self._command(arguments),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env=self._environment() | {"KUBE_EDITOR": editor},
            check=False,
        )
        return Output(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str, stdin: str = "", editor: str = "false") -> str:
        """Runs it, expects success and gives what it printed."""
        output = self.run(*arguments, stdin=stdin, editor=editor)
        assert output.code == 0, f"kubectl {' '.join(arguments)}: {output}"
        return output.stdout

    @contextmanager
    def start(self, *arguments: str) -> Iterator[Lines]:
        """Runs it until the block ends; gives its lines as they come."""
        process = subprocess.Popen(
            self._command(arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment(),
        )
        try:
            yield Lines(process)
        finally:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        where = [f"--kubeconfig={self.kubeconfig}", f"--namespace={self.namespace}"]
        return [self.binary, *where, *arguments]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.folder), "KUBECACHEDIR": str(self.folder / "cache")}


class Lines:
    """The output of a running process, line by line, with a deadline for each."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._fd = process.stdout.fileno()
        self._buffer = b""

    def next(self) -> str:
        """The next line; fails after 40 s without one, or when the output ended."""
        deadline = time.monotonic() + SECONDS
        while b"\n" not in self._buffer:
            self._buffer += self._read(deadline)
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.decode()

    def _read(self, deadline: float) -> bytes:
        with selectors.DefaultSelector() as selector:
            selector.register(self._fd, selectors.EVENT_READ)
            assert selector.select(deadline - time.monotonic()), f"only {self._buffer!r} came"
        data = os.read(self._fd, 65536)
        assert data, f"the output ended after {self._buffer!r}"
        return data
