"""Where sessions outlive a restart: a file on this machine, or one Secret in the cluster."""

from __future__ import annotations

import base64
import logging
import threading
from pathlib import Path
from typing import Protocol

from nbcore.errors import NbError, NotFoundError
from nbcore.kube.client import Kube
from nbcore.kube.resources import SECRETS
from nbcore.names import SESSIONS_SECRET, SYSTEM_NAMESPACE
from nbcore.session_text import from_text, to_text
from nbcore.sessions import Session, Sessions
from nbcore.settings import ClusterKind, Settings
from nbcore.user_file import write_private

_LOG = logging.getLogger(__name__)
_WRITE_SECONDS = 1.0
_DATA_KEY = "sessions.json"

_FAILURES = (NbError, OSError, ValueError)
"""What a store may raise: it is away, or holds something else."""


class SessionStore(Protocol):
    """Holds one text."""

    def read(self) -> str:
        """What was written last; "" if nothing was."""

    def write(self, text: str) -> None:
        """Replaces it."""


class SessionFile:
    """A file that only this account can read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str:
        """The file's text."""
        try:
            return self._path.read_text("utf-8")
        except FileNotFoundError:
            return ""

    def write(self, text: str) -> None:
        """Replaces the file in one step."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(self._path, text)


class SessionSecret:
    """One Secret, made by the installation; the app may get and update it, and no other.

    Args:
        kube: the app's own account.
        namespace: of the Secret.
    """

    def __init__(self, kube: Kube, namespace: str = SYSTEM_NAMESPACE) -> None:
        self._kube = kube
        self._namespace = namespace

    def read(self) -> str:
        """The text in the Secret."""
        try:
            found = self._kube.get(SECRETS, SESSIONS_SECRET, self._namespace)
        except NotFoundError:
            return ""
        encoded = (found.get("data") or {}).get(_DATA_KEY, "")
        return base64.b64decode(encoded).decode("utf-8")

    def write(self, text: str) -> None:
        """Puts the text into the Secret, which has to be there."""
        found = self._kube.get(SECRETS, SESSIONS_SECRET, self._namespace)
        data = {_DATA_KEY: base64.b64encode(text.encode()).decode("ascii")}
        self._kube.replace(SECRETS, {**found, "data": data})


def session_store(settings: Settings, kube: Kube) -> SessionStore:
    """Where this process keeps its sessions: a pod's own disk does not outlive it."""
    if settings.cluster is ClusterKind.IN_CLUSTER:
        return SessionSecret(kube)
    return SessionFile(settings.sessions)


def kept_sessions(store: SessionStore) -> list[Session]:
    """The sessions from before a restart; none, with a line in the log, when they can't be read."""
    try:
        return from_text(store.read())
    except _FAILURES as error:
        _LOG.warning("Nobody is signed in any more: kept sessions can't be read (%s)", error)
        return []


class SessionKeeper:
    """A thread that writes the sessions soon after they changed, at most once a second.

    Args:
        sessions: what to keep.
        store: where.
        pause: seconds between two writes.
    """

    def __init__(
        self, sessions: Sessions, store: SessionStore, *, pause: float = _WRITE_SECONDS
    ) -> None:
        self._sessions = sessions
        self._store = store
        self._pause = pause
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sessions", daemon=True)
        self._written = sessions.revision
        self._failed = False

    def start(self) -> None:
        """Begins to keep."""
        self._thread.start()

    def stop(self) -> None:
        """Writes what is new a last time."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._pause):
            self._keep()
        self._keep()

    def _keep(self) -> None:
        revision = self._sessions.revision
        if revision == self._written:
            return
        try:
            self._store.write(to_text(self._sessions.snapshot()))
        except _FAILURES as error:
            if not self._failed:
                _LOG.warning("Sessions would not outlive a restart: %s", error)
            self._failed = True
        else:
            self._written, self._failed = revision, False
