"""One rule a field: what is wrong with what was typed and what to type instead, else None. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nbcore.accelerators import is_accelerator
from nbcore.errors import InvalidQuantityError
from nbcore.quantities import Quantity, cpu, cpu_text, is_quantity, memory_text, storage


@dataclass(frozen=True, slots=True)
class _Amount:
    """The bounds of a size; ``most`` is what only a typing error makes."""

    parse: Callable[[str | float], Quantity]
    show: Callable[[Quantity], str]
    least: Quantity
    most: Quantity
    example: str


_CPU = _Amount(cpu, cpu_text, cpu("1m"), cpu("10000"), "0.5 or 500m")
_MEMORY = _Amount(storage, memory_text, storage("32Mi"), storage("1Pi"), "8Gi")
_VOLUME_SIZE = _Amount(storage, memory_text, storage("1Mi"), storage("1Pi"), "10Gi")
_MOST_GPUS = 1000
# Characters of what was typed that an error repeats.
_MOST_SHOWN = 32

# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_LABEL_PATTERN = re.compile(_LABEL, re.ASCII)
_SUBDOMAIN_PATTERN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_SUBDOMAIN_MAX_LENGTH = 253
_VARIABLE_PATTERN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
# What the IDE's start depends on, and why it is not for people to set.
_OUR_VARIABLES = {
    "NB_PREFIX": "the gateway finds the notebook by it",
    "HOME": "the volume is mounted there",
}


def namespace_problem(namespace: str) -> str | None:
    """A namespace's name. Pure."""
    if not namespace:
        return "Choose a namespace."
    return None if _LABEL_PATTERN.fullmatch(namespace) else f"{namespace!r} is no namespace."


def cpu_problem(typed: str | float) -> str | None:
    """CPU to request. Pure."""
    return _amount_problem(typed, _CPU)


def memory_problem(typed: str | float) -> str | None:
    """Memory to request. Pure."""
    return _amount_problem(typed, _MEMORY)


def volume_size_problem(typed: str | float) -> str | None:
    """The size of a new volume. Pure."""
    return _amount_problem(typed, _VOLUME_SIZE)


def shared_memory_problem(typed: str | float, memory: str | float) -> str | None:
    """The limit of /dev/shm; "" is no limit of its own. It counts against the memory. Pure."""
    if typed == "":
        return None
    problem = volume_size_problem(typed)
    if problem or memory_problem(memory):
        return problem
    most = storage(memory)
    if storage(typed) > most:
        return f"Shared memory is part of the memory: at most {memory_text(most)}."
    return None


def gpu_count_problem(count: int) -> str | None:
    """How many GPUs. Pure."""
    if 0 <= count <= _MOST_GPUS:
        return None
    return f"A number from 0 to {_MOST_GPUS}, whole GPUs only."


def gpu_resource_problem(resource: str) -> str | None:
    """The resource name of a GPU; only accelerators, so that nothing else slips in. Pure."""
    domain, _, kind = resource.partition("/")
    is_qualified = _SUBDOMAIN_PATTERN.fullmatch(domain) and _LABEL_PATTERN.fullmatch(
        kind.replace(".", "-").replace("_", "-")
    )
    if is_qualified and is_accelerator(resource):
        return None
    return f"{resource!r} is no kind of GPU; it looks like nvidia.com/gpu."


def volume_name_problem(name: str) -> str | None:
    """The name of a PersistentVolumeClaim. Pure."""
    if not name:
        return "A volume needs a name."
    if len(name) > _SUBDOMAIN_MAX_LENGTH:
        return f"{len(name)} characters; a volume's name has at most {_SUBDOMAIN_MAX_LENGTH}."
    if _SUBDOMAIN_PATTERN.fullmatch(name):
        return None
    return "Use lower-case letters, digits, '-' and '.', for example churn-model."


def environment_problem(pairs: Iterable[tuple[str, str]]) -> str | None:
    """The first thing wrong with the variables. Pure."""
    seen: set[str] = set()
    for name, value in pairs:
        problem = _variable_problem(name, value)
        if problem or name in seen:
            return problem or f"{name} stands there twice."
        seen.add(name)
    return None


def _variable_problem(name: str, value: str) -> str | None:
    if not _VARIABLE_PATTERN.fullmatch(name):
        return f"{name!r} is no variable: letters, digits and '_', not beginning with a digit."
    if name in _OUR_VARIABLES:
        return f"{name} is set for you: {_OUR_VARIABLES[name]}."
    return f"{name} holds a NUL character." if "\0" in value else None


def _amount_problem(typed: str | float, rule: _Amount) -> str | None:
    if typed == "":
        return f"A size is needed, for example {rule.example}."
    try:
        quantity = rule.parse(typed)
    except InvalidQuantityError as error:
        return f"{error}." if is_quantity(typed) else _unreadable(str(typed), rule)
    if quantity < rule.least:
        shown, least = _shown(typed, quantity, rule), rule.show(rule.least)
        return f"{shown} is too little: at least {least}, for example {rule.example}."
    return None if quantity <= rule.most else f"{rule.show(quantity)} is more than any machine has."


def _unreadable(typed: str, rule: _Amount) -> str:
    shown = typed if len(typed) <= _MOST_SHOWN else f"{typed[:_MOST_SHOWN]}..."
    with_point = typed.replace(",", ".", 1)
    if with_point != typed and is_quantity(with_point):
        return f"{shown!r} is no quantity: use a point, {with_point}."
    return f"{shown!r} is no quantity: write for example {rule.example}."


def _shown(typed: str | float, quantity: Quantity, rule: _Amount) -> str:
    """What was typed, where its size in the usual unit would surprise or be rounded to nothing."""
    shown = rule.show(quantity)
    if isinstance(typed, str) and typed.endswith("m") and rule is not _CPU:
        return f"{typed} means {shown}, which"
    return f"{typed} CPU" if quantity.amount > 0 and shown == "0 CPU" else shown
