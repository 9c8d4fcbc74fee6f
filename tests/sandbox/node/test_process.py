"""The node as a command: what it refuses, and with which words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        pytest.param("127.64.0.0/10", 2, "an EndpointSlice can't name", id="loopback"),
        pytest.param("10.1.2.0/30", 2, "too small", id="too small"),
        pytest.param("10.1.2.3/24", 2, "has host bits set", id="no network"),
        pytest.param("198.18.0.0/16", 1, "gone: [Errno 2]", id="no kubeconfig"),
    ],
)
def test_given_what_can_not_be_used_when_started_then_it_says_so_and_ends(
    tmp_path: Path, address: str, code: int, words: str
) -> None:
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "sandbox.node", f"--data={tmp_path}"),
            *(f"--kubeconfig={tmp_path / 'gone'}", f"--address={address}"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (ended.returncode, "Traceback" in ended.stderr) == (code, False), ended.stderr
    assert words in ended.stderr
