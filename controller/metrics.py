"""What the controller counts, for Prometheus."""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from typing_extensions import override

from nbcore.names import JsonObject
from nbcore.status import NotebookStatus, Phase

_PREFIX = "notebook_controller"


class Outcome:
    """How one reconcile went; it is a success unless told otherwise."""

    def __init__(self) -> None:
        self.is_failure = False

    def failed(self) -> None:
        """It will be tried again."""
        self.is_failure = True


class Metrics:
    """The controller's numbers, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._depth = Gauge(
            f"{_PREFIX}_queue_depth",
            "Notebooks that wait for a worker.",
            registry=self._registry,
        )
        self._seconds = Histogram(
            f"{_PREFIX}_reconcile_seconds",
            "How long one reconcile took.",
            registry=self._registry,
        )
        self._errors = Counter(
            f"{_PREFIX}_reconcile_errors",
            "Reconciles that failed and are tried again.",
            registry=self._registry,
        )

    def observe_leading(self, is_leading: Callable[[], bool]) -> None:
        """Names who knows whether this process works or stands by."""
        gauge = Gauge(
            f"{_PREFIX}_leading",
            "1 while this process works, 0 while it stands by.",
            registry=self._registry,
        )
        gauge.set_function(is_leading)

    def observe(
        self, *, queue: Callable[[], int], notebooks: Callable[[], Iterable[JsonObject]]
    ) -> None:
        """Names what is counted whenever somebody asks."""
        self._depth.set_function(queue)
        self._registry.register(_Phases(notebooks))

    @contextmanager
    def reconcile(self) -> Iterator[Outcome]:
        """Measures one reconcile."""
        outcome = Outcome()
        began = time.perf_counter()
        yield outcome
        self._seconds.observe(time.perf_counter() - began)
        if outcome.is_failure:
            self._errors.inc()

    def text(self) -> bytes:
        """All numbers in Prometheus' text format."""
        return generate_latest(self._registry)


class _Phases(Collector):
    """Notebooks by phase, counted when asked."""

    def __init__(self, notebooks: Callable[[], Iterable[JsonObject]]) -> None:
        self._notebooks = notebooks

    @override
    def collect(self) -> Iterator[GaugeMetricFamily]:
        counted = Tally(NotebookStatus.from_object(each).phase for each in self._notebooks())
        family = GaugeMetricFamily("notebooks", "Notebooks by phase.", labels=["phase"])
        for phase in Phase:
            family.add_metric([phase.value], counted[phase])
        yield family
