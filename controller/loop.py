"""Observe, plan, apply: the workers that keep every notebook as it should be."""

from __future__ import annotations

import logging
import random
import threading
import time
from datetime import UTC, datetime

from controller.apply import ParentGoneError, apply_change, check_parent, remove, write_status
from controller.catalog_history import CatalogHistory
from controller.catalog_setting import wanted_setting
from controller.drift import essence
from controller.metrics import Metrics, Outcome
from controller.plan import Apply, Plan, plan, refused
from controller.verdict import Diagnosis
from controller.view import View
from controller.workqueue import WorkQueue
from nbcore.catalog import shipped_catalog_json
from nbcore.errors import BusyError, ClusterError, NotFoundError
from nbcore.kube.client import Kube
from nbcore.kube.metadata import Key
from nbcore.kube.resources import NOTEBOOKS, SETTINGS
from nbcore.names import FIELD_MANAGER_CONTROLLER, JsonObject

log = logging.getLogger(__name__)

_WORKERS = 8
_STOP_SECONDS = 5.0
_SYNC_POLL_SECONDS = 0.05
# Until Settings were read; a cluster may do without them.
_SETTING_SECONDS = 1.0
# No notebook has an empty name.
_SETTING: Key = ("", "")


class Controller:
    """All threads of the controller; ``follow`` and ``start`` it once, ``stop`` it once.

    Args:
        kube: acts as the controller's own account.
        metrics: told of every reconcile.
        with_policies: whether notebooks get a NetworkPolicy.
    """

    def __init__(self, kube: Kube, metrics: Metrics, *, with_policies: bool = False) -> None:
        self._kube = kube
        self._with_policies = with_policies
        self._metrics = metrics
        self._queue: WorkQueue[Key] = WorkQueue(time.monotonic, random.random)
        self._view = View(kube, self._wake, self._wake_setting, with_policies=with_policies)
        self._history = CatalogHistory(kube)
        self._settled: dict[Key, dict[str, str]] = {}
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"worker-{number}", daemon=True)
            for number in range(_WORKERS)
        ]
        metrics.observe(queue=self._queue.__len__, notebooks=self._view.notebooks.items)

    def follow(self) -> None:
        """Begins to read the cluster, so that ``start`` finds all in memory; returns at once."""
        self._view.start()

    def start(self) -> None:
        """Begins to work; returns at once."""
        self._queue.add(_SETTING)
        for thread in self._threads:
            thread.start()

    def stop(self) -> bool:
        """Ends all threads; what a worker has begun it finishes first, within 5 s.

        Returns:
            Whether all workers have finished.
        """
        deadline = time.monotonic() + _STOP_SECONDS
        self._stopping.set()
        self._queue.close()
        self._view.stop()
        for thread in filter(_is_started, self._threads):
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    @property
    def is_alive(self) -> bool:
        """Whether every worker that was started is there."""
        return all(thread.is_alive() for thread in filter(_is_started, self._threads))

    @property
    def is_synced(self) -> bool:
        """Whether the cluster was read once."""
        return self._view.is_synced

    def _wake(self, key: Key) -> None:
        self._queue.add(key)

    def _wake_setting(self, setting: JsonObject | None) -> None:
        if setting is not None:
            self._history.note(setting)
        self._queue.add(_SETTING)

    def _work(self) -> None:
        # A decision before everything was read would see children missing that are there.
        while not self._view.is_synced:
            if self._stopping.wait(_SYNC_POLL_SECONDS):
                return
        while (key := self._queue.take()) is not None:
            with self._metrics.reconcile() as outcome:
                self._attempt(key, outcome)
            self._queue.done(key)

    def _attempt(self, key: Key, outcome: Outcome) -> None:
        """Reconciles one key; never raises."""
        try:
            self._reconcile(key)
            self._queue.forget(key)
        except ClusterError as error:
            outcome.failed()
            told = error.retry_after if isinstance(error, BusyError) else 0.0
            seconds = self._queue.retry(key, at_least=told)
            log.warning("%s: %s: %s; again in %.1f s", "/".join(key), error.request, error, seconds)
        except Exception:
            outcome.failed()
            self._queue.retry(key)
            log.exception("%s could not be reconciled", "/".join(key))

    def _reconcile(self, key: Key) -> None:
        if key == _SETTING:
            self._keep_setting()
            return
        notebook = self._view.notebooks.get(*key)
        if notebook is None:
            self._settled.pop(key, None)
            return
        try:
            decided = self._carry_out(key, notebook)
        except ParentGoneError:
            # The informer will say so in a moment.
            return
        # The event of a child that was just made wakes us in a moment, with more to say.
        if not decided.changes or any(change.live for change in decided.changes):
            self._say(notebook, decided.status)
        if decided.requeue_after is not None:
            self._queue.add_after(key, decided.requeue_after)

    def _carry_out(self, key: Key, notebook: JsonObject) -> Plan:
        """Applies what has to be; the plan, or what is left of it when the cluster refuses."""
        now = datetime.now(UTC)
        children = self._view.children(notebook, self._settled.get(key, {}))
        catalog = self._view.catalog()
        decided = plan(notebook, children, catalog, now, with_policies=self._with_policies)
        if any(change.live is None for change in decided.changes):
            check_parent(self._kube, notebook)
        for change in decided.changes:
            answer = apply_change(self._kube, notebook, change)
            if isinstance(answer, Diagnosis):
                return refused(notebook, children, answer, now)
            self._note(key, change, answer)
        for removal in decided.removals:
            remove(self._kube, removal)
        return decided

    def _note(self, key: Key, change: Apply, answer: JsonObject) -> None:
        kind = change.resource.kind
        self._settled[key] = {**self._settled.get(key, {}), kind: essence(answer)}
        if change.live is not None:
            self._view.learn(change.resource, change.live, answer)

    def _say(self, notebook: JsonObject, status: JsonObject) -> None:
        if status == notebook.get("status"):
            return
        try:
            after = write_status(self._kube, notebook, status)
        except NotFoundError:
            return
        self._view.learn(NOTEBOOKS, notebook, after)

    def _keep_setting(self) -> None:
        found = self._view.settings()
        if found is None:
            self._queue.add_after(_SETTING, _SETTING_SECONDS)
            return
        wanted = wanted_setting(*found, shipped_catalog_json())
        if wanted is not None:
            self._kube.apply(SETTINGS, wanted, field_manager=FIELD_MANAGER_CONTROLLER)
            log.info("Setting %s has the catalog of this release", wanted["metadata"]["name"])
        self._history.record()


def _is_started(thread: threading.Thread) -> bool:
    return thread.ident is not None
