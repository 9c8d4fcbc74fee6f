from __future__ import annotations

import logging
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nbcore.errors import UnreachableError
from nbcore.identity import Person
from nbcore.kube.client import Kube
from nbcore.kube.resources import SECRETS
from nbcore.names import SESSIONS_SECRET
from nbcore.session_store import (
    SessionFile,
    SessionKeeper,
    SessionSecret,
    SessionStore,
    kept_sessions,
    session_store,
)
from nbcore.session_text import to_text
from nbcore.sessions import APP, Sessions
from nbcore.settings import Settings
from tests.cluster.api import eventually


@dataclass
class Memory:
    """A store that can be away."""

    text: str = ""
    is_away: bool = False
    writes: int = 0
    wrote: threading.Event = field(default_factory=threading.Event)

    def read(self) -> str:
        if self.is_away:
            raise UnreachableError("refused")
        return self.text

    def write(self, text: str) -> None:
        self.writes += 1
        self.wrote.set()
        if self.is_away:
            raise UnreachableError("refused")
        self.text = text


def fresh(store: SessionStore) -> Sessions:
    return Sessions(stamps={"alice": "s"}.get, clock=time.time, kept=kept_sessions(store))


def enter(sessions: Sessions) -> str:
    secret = sessions.redeem(sessions.sign_in(Person("alice", ("team",)), "s"), APP)
    assert secret
    return secret


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def keeper(memory: Memory) -> Iterator[tuple[Sessions, SessionKeeper]]:
    sessions = fresh(memory)
    keeper = SessionKeeper(sessions, memory, pause=0.05)
    keeper.start()
    yield sessions, keeper
    keeper.stop()


def test_given_a_sign_in_when_started_again_then_the_same_cookie_is_good(
    memory: Memory, keeper: tuple[Sessions, SessionKeeper]
) -> None:
    secret = enter(keeper[0])

    eventually(lambda: memory.text, what="the sessions are kept")

    assert fresh(memory).find(secret)
    assert secret not in memory.text


def test_given_no_change_when_time_passes_then_nothing_is_written(
    memory: Memory, keeper: tuple[Sessions, SessionKeeper]
) -> None:
    enter(keeper[0])
    eventually(lambda: memory.writes, what="the first write")

    time.sleep(0.3)

    assert memory.writes == 1


def test_given_a_store_that_is_away_when_it_is_back_then_the_sessions_are_written_after_one_word(
    memory: Memory, keeper: tuple[Sessions, SessionKeeper], caplog: pytest.LogCaptureFixture
) -> None:
    memory.is_away = True
    enter(keeper[0])
    eventually(lambda: memory.writes > 2, what="it tries again")
    memory.is_away = False

    eventually(lambda: memory.text, what="the sessions are kept")

    assert [record.message for record in caplog.records] == [
        "Sessions would not outlive a restart: refused"
    ]


def test_given_a_change_just_before_the_end_when_stopped_then_it_is_written(memory: Memory) -> None:
    sessions = fresh(memory)
    keeper = SessionKeeper(sessions, memory, pause=60)
    keeper.start()
    secret = enter(sessions)

    keeper.stop()

    assert fresh(memory).find(secret)


def test_given_a_file_when_written_then_only_this_account_reads_it(tmp_path: Path) -> None:
    store = SessionFile(tmp_path / "data" / "sessions.json")
    sessions = fresh(store)
    secret = enter(sessions)

    store.write(to_text(sessions.snapshot()))

    assert fresh(store).find(secret)
    assert stat.S_IMODE((tmp_path / "data" / "sessions.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[]"])
def test_given_a_broken_file_when_read_then_nobody_is_signed_in_and_one_line_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    path = tmp_path / "sessions.json"
    path.write_bytes(content)

    with caplog.at_level(logging.WARNING):
        assert kept_sessions(SessionFile(path)) == []

    (record,) = caplog.records
    assert "Nobody is signed in any more" in record.message


def test_given_a_store_that_is_away_when_read_then_nobody_is_signed_in(memory: Memory) -> None:
    memory.is_away = True

    assert kept_sessions(memory) == []


def test_given_a_cluster_when_kept_in_its_secret_then_the_rest_of_the_object_stays(
    kube: Kube,
) -> None:
    namespace = "default"
    store = SessionSecret(kube, namespace)
    assert store.read() == ""
    labels = {"app.kubernetes.io/name": "notebook-app"}
    made = {"metadata": {"name": SESSIONS_SECRET, "namespace": namespace, "labels": labels}}
    kube.create(SECRETS, {"apiVersion": "v1", "kind": "Secret", "type": "Opaque", **made})
    assert store.read() == ""

    store.write("first")
    store.write("grüße")

    assert store.read() == "grüße"
    assert kube.get(SECRETS, SESSIONS_SECRET, namespace)["metadata"]["labels"] == labels
    kube.delete(SECRETS, SESSIONS_SECRET, namespace)


def test_given_the_settings_when_asked_where_then_a_pod_uses_the_secret(kube: Kube) -> None:
    pod = Settings.from_environ({"HOME": "/h", "NB_CLUSTER": "in-cluster"})
    desk = Settings.from_environ({"HOME": "/h", "NB_CLUSTER": "kubeconfig"})

    assert isinstance(session_store(pod, kube), SessionSecret)
    assert isinstance(session_store(desk, kube), SessionFile)
