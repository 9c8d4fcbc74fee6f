"""What there is to choose from in a namespace, read from memory."""

from __future__ import annotations

from collections.abc import Sequence

from nbcore.accelerators import COMMON_GPUS, is_accelerator
from nbcore.errors import InvalidQuantityError
from nbcore.form import Known
from nbcore.kube.resources import (
    NODES,
    NOTEBOOKS,
    PERSISTENT_VOLUME_CLAIMS,
    STORAGE_CLASSES,
    Resource,
)
from nbcore.names import JsonObject
from nbcore.objects import object_at, text_at, value_at
from nbcore.quantities import memory_text, parse_quantity
from nbcore.rows import NotebookRow
from ui import session

_IS_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


def known(namespace: str) -> Known:
    """Names that a form in this namespace is checked against."""
    classes = session.services().cache.list(STORAGE_CLASSES)
    defaults = [item for item in classes if _is_default(item)]
    return Known(
        notebooks=_names(NOTEBOOKS, namespace),
        volumes=_names(PERSISTENT_VOLUME_CLAIMS, namespace),
        storage_classes=frozenset(text_at(item, "metadata", "name") for item in classes),
        default_class=_newest_name(defaults),
    )


def gpu_resources() -> list[str]:
    """Kinds of accelerators that the nodes have; the common ones when no node has any."""
    nodes = session.services().cache.list(NODES)
    found = {key for node in nodes for key in object_at(node, "status", "allocatable")}
    return sorted(key for key in found if is_accelerator(key)) or list(COMMON_GPUS)


def volume_titles(namespace: str, rows: Sequence[NotebookRow]) -> dict[str, str]:
    """Each volume of the namespace, with its size and the notebooks that have it as home."""
    claims = session.services().cache.list(PERSISTENT_VOLUME_CLAIMS, namespace)
    names = sorted(text_at(claim, "metadata", "name") for claim in claims)
    return {name: _volume_title(name, namespace, rows) for name in names}


def volume_size(name: str, namespace: str) -> str:
    """The size that a volume was asked for, for example "10 GiB"; "" when it can't be read."""
    claim = session.services().cache.get(PERSISTENT_VOLUME_CLAIMS, name, namespace)
    try:
        return memory_text(
            parse_quantity(value_at(claim, "spec", "resources", "requests", "storage"))
        )
    except InvalidQuantityError:
        return ""


def _volume_title(name: str, namespace: str, rows: Sequence[NotebookRow]) -> str:
    users = [row.name for row in rows if (row.namespace, row.volume) == (namespace, name)]
    use = f"used by {', '.join(users)}" if users else "not in use"
    return " · ".join(part for part in (name, volume_size(name, namespace), use) if part)


def _names(resource: Resource, namespace: str) -> frozenset[str]:
    found = session.services().cache.list(resource, namespace)
    return frozenset(text_at(item, "metadata", "name") for item in found)


def _is_default(storage_class: JsonObject) -> bool:
    return text_at(storage_class, "metadata", "annotations", _IS_DEFAULT_CLASS) == "true"


def _newest_name(classes: Sequence[JsonObject]) -> str:
    """Of several default classes Kubernetes takes the newest.

    https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass
    """
    newest = max(
        classes, key=lambda item: text_at(item, "metadata", "creationTimestamp"), default={}
    )
    return text_at(newest, "metadata", "name")
