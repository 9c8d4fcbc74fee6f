from __future__ import annotations

import pytest

from nbcore.settings import Settings
from nbcore.start_check import is_loopback, start_problem
from nbcore.users import read_users
from tests.nbcore.people import entry, users_text

SOMEBODY = users_text(alice=entry())


def problem(environ: dict[str, str], *, address: str, text: str) -> str | None:
    settings = Settings.from_environ({"HOME": "/h"} | environ)
    return start_problem(settings, address=address, users=read_users(text))


@pytest.mark.parametrize("address", ["0.0.0.0", "", "::", "10.1.2.3", "lab.example.org"])  # noqa: S104
def test_given_no_sign_in_when_others_could_reach_it_then_it_does_not_start(address: str) -> None:
    told = problem({"NB_SIGN_IN": "off"}, address=address, text=SOMEBODY)

    assert told
    assert "NB_SIGN_IN is off" in told
    assert (address or "all addresses") in told


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost", "127.8.0.1"])
def test_given_no_sign_in_when_only_this_machine_reaches_it_then_it_starts(address: str) -> None:
    assert is_loopback(address)
    assert (
        problem({"NB_SIGN_IN": "off", "NB_CLUSTER": "kubeconfig"}, address=address, text="") is None
    )


@pytest.mark.parametrize("cluster", ["kubeconfig", "in-cluster"])
def test_given_a_cluster_when_nobody_could_sign_in_then_the_command_is_told(cluster: str) -> None:
    environ = {"NB_CLUSTER": cluster, "NB_USERS": "/etc/users.yaml"}

    for text in ("", users_text(Bob=entry())):
        told = problem(environ, address="0.0.0.0", text=text)  # noqa: S104
        assert told
        assert "python -m nbcore users add NAME --roles GROUP --file /etc/users.yaml" in told
    assert problem(environ, address="0.0.0.0", text=SOMEBODY) is None  # noqa: S104


def test_given_the_sandbox_when_it_has_no_users_yet_then_it_starts() -> None:
    assert problem({"NB_CLUSTER": "sandbox"}, address="127.0.0.1", text="") is None
