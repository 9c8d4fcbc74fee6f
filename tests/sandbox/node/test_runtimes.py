"""What can be said of runtimes without making one; test_jupyterlab.py makes one."""

from __future__ import annotations

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
    folder.mkdir()
    runtimes = Runtimes(tmp_path, path="")

    assert runtimes.find(Runtime.JUPYTERLAB) is None

    (folder / "complete").touch()
    assert runtimes.find(Runtime.JUPYTERLAB) == Program(
        folder / "bin" / "jupyter-lab", (str(folder / "bin"),)
    )
