"""What there is to choose from in a namespace, read from memory."""

from __future__ import annotations

from collections.abc import Iterable

from nbcore.accelerators import COMMON_GPUS, is_accelerator
from nbcore.access import LIST_VOLUMES
from nbcore.capacity import too_large
from nbcore.findings import Finding
from nbcore.form import Known
from nbcore.kube.resources import (
    NODES,
    NOTEBOOKS,
    PERSISTENT_VOLUME_CLAIMS,
    STORAGE_CLASSES,
)
from nbcore.names import JsonObject
from nbcore.objects import object_at, text_at
from nbcore.quantities import memory_text
from nbcore.volumes import Volume, default_class
from ui import access, cluster, session


def known(namespace: str) -> Known:
    """Names that a form in this namespace is checked against."""
    return Known(
        notebooks=_names(session.services().cache.list(NOTEBOOKS, namespace)),
        volumes=_known_volumes(namespace),
        storage_classes=_names(session.services().cache.list(STORAGE_CLASSES)),
        default_class=default_class(session.services().cache.list(STORAGE_CLASSES)),
    )


def gpu_resources() -> list[str]:
    """Kinds of accelerators that the nodes have; the common ones when no node has any."""
    nodes = session.services().cache.list(NODES)
    found = {key for node in nodes for key in object_at(node, "status", "allocatable")}
    return sorted(key for key in found if is_accelerator(key)) or list(COMMON_GPUS)


def beyond_nodes(notebook: JsonObject) -> tuple[Finding, ...]:
    """What a notebook asks for that no node has."""
    return too_large(notebook, session.services().cache.list(NODES))


def volume_titles(namespace: str) -> dict[str, str]:
    """Each volume of the namespace by name, with its size and what uses it."""
    cache = session.services().cache
    notebooks = cache.list(NOTEBOOKS, namespace)
    found = cluster.volumes(namespace)
    volumes = (Volume.from_object(claim, notebooks) for claim in found)
    return {volume.name: volume.title for volume in sorted(volumes, key=lambda v: v.name)}


def volume_size(name: str, namespace: str) -> str:
    """How much a volume holds, for example "10 GiB"; "" when that can't be read."""
    claim = session.services().cache.get(PERSISTENT_VOLUME_CLAIMS, name, namespace)
    size = Volume.from_object(claim).size if claim else None
    return memory_text(size) if size else ""


def _known_volumes(namespace: str) -> frozenset[str] | None:
    """None: the viewer may not list them, so that a name is neither free nor taken."""
    return _names(cluster.volumes(namespace)) if access.may(LIST_VOLUMES, namespace) else None


def _names(found: Iterable[JsonObject]) -> frozenset[str]:
    return frozenset(text_at(item, "metadata", "name") for item in found)
