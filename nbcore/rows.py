"""Notebooks as rows of a list: what a person sees of each at a glance. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nbcore.catalog import Catalog
from nbcore.names import JsonObject
from nbcore.status import Phase


@dataclass(frozen=True, slots=True)
class NotebookRow:
    """One line of the list.

    Attributes:
        going_on: the cause in at most 80 characters; "" when all is well.
        type_title: for example JupyterLab; "" for an object that is not understood.
        image: the full reference; ``image_short`` is without registry.
        cpu: cores; 0 when unknown. ``memory``: bytes.
        size: for example "2 CPU · 8 GiB · 1 GPU".
        volume: the claim at the home directory, "" when there is none.
        age: seconds since it was created.
        malformed: why the object is not understood; "" for a good one.
    """

    name: str
    namespace: str
    uid: str
    phase: Phase
    reason: str
    going_on: str
    type_title: str
    image: str
    image_short: str
    cpu: float
    memory: int
    gpu: int
    size: str
    volume: str
    owner: str
    age: float
    can_open: bool
    can_start: bool
    can_stop: bool
    malformed: str = ""


def rows(notebooks: Iterable[JsonObject], catalog: Catalog, now: datetime) -> list[NotebookRow]:
    """One row an object, in the order given; a broken object is a row that says so. Pure."""
    raise NotImplementedError
