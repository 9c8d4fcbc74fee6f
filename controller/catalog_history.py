"""Keeps each value of the catalog's Setting as a ControllerRevision, the last ten of them."""

from __future__ import annotations

from collections import deque
from contextlib import suppress

from nbcore.catalog_history import author_of, next_version, selector, surplus, versions
from nbcore.errors import AlreadyExistsError, NotFoundError
from nbcore.kube.client import Kube
from nbcore.kube.resources import CONTROLLER_REVISIONS, SETTINGS
from nbcore.names import SYSTEM_NAMESPACE, JsonObject
from nbcore.objects import text_at


class CatalogHistory:
    """Remembers in order what the watch showed, so that two quick changes are two versions.

    ``note`` may be called from any thread, ``record`` from one at a time.
    """

    def __init__(self, kube: Kube) -> None:
        self._kube = kube
        self._waiting: deque[JsonObject] = deque()

    def note(self, setting: JsonObject) -> None:
        """Takes a state of the Setting to be recorded."""
        self._waiting.append(setting)

    def record(self) -> None:
        """Writes what was noted; a state stays noted until it is written.

        Raises:
            ClusterError: the server's answer.
        """
        while self._waiting:
            self._record(self._waiting[0])
            self._waiting.popleft()

    def _record(self, setting: JsonObject) -> None:
        name = text_at(setting, "metadata", "name")
        known = versions(self._revisions(name))
        if next_version(setting, known) is None:
            return
        wanted = next_version(self._with_author(name, setting), known)
        if wanted is not None:
            # Another controller was faster, with the same value.
            with suppress(AlreadyExistsError):
                self._kube.create(CONTROLLER_REVISIONS, wanted)
        for old in surplus(versions(self._revisions(name))):
            with suppress(NotFoundError):
                self._kube.delete(CONTROLLER_REVISIONS, old, SYSTEM_NAMESPACE)

    def _with_author(self, name: str, setting: JsonObject) -> JsonObject:
        """The same state, with managedFields if who wrote it is told nowhere else."""
        if author_of(setting).by:
            return setting
        try:
            now = self._kube.get(SETTINGS, name)
        except NotFoundError:
            return setting
        return now if text_at(now, "value") == text_at(setting, "value") else setting

    def _revisions(self, name: str) -> list[JsonObject]:
        return self._kube.list(
            CONTROLLER_REVISIONS, SYSTEM_NAMESPACE, label_selector=selector(name)
        )
