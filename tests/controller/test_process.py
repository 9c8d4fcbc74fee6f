from __future__ import annotations

import json
import socket
import time
from pathlib import Path

from tests.cluster.api import eventually
from tests.integration.running_controller import metrics_port, start_controller


def _kubeconfig(folder: Path, port: int) -> Path:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    file = folder / "kubeconfig"
    file.write_text(json.dumps(config))
    return file


def test_given_a_server_that_never_answers_when_sigterm_comes_then_it_ends_within_ten_seconds(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hole:
        kubeconfig = _kubeconfig(tmp_path, hole.getsockname()[1])
        process = start_controller(kubeconfig, tmp_path)
        eventually(lambda: metrics_port(process), what="it has started")
        began = time.monotonic()

        process.popen.terminate()

        assert process.popen.wait(10) == 0
        assert time.monotonic() - began < 10
