"""Whether any node is large enough for a notebook, however busy it is just now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nbcore.accelerators import is_accelerator
from nbcore.errors import InvalidQuantityError
from nbcore.findings import Finding, Verdict
from nbcore.form import Field
from nbcore.names import JsonObject
from nbcore.objects import object_at
from nbcore.podspec import first_container, pod_spec, requirements
from nbcore.quantities import Quantity, cpu_text, memory_text, parse_quantity

_FIELDS = {"cpu": Field.CPU, "memory": Field.MEMORY}


def too_large(notebook: JsonObject, nodes: Iterable[JsonObject]) -> tuple[Finding, ...]:
    """What no node has enough of; empty when one has all of it, or when no node is known. Pure.

    Raises:
        MalformedNotebookError: no pod can be made of the notebook.
    """
    requests = requirements(first_container(pod_spec(notebook))).requests
    rooms = [_allocatable(node) for node in nodes]
    if not rooms or any(_lacking(requests, room) == [] for room in rooms):
        return ()
    scarce = [name for name in requests if all(name in _lacking(requests, room) for room in rooms)]
    if not scarce:
        words = "No node has all of this at once. It waits until one does."
        return (Finding(Verdict.WAITS, words),)
    return tuple(_waits(name, requests[name]) for name in scarce)


def _allocatable(node: JsonObject) -> dict[str, Quantity]:
    room: dict[str, Quantity] = {}
    for name, value in object_at(node, "status", "allocatable").items():
        try:
            room[name] = parse_quantity(value)
        except InvalidQuantityError:
            continue
    return room


def _lacking(requests: Mapping[str, Quantity], room: Mapping[str, Quantity]) -> list[str]:
    return [name for name, asked in requests.items() if name not in room or asked > room[name]]


def _waits(name: str, asked: Quantity) -> Finding:
    words = f"No node has {_show(name, asked)}. It waits until one does."
    field = Field.GPU_COUNT if is_accelerator(name) else _FIELDS.get(name, "")
    return Finding(Verdict.WAITS, words, field)


def _show(name: str, quantity: Quantity) -> str:
    if name == "cpu":
        return cpu_text(quantity)
    if name == "memory":
        return memory_text(quantity)
    if is_accelerator(name):
        return f"{quantity.text} GPU{'s' * (quantity.text != '1')} ({name})"
    return f"{quantity.text} {name}"
