"""Runtimes are made by the real venv and pip, from a package of this file; no network is asked."""

from __future__ import annotations

import asyncio
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.node.images import Runtime
from sandbox.node.runtimes import (
    REQUIREMENTS,
    Program,
    PullError,
    Runtimes,
    is_package_line,
    jupyterlab_folder,
    progress_of,
)
from tests.sandbox.node.conftest import install_empty_runtime


def ignore(_: str) -> None:
    return None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Collecting tornado==6.6.1 (from -r x (line 3))", "7 of 9 packages"),
        ("  Downloading tornado-6.6.1.whl (4 MB)", ""),
        ("Installing collected packages: a, b", "installing packages"),
    ],
)
def test_given_pips_words_when_read_then_progress_is_told(line: str, words: str) -> None:
    assert progress_of(line, 7, 9) == words
    assert is_package_line(line) == line.startswith("Collecting")


def test_given_the_pins_when_named_then_the_folder_says_the_version() -> None:
    folder = jupyterlab_folder(REQUIREMENTS.read_text())

    assert folder.startswith("jupyterlab-4.6.6-py3.")


async def test_given_no_code_server_when_pulled_then_the_sentence_says_how_to_get_it(
    tmp_path: Path,
) -> None:
    runtimes = Runtimes(tmp_path, path=str(tmp_path))

    with pytest.raises(PullError, match=r"code-server is not on this machine's PATH: install it"):
        await runtimes.ensure(Runtime.CODE_SERVER, ignore)


async def test_given_code_server_on_the_path_when_pulled_then_it_is_used(tmp_path: Path) -> None:
    program = tmp_path / "code-server"
    program.touch(mode=0o755)
    runtimes = Runtimes(tmp_path, path=str(tmp_path))

    found = await runtimes.ensure(Runtime.CODE_SERVER, ignore)

    assert found == Program(program, (str(tmp_path),))


def test_given_a_half_made_runtime_when_looked_for_then_it_is_not_there(tmp_path: Path) -> None:
    folder = tmp_path / jupyterlab_folder(REQUIREMENTS.read_text())
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    runtimes = Runtimes(tmp_path, path="")
    python.touch()
    assert runtimes.find(Runtime.JUPYTERLAB) is None

    (folder / "complete").touch()
    assert runtimes.find(Runtime.JUPYTERLAB) is not None

    python.unlink()
    python.symlink_to(tmp_path / "an interpreter that was uninstalled")
    assert runtimes.find(Runtime.JUPYTERLAB) is None


def test_given_a_complete_runtime_when_looked_for_then_its_program_is_told(tmp_path: Path) -> None:
    install_empty_runtime(tmp_path)
    folder = tmp_path / jupyterlab_folder(REQUIREMENTS.read_text())
    runtimes = Runtimes(tmp_path, path="")

    assert runtimes.find(Runtime.JUPYTERLAB) == Program(
        folder / "bin" / "jupyter-lab", (str(folder / "bin"),)
    )


PROGRAM = """#!python
print("a lab")
"""


def requirements(folder: Path, *, version: str = "0") -> Path:
    """Pins of a JupyterLab that is one file, found in this folder only."""
    info = "jupyterlab-0.dist-info"
    members = {
        "jupyterlab-0.data/scripts/jupyter-lab": PROGRAM,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: jupyterlab\nVersion: 0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in [*members, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / "jupyterlab-0-py3-none-any.whl", "w") as wheel:
        for name, text in {**members, f"{info}/RECORD": record}.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = 0o100755 << 16
            wheel.writestr(member, text)
    path = folder / "pins.txt"
    path.write_text(f"--no-index\n--find-links {folder}\njupyterlab=={version}\n")
    return path


@dataclass(frozen=True, slots=True)
class Made:
    """What three who asked at once were given, and what they were told meanwhile."""

    programs: list[Program]
    told: list[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder, told = tmp_path_factory.mktemp("made"), list[str]()
    pins = requirements(folder)

    async def make() -> list[Program]:
        one, other = (Runtimes(folder / "runtimes", path="", requirements=pins) for _ in range(2))
        asking = [
            sandbox.ensure(Runtime.JUPYTERLAB, listener)
            for sandbox, listener in ((one, told.append), (one, ignore), (other, told.append))
        ]
        return await asyncio.gather(*asking)

    return Made(asyncio.run(make()), told)


def output_of(made: Made, home: Path, *argv: str) -> str:
    environment = {"HOME": str(home), "PATH": made.programs[0].search[0]}
    run = subprocess.run(argv, env=environment, capture_output=True, text=True, check=True)
    return run.stdout


def test_given_pods_of_two_sandboxes_when_they_ask_at_once_then_the_runtime_is_made_once(
    made: Made, tmp_path: Path
) -> None:
    assert len(set(made.programs)) == 1
    assert made.told == [
        "making a virtual environment",
        "1 of 1 packages",
        "installing packages",
    ]
    assert output_of(made, tmp_path, "jupyter-lab") == "a lab\n"


def test_given_a_runtime_when_a_notebook_installs_then_it_goes_to_its_own_home(
    made: Made, tmp_path: Path
) -> None:
    packages = tmp_path / ".local" / "share" / "sandbox-packages"
    packages.mkdir(parents=True)
    (packages / "mine.py").write_text("answer = 42")

    pins = requirements(tmp_path)
    output_of(made, tmp_path, "pip", "install", "--no-deps", "--upgrade", "-r", str(pins))

    assert (packages / "jupyterlab-0.dist-info").is_dir()
    assert output_of(made, tmp_path, "python", "-c", "import mine; print(mine.answer)") == "42\n"


async def test_given_a_package_that_cannot_be_had_when_made_then_pips_words_are_told(
    tmp_path: Path,
) -> None:
    pins = requirements(tmp_path, version="99")
    runtimes = Runtimes(tmp_path / "runtimes", path="", requirements=pins)

    with pytest.raises(PullError, match="No matching distribution found for jupyterlab==99"):
        await runtimes.ensure(Runtime.JUPYTERLAB, ignore)

    assert runtimes.find(Runtime.JUPYTERLAB) is None


async def test_given_a_runtime_under_way_when_the_sandbox_ends_then_the_next_one_begins_anew(
    tmp_path: Path,
) -> None:
    pins, told = requirements(tmp_path), asyncio.Queue[str]()
    ending = Runtimes(tmp_path / "runtimes", path="", requirements=pins)
    asking = asyncio.create_task(ending.ensure(Runtime.JUPYTERLAB, told.put_nowait))
    async with asyncio.timeout(60):
        await told.get()
    asking.cancel()
    await ending.close()

    again = Runtimes(tmp_path / "runtimes", path="", requirements=pins)
    made = await again.ensure(Runtime.JUPYTERLAB, ignore)

    assert asking.cancelled() or asking.done()
    assert made.path.exists()
