"""Notebooks as rows of a list: what a person sees of each at a glance. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from nbcore.actions import Verb
from nbcore.catalog import Catalog
from nbcore.errors import MalformedNotebookError
from nbcore.form import ServiceType
from nbcore.ides import IDES
from nbcore.images import parse_image
from nbcore.names import JsonObject
from nbcore.notebook import Metadata, Notebook
from nbcore.objects import object_at, text_at
from nbcore.quantities import cpu_text, memory_text
from nbcore.status import Phase

# As much as the list's column holds.
_GOING_ON_LENGTH = 35
_SENTENCE_END = re.compile(r"\.(?:\s|$)")
_MALFORMED = "Malformed"


@dataclass(frozen=True, slots=True)
class NotebookRow:
    """One line of the list.

    Attributes:
        going_on: the cause at a glance, see brief(); "" when all is well.
        type_title: for example JupyterLab; "" for an object that is not understood.
        image: the full reference; ``image_short`` is without registry.
        cpu: cores; 0 when unknown. ``memory``: bytes.
        size: for example "2 CPU · 8 GiB · 1 GPU".
        volume: the claim at the home directory, "" when there is none.
        age: seconds since it was created; 0 when unknown.
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
    created: datetime | None
    age: float
    can_open: bool
    can_start: bool
    can_stop: bool
    can_delete: bool
    malformed: str = ""


def rows(notebooks: Iterable[JsonObject], catalog: Catalog, now: datetime) -> list[NotebookRow]:
    """One row an object, in the order given; a broken object is a row that says so. Pure."""
    return [_row(notebook, catalog, now) for notebook in notebooks]


class RowCache:
    """Makes the same rows as ``rows``, reading only objects that changed since the last look.

    Safe from any thread: all that is shared is a dict whose entries are replaced whole.
    """

    def __init__(self, *, most: int = 20_000) -> None:
        self._most = most
        self._remembered: dict[str, tuple[object, Catalog, NotebookRow]] = {}

    def rows(
        self, notebooks: Iterable[JsonObject], catalog: Catalog, now: datetime
    ) -> list[NotebookRow]:
        """One row an object, in the order given."""
        if len(self._remembered) > self._most:
            self._remembered.clear()
        return [self._row(notebook, catalog, now) for notebook in notebooks]

    def _row(self, notebook: JsonObject, catalog: Catalog, now: datetime) -> NotebookRow:
        metadata = object_at(notebook, "metadata")
        uid, version = text_at(metadata, "uid"), text_at(metadata, "resourceVersion")
        known_version, known_catalog, row = self._remembered.get(uid, (None, None, None))
        if row is not None and known_version == version and known_catalog is catalog:
            return replace(row, age=_age(row.created, now))
        row = _row(notebook, catalog, now)
        if uid and version:
            self._remembered[uid] = (version, catalog, row)
        return row


def exposure(service_type: ServiceType) -> str:
    """That a notebook can be reached past the gateway, and how; "" for one that can't. Pure."""
    if service_type is ServiceType.CLUSTER_IP:
        return ""
    return f"Exposed: {service_type.value}"


def size_text(notebook: Notebook) -> str:
    """What a notebook asks for: "2 CPU · 8 GiB · 1 GPU". Pure."""
    gpu = sum(gpus.count for gpus in notebook.gpus)
    parts = (
        cpu_text(notebook.cpu) if notebook.cpu else "",
        memory_text(notebook.memory) if notebook.memory else "",
        f"{gpu} GPU" if gpu else "",
    )
    return " · ".join(part for part in parts if part)


def shorten(text: str, length: int) -> str:
    """Text cut at a word, with an ellipsis, so that it has at most ``length`` characters. Pure."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return (cut.rsplit(" ", 1)[0] or cut).rstrip(" ,.;:") + "…"


def brief(message: str) -> str:
    """The first sentence of a cause; of a long one what stands before the colon. Pure.

    The words of status.message are made so that this says what is the matter.
    """
    sentence = _SENTENCE_END.split(message, maxsplit=1)[0]
    if len(sentence) > _GOING_ON_LENGTH:
        sentence = sentence.split(": ", 1)[0]
    return shorten(sentence, _GOING_ON_LENGTH)


def _row(found: JsonObject, catalog: Catalog, now: datetime) -> NotebookRow:
    try:
        return _understood(Notebook.from_object(found, catalog), catalog, now)
    except MalformedNotebookError as error:
        return _malformed(Metadata.from_object(found), str(error), now)


def _understood(notebook: Notebook, catalog: Catalog, now: datetime) -> NotebookRow:
    phase = notebook.phase
    is_up_to_date = phase is notebook.status.phase
    return NotebookRow(
        name=notebook.metadata.name,
        namespace=notebook.metadata.namespace,
        uid=notebook.metadata.uid,
        phase=phase,
        reason=notebook.status.reason if is_up_to_date else "",
        going_on=_going_on(notebook) if is_up_to_date else "",
        type_title=IDES[notebook.type].title,
        image=notebook.image,
        image_short=_image_short(notebook.image, catalog),
        cpu=float(notebook.cpu.amount) if notebook.cpu else 0,
        memory=int(notebook.memory.amount) if notebook.memory else 0,
        gpu=sum(gpus.count for gpus in notebook.gpus),
        size=size_text(notebook),
        volume=notebook.volume,
        owner=notebook.metadata.owner,
        created=notebook.metadata.created,
        age=_age(notebook.metadata.created, now),
        can_open=phase is Phase.READY,
        can_start=notebook.is_suspended and phase is not Phase.TERMINATING,
        can_stop=not notebook.is_suspended and phase is not Phase.TERMINATING,
        can_delete=phase is not Phase.TERMINATING,
    )


def _malformed(metadata: Metadata, problem: str, now: datetime) -> NotebookRow:
    return NotebookRow(
        name=metadata.name,
        namespace=metadata.namespace,
        uid=metadata.uid,
        phase=Phase.TERMINATING if metadata.is_terminating else Phase.FAILED,
        reason=_MALFORMED,
        going_on=brief(f"Not understood: {problem}"),
        type_title="",
        image="",
        image_short="",
        cpu=0,
        memory=0,
        gpu=0,
        size="",
        volume="",
        owner=metadata.owner,
        created=metadata.created,
        age=_age(metadata.created, now),
        can_open=False,
        can_start=False,
        can_stop=False,
        can_delete=not metadata.is_terminating,
        malformed=problem,
    )


def _going_on(notebook: Notebook) -> str:
    if notebook.phase is Phase.READY:
        return exposure(notebook.service_type)
    action = notebook.last_action
    if notebook.phase is Phase.STOPPED and action and action.verb is Verb.STOP and action.by:
        return shorten(f"Stopped by {action.by}", _GOING_ON_LENGTH)
    return brief(notebook.status.message)


def _image_short(reference: str, catalog: Catalog) -> str:
    """The last part for images of the catalog, whose organisation everybody knows."""
    image = parse_image(reference)
    if image is None:
        return reference
    return image.leaf if catalog.type_of_image(reference) else image.short


def _age(created: datetime | None, now: datetime) -> float:
    return (now - created).total_seconds() if created else 0
