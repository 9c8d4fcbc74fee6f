"""The programs behind images, made at first use and shared by all pods of this machine."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.controllers.objects import short_hash
from sandbox.node.images import Runtime

REQUIREMENTS = Path(__file__).with_name("jupyterlab.txt")
_COMPLETE = "complete"
# Else each new volume's first visit asks whether news may be fetched from the internet.
_LAB_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}
_LOCK_PAUSE = 0.2
_LAST_LINES = 5

# What a notebook installs belongs to the notebook's volume, not to the runtime that all share. It
# comes last on the path, so that it can add to JupyterLab's own packages but not break them.
HOME_PACKAGES = ".local/share/sandbox-packages"
_SITE_MODULE = f'''"""What pip installs goes to the home folder: this environment is shared."""
import os
import sys

folder = os.path.expanduser("~/{HOME_PACKAGES}")
sys.path.append(folder)
programs = [os.path.basename(word) for word in sys.orig_argv[1:3]]
if "__pip-runner__.py" in programs:
    # pip builds a package in an environment of its own, which has another target.
    os.environ.pop("PIP_TARGET", None)
elif any(program.startswith("pip") for program in programs):
    os.environ["PIP_TARGET"] = folder
'''

Progress = Callable[[str], None]
"""Is told how far a runtime is, for example "12 of 91 packages"."""


class PullError(Exception):
    """A runtime can't be had now; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Program:
    """A runtime that is ready: its program, and the folders that come first on PATH."""

    path: Path
    search: tuple[str, ...]


class Runtimes:
    """The runtimes below one folder.

    Several sandboxes may share the folder: a lock file lets one of them make a runtime, the others
    wait. A half-made runtime has no file ``complete`` and is thrown away.
    """

    def __init__(self, root: Path, *, path: str, requirements: Path = REQUIREMENTS) -> None:
        """The runtimes below ``root``.

        Args:
            root: made when it is needed.
            path: the PATH on which programs of the machine are looked for.
            requirements: what pip installs for JupyterLab, one pinned package a line.
        """
        self._root = root
        self._requirements = requirements
        self._path = path
        self._builds: dict[Runtime, asyncio.Task[None]] = {}
        self._listeners: list[Progress] = []

    def find(self, runtime: Runtime) -> Program | None:
        """The runtime if it is there already."""
        match runtime:
            case Runtime.JUPYTERLAB:
                return self._jupyterlab()
            case Runtime.CODE_SERVER:
                return self._code_server()

    async def ensure(self, runtime: Runtime, progress: Progress) -> Program:
        """The runtime, made first if need be.

        Raises:
            PullError: it can't be made, or is not on this machine.
        """
        if found := self.find(runtime):
            return found
        if runtime is Runtime.CODE_SERVER:
            raise PullError(
                "code-server is not on this machine's PATH: install it "
                "(https://coder.com/docs/code-server/install) and start the sandbox again"
            )
        self._listeners.append(progress)
        try:
            # Shielded: a pod that is deleted while it waits must not take the others' runtime.
            await asyncio.shield(self._build(runtime))
        finally:
            self._listeners.remove(progress)
        if (made := self.find(runtime)) is None:
            raise PullError(f"the runtime {runtime} was made, but its program is missing")
        return made

    async def close(self) -> None:
        """End what is being made; the next start begins anew."""
        for build in self._builds.values():
            build.cancel()
        await asyncio.gather(*self._builds.values(), return_exceptions=True)

    def _build(self, runtime: Runtime) -> asyncio.Task[None]:
        running = self._builds.get(runtime)
        if running is None or running.done():
            running = self._builds[runtime] = asyncio.create_task(self._make_jupyterlab())
        return running

    def _jupyterlab(self) -> Program | None:
        folder = self._root / jupyterlab_folder(self._requirements.read_text())
        python = folder / "bin" / "python"
        # The interpreter is a link, and what it leads to may have been uninstalled since.
        is_dangling = python.is_symlink() and not python.exists()
        if is_dangling or not (folder / _COMPLETE).exists():
            return None
        return Program(folder / "bin" / "jupyter-lab", (str(folder / "bin"),))

    def _code_server(self) -> Program | None:
        program, node = (shutil.which(name, path=self._path) for name in ("code-server", "node"))
        if program is None:
            return None
        # npm's code-server begins with "env node", which may live in a folder of its own.
        folders = [str(Path(found).parent) for found in (program, node) if found]
        return Program(Path(program), tuple(dict.fromkeys(folders)))

    async def _make_jupyterlab(self) -> None:
        requirements = self._requirements.read_text()
        folder = self._root / jupyterlab_folder(requirements)
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        async with _locked(self._root / f".{folder.name}.lock"):
            if self._jupyterlab():
                return
            self._say("making a virtual environment")
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            await self._run(sys.executable, "-m", "venv", str(folder))
            python = folder / "bin" / "python"
            # Compiled when it is first imported: a third less to wait for now, half a second then.
            options = ("--disable-pip-version-check", "--progress-bar=off", "--no-compile")
            pip = ("-m", "pip", "install", *options)
            await self._run(
                str(python), *pip, "-r", str(self._requirements), total=_count(requirements)
            )
            _furnish(folder)
            (folder / _COMPLETE).touch()

    def _say(self, words: str) -> None:
        for listener in self._listeners:
            listener(words)

    async def _run(self, *argv: str, total: int = 0) -> None:
        """Run a step; every package that pip names counts towards ``total``."""
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PIP_NO_INPUT": "1"},
            start_new_session=True,
        )
        last: list[str] = []
        done = 0
        try:
            while process.stdout and (line := await process.stdout.readline()):
                text = line.decode(errors="replace").strip()
                last = [*last, text][-_LAST_LINES:]
                done += is_package_line(text)
                if words := progress_of(text, done, total):
                    self._say(words)
            code = await process.wait()
        except asyncio.CancelledError:
            process.kill()
            raise
        if code:
            raise PullError(f"{' '.join(argv[1:3])} failed: {' / '.join(last)}")


def jupyterlab_folder(requirements: str) -> str:
    """The folder of the JupyterLab that the requirements pin; other pins, other folder. Pure."""
    version = next(iter(re.findall(r"^jupyterlab==(\S+)", requirements, re.MULTILINE)))
    python = f"py{sys.version_info.major}.{sys.version_info.minor}"
    return f"jupyterlab-{version}-{python}-{short_hash(requirements)}"


def _count(requirements: str) -> int:
    return sum("==" in line for line in requirements.splitlines())


def is_package_line(line: str) -> bool:
    """Whether pip says that it begins with one more package. Pure."""
    # A package from a folder instead of an index is "processed".
    return line.startswith(("Collecting ", "Processing "))


def progress_of(line: str, done: int, total: int) -> str:
    """How far pip is, in words; "" when this line says nothing new. Pure."""
    if line.startswith("Installing collected packages"):
        return "installing packages"
    return f"{min(done, total)} of {total} packages" if is_package_line(line) else ""


def _furnish(folder: Path) -> None:
    """What a new runtime needs besides its packages."""
    settings = folder / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "overrides.json").write_text(json.dumps(_LAB_SETTINGS))
    site = next((folder / "lib").glob("python*/site-packages"))
    (site / "sandbox_packages.py").write_text(_SITE_MODULE)
    (site / "sandbox_packages.pth").write_text("import sandbox_packages\n")


@asynccontextmanager
async def _locked(path: Path) -> AsyncIterator[None]:
    """Hold a lock file, waiting for other processes without holding up this one."""
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(_LOCK_PAUSE)
        yield
