from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbcore.errors import SettingsError
from nbcore.kube.config import connect
from nbcore.settings import Settings


def kubeconfig(path: Path, server: str) -> Path:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "very-secret"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config))
    return path


def settings(tmp_path: Path, **environ: str) -> Settings:
    return Settings.from_environ({"HOME": str(tmp_path), **environ})


def test_given_a_sandbox_when_connected_then_its_own_kubeconfig_is_used(tmp_path: Path) -> None:
    kubeconfig(tmp_path / "data" / "sandbox" / "kubeconfig", "https://127.0.0.1:6443")
    other = kubeconfig(tmp_path / "other", "https://production.example.org")

    client = connect(settings(tmp_path, NB_DATA=f"{tmp_path}/data", KUBECONFIG=str(other)))

    assert client.configuration.host == "https://127.0.0.1:6443"
    assert client.configuration.retries is False
    client.close()


def test_given_several_kubeconfigs_when_connected_then_they_are_merged_as_kubectl_does(
    tmp_path: Path,
) -> None:
    first = kubeconfig(tmp_path / "first", "https://first.example.org")
    second = kubeconfig(tmp_path / "second", "https://second.example.org")

    client = connect(settings(tmp_path, NB_CLUSTER="kubeconfig", KUBECONFIG=f"{first}:{second}"))

    assert client.configuration.host == "https://first.example.org"
    client.close()


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        pytest.param({}, "has not written", id="sandbox not started"),
        pytest.param({"NB_CLUSTER": "kubeconfig"}, ".kube/config", id="no kubeconfig"),
        pytest.param(
            {"NB_CLUSTER": "in-cluster"}, "no service account of a pod", id="outside a cluster"
        ),
    ],
)
def test_given_no_configuration_when_connected_then_the_error_says_what_to_set(
    tmp_path: Path, environ: dict[str, str], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        connect(settings(tmp_path, **environ))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "[1]", "text", "{}", "users: [{token: very-secret}]"]
)
def test_given_a_kubeconfig_that_is_none_when_connected_then_the_error_keeps_its_secrets(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "config"
    path.write_text(text)

    with pytest.raises(SettingsError) as caught:
        connect(settings(tmp_path, NB_CLUSTER="kubeconfig", KUBECONFIG=str(path)))

    assert "very-secret" not in str(caught.value)
