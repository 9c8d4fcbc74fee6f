from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.credentials import KubeconfigError, read_kubeconfig

SERVER = "https://127.0.0.1:6443"


def written(folder: Path, user: dict[str, Any], **cluster: str) -> Path:
    config = {
        "clusters": [{"name": "other", "cluster": {}}, {"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    path = folder / "kubeconfig"
    path.write_text(json.dumps(config))
    return path


def test_given_a_token_when_read_then_it_is_there_and_never_shown(tmp_path: Path) -> None:
    found = read_kubeconfig(written(tmp_path, {"token": "geheim"}, server=f"{SERVER}/"))

    assert (found.server, found.token) == (SERVER, "geheim")
    assert "geheim" not in repr(found)


def test_given_a_token_in_a_file_when_read_then_the_file_is_beside_the_kubeconfig(
    tmp_path: Path,
) -> None:
    (tmp_path / "token").write_text("geheim\n")

    found = read_kubeconfig(written(tmp_path, {"tokenFile": "token"}, server=SERVER))

    assert found.token.startswith("geheim")
    assert not found.token.endswith("\n")


@pytest.mark.parametrize(
    ("cluster", "user", "words"),
    [
        pytest.param({}, {"token": "x"}, "'server'", id="no server"),
        pytest.param({"server": "http://127.0.0.1"}, {}, "no https address", id="no TLS"),
        pytest.param(
            {"server": SERVER, "certificate-authority": "gone.crt"}, {}, "gone.crt", id="no file"
        ),
        pytest.param(
            {"server": SERVER, "certificate-authority-data": "?"}, {}, "base64", id="broken data"
        ),
        pytest.param({"server": SERVER}, {"client-certificate-data": "eA=="}, "PEM", id="no key"),
    ],
)
def test_given_a_kubeconfig_that_can_not_be_used_when_read_then_file_and_cause_are_named(
    tmp_path: Path, cluster: dict[str, str], user: dict[str, Any], words: str
) -> None:
    path = written(tmp_path, user, **cluster)

    with pytest.raises(KubeconfigError, match=words) as refused:
        read_kubeconfig(path)

    assert str(path) in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "{", "current-context: x"])
def test_given_a_file_that_is_no_kubeconfig_when_read_then_it_is_named(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(text)

    with pytest.raises(KubeconfigError, match=str(path)):
        read_kubeconfig(path)
