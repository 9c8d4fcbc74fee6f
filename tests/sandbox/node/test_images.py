from __future__ import annotations

import pytest

from sandbox.node.images import Launch, Runtime, command, hosts, no_runtime, runtime_of

LAUNCH = Launch(
    program="/venv/bin/jupyter-lab",
    address="127.70.0.1",
    port=8888,
    home="/data/volumes/pvc-1",
    prefix="/notebook/demo/lab",
)


@pytest.mark.parametrize(
    ("image", "runtime"),
    [
        ("kubeflownotebookswg/jupyter-scipy:v1.8.0", Runtime.JUPYTERLAB),
        ("jupyter-scipy", Runtime.JUPYTERLAB),
        ("registry:5000/team/jupyter-pytorch@sha256:0f", Runtime.JUPYTERLAB),
        ("kubeflownotebookswg/codeserver-python:v1.8.0", Runtime.CODE_SERVER),
        ("kubeflownotebookswg/rstudio-tidyverse:v1.8.0", None),
        ("jupyter-hub/other", None),
        ("my-jupyter-lab", None),
        ("jupyter-", None),
        ("", None),
    ],
)
def test_given_an_image_when_looked_up_then_its_name_decides(
    image: str, runtime: Runtime | None
) -> None:
    assert runtime_of(image) is runtime


def test_given_jupyterlab_when_worded_then_only_known_hosts_may_come() -> None:
    argv = command(Runtime.JUPYTERLAB, LAUNCH)

    assert argv[0] == "/venv/bin/jupyter-lab"
    assert "--ip=127.70.0.1" in argv
    assert "--ServerApp.base_url=/notebook/demo/lab/" in argv
    assert "--ServerApp.local_hostnames=['localhost']" in argv
    assert not any("allow_remote_access" in word or "allow_origin" in word for word in argv)
    assert "--allow-root" not in argv


def test_given_more_hosts_and_root_when_worded_then_jupyterlab_is_told() -> None:
    launch = Launch("lab", "127.0.0.1", 8888, "/", hosts=("a.localhost",), is_root=True)

    argv = command(Runtime.JUPYTERLAB, launch)

    assert "--ServerApp.local_hostnames=['localhost', 'a.localhost']" in argv
    assert "--allow-root" in argv


@pytest.mark.parametrize(
    ("told", "names", "found"),
    [
        ("", [], ()),
        ("a.localhost, other.example ,", [], ("a.localhost", "other.example")),
        (
            "a.localhost,other.example",
            ["notebooks.test", "b.org"],
            (
                *("a.localhost", "other.example"),
                *("notebooks.test", "a.notebooks.test", "b.org", "a.b.org"),
            ),
        ),
        ("", ["notebooks.test"], ("notebooks.test",)),
    ],
)
def test_given_names_of_the_node_when_hosts_are_asked_then_what_is_below_localhost_is_below_them(
    told: str, names: list[str], found: tuple[str, ...]
) -> None:
    assert hosts(told, names) == found


def test_given_code_server_when_worded_then_it_listens_at_the_pods_address() -> None:
    argv = command(Runtime.CODE_SERVER, LAUNCH)

    assert "--bind-addr=127.70.0.1:8888" in argv
    assert argv[-1] == "/data/volumes/pvc-1"


def test_given_an_image_without_runtime_when_told_then_the_sentence_names_it() -> None:
    assert '"rocker/rstudio"' in no_runtime("rocker/rstudio")
