"""PersistentVolumeClaims as people choose them: size, class, and who mounts them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nbcore.errors import InvalidQuantityError
from nbcore.names import OWNER_ANNOTATION, JsonObject
from nbcore.objects import object_at, text_at, value_at
from nbcore.podspec import claims
from nbcore.quantities import Quantity, memory_text, parse_quantity

_IS_DEFAULT = "storageclass.kubernetes.io/is-default-class"
_SINGLE_NODE = "ReadWriteOnce"


@dataclass(frozen=True, slots=True)
class Volume:
    """One claim.

    Attributes:
        size: what it holds once bound, else what it asks for; None when neither can be read.
        storage_class: "" when the claim names none.
        phase: Pending, Bound or Lost; "" before anybody looked at it.
        is_single_node: only pods of one node may mount it at a time.
        used_by: names of the notebooks that mount it, in order.
    """

    name: str
    namespace: str
    uid: str
    size: Quantity | None
    storage_class: str
    phase: str
    owner: str
    is_single_node: bool
    used_by: tuple[str, ...] = ()

    @classmethod
    def from_object(cls, claim: JsonObject, notebooks: Iterable[JsonObject] = ()) -> Volume:
        """Reads a claim; ``notebooks`` are those of the same namespace or of all."""
        name, namespace = (text_at(claim, "metadata", key) for key in ("name", "namespace"))
        modes = value_at(claim, "spec", "accessModes")
        return cls(
            name=name,
            namespace=namespace,
            uid=text_at(claim, "metadata", "uid"),
            size=_size(claim),
            storage_class=text_at(claim, "spec", "storageClassName"),
            phase=text_at(claim, "status", "phase"),
            owner=text_at(claim, "metadata", "annotations", OWNER_ANNOTATION),
            is_single_node=isinstance(modes, list) and _SINGLE_NODE in modes,
            used_by=users_of(name, namespace, notebooks),
        )

    @property
    def title(self) -> str:
        """For a list to choose from: "churn-model · 20 GiB · used by etl-dev"."""
        size = memory_text(self.size) if self.size else ""
        users = f"used by {', '.join(self.used_by)}" if self.used_by else ""
        return " · ".join(part for part in (self.name, size, users) if part)


def users_of(claim: str, namespace: str, notebooks: Iterable[JsonObject]) -> tuple[str, ...]:
    """Names of the notebooks of a namespace whose pod mounts a claim, stopped ones too. Pure."""
    users = (
        text_at(notebook, "metadata", "name")
        for notebook in notebooks
        if text_at(notebook, "metadata", "namespace") == namespace
        and claim in claims(object_at(notebook, "spec", "template", "spec")).values()
    )
    return tuple(sorted(users))


def default_class(classes: Iterable[JsonObject]) -> str:
    """The class of claims that name none; "" when the cluster has no default.

    Of several the newest counts:
    https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass. Pure.
    """
    marked = [
        (text_at(found, "metadata", "creationTimestamp"), text_at(found, "metadata", "name"))
        for found in classes
        if text_at(found, "metadata", "annotations", _IS_DEFAULT) == "true"
    ]
    return max(marked, default=("", ""))[1]


def _size(claim: JsonObject) -> Quantity | None:
    capacity = value_at(claim, "status", "capacity", "storage")
    asked = value_at(claim, "spec", "resources", "requests", "storage")
    try:
        return parse_quantity(capacity if capacity is not None else asked)
    except InvalidQuantityError:
        return None
