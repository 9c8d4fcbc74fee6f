"""The two API servers that the same tests run against: the sandbox and a real control plane."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest
import yaml

from tests.cluster.api import Api, JsonObject, eventually
from tests.cluster.processes import Process, wait_until

ROOT = Path(__file__).parents[2]
CRDS = ROOT / "deploy" / "crds"
SANDBOX_START_SECONDS = 30.0

_numbers = itertools.count(1)


class ServerName(StrEnum):
    """Which of the two; the id of the parametrised tests."""

    SANDBOX = "sandbox"
    REAL = "real"


@dataclass(frozen=True, slots=True)
class Server:
    """A running API server that knows our kinds; ``kubeconfig`` is the administrator's."""

    name: ServerName
    kubeconfig: Path

    @property
    def is_real(self) -> bool:
        """A genuine control plane; it has no node, so that pods stay Pending."""
        return self.name is ServerName.REAL


@dataclass(frozen=True, slots=True)
class ApiServer(Server):
    """A server, and a namespace that belongs to one test."""

    namespace: str
    api: Api


def cannot_run(reason: str) -> NoReturn:
    """Skips the test and says why; under CI=true, where nothing may be missing, it fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def running_sandbox(data: Path) -> Iterator[Path]:
    """Starts ``python -m sandbox`` on a free port; gives its kubeconfig once it is ready.

    Raises:
        StartError: it did not start; the message shows its log.
    """
    data.mkdir(parents=True, exist_ok=True)
    kubeconfig = data / "kubeconfig"
    kubeconfig.unlink(missing_ok=True)
    command = [sys.executable, "-m", "sandbox", "--data", str(data), "--port", "0"]
    process = Process.start("sandbox", command, log=data / "sandbox.log", cwd=ROOT)
    try:
        wait_until(
            kubeconfig.exists,
            what="the sandbox's kubeconfig",
            processes=[process],
            seconds=SANDBOX_START_SECONDS,
        )
        yield kubeconfig
    finally:
        process.stop()


def create_crds(api: Api) -> None:
    """Makes the kinds of deploy/crds that are missing; waits until the server serves them."""
    for crd in _crds():
        _create_crd(api, crd)


@cache
def _crds() -> list[JsonObject]:
    # Read once: a file of tests turns from one server to the other, and to parse takes a second.
    return [yaml.safe_load(file.read_text()) for file in sorted(CRDS.glob("*.yaml"))]


def _create_crd(api: Api, crd: JsonObject) -> None:
    crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    path = f"{crds}/{crd['metadata']['name']}"
    if not api.exists(path):
        api.create(crds, crd)
    collection = f"/apis/{crd['spec']['group']}/v1/{crd['spec']['names']['plural']}"
    eventually(lambda: _is_established(api, path), what=f"{path} is established")
    eventually(lambda: api.exists(collection), what=f"{collection} is served")


def _is_established(api: Api, path: str) -> bool:
    # A new CRD's list of conditions is null.
    conditions = api.get(path).get("status", {}).get("conditions") or []
    return any(c["type"] == "Established" and c["status"] == "True" for c in conditions)


@contextmanager
def fresh_namespace(api: Api) -> Iterator[str]:
    """A namespace of its own; its deletion is asked for, not awaited."""
    name = f"t{os.getpid()}-{next(_numbers)}"
    api.create("/api/v1/namespaces", _namespace(name))
    try:
        # Until a controller has made it, a real server refuses pods.
        account = f"/api/v1/namespaces/{name}/serviceaccounts/default"
        eventually(lambda: api.exists(account), what=f"{account} exists")
        yield name
    finally:
        api.delete(f"/api/v1/namespaces/{name}")


def _namespace(name: str) -> JsonObject:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
