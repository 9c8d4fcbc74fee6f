"""Makes an empty cluster ready for notebooks: the definitions of our kinds, and namespaces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from nbcore.errors import AlreadyExistsError
from nbcore.kube.client import Kube
from nbcore.kube.resources import CUSTOM_RESOURCE_DEFINITIONS, NAMESPACES
from nbcore.names import FIELD_MANAGER_APP, JsonObject


def install_definitions(
    kube: Kube, definitions: Iterable[JsonObject], *, wait: Callable[[Callable[[], bool]], None]
) -> tuple[str, ...]:
    """Applies CustomResourceDefinitions and waits until they serve; tells their kinds.

    Args:
        kube: acts as an administrator.
        definitions: the objects of deploy/crds.
        wait: returns when the question that it is given is answered with yes.
    """
    applied = [
        kube.apply(CUSTOM_RESOURCE_DEFINITIONS, definition, field_manager=FIELD_MANAGER_APP)
        for definition in definitions
    ]
    names = [definition["metadata"]["name"] for definition in applied]
    wait(lambda: all(is_established(kube.get(CUSTOM_RESOURCE_DEFINITIONS, name)) for name in names))
    return tuple(definition["spec"]["names"]["kind"] for definition in applied)


def is_established(definition: Mapping[str, Any]) -> bool:
    """Whether objects of a definition's kind can be made now. Pure."""
    conditions = (definition.get("status") or {}).get("conditions") or []
    return any(c.get("type") == "Established" and c.get("status") == "True" for c in conditions)


def make_namespaces(kube: Kube, names: Iterable[str]) -> None:
    """Makes the namespaces that are not there yet."""
    for name in names:
        with suppress(AlreadyExistsError):
            kube.create(
                NAMESPACES, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            )
