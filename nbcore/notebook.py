"""A Notebook as a value: what the object says, with what is missing read as the rules say. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nbcore.accelerators import is_accelerator
from nbcore.actions import LastAction, read_time
from nbcore.catalog import Catalog
from nbcore.errors import MalformedNotebookError
from nbcore.form import ServiceType
from nbcore.ides import IdeType, ide_type
from nbcore.names import OWNER_ANNOTATION, TYPE_LABEL, JsonObject
from nbcore.objects import text_at, value_at
from nbcore.podspec import Requirements, claims, first_container, home_claim, pod_spec, requirements
from nbcore.quantities import Quantity
from nbcore.status import NotebookStatus, Phase


@dataclass(frozen=True, slots=True)
class Metadata:
    """What every object has, read from any JSON without complaint; "" and None where it is not."""

    name: str
    namespace: str
    uid: str
    owner: str
    created: datetime | None
    is_terminating: bool

    @classmethod
    def from_object(cls, notebook: JsonObject) -> Metadata:
        """Reads .metadata."""
        return cls(
            name=text_at(notebook, "metadata", "name"),
            namespace=text_at(notebook, "metadata", "namespace"),
            uid=text_at(notebook, "metadata", "uid"),
            owner=text_at(notebook, "metadata", "annotations", OWNER_ANNOTATION),
            created=read_time(text_at(notebook, "metadata", "creationTimestamp")),
            is_terminating=bool(value_at(notebook, "metadata", "deletionTimestamp")),
        )


@dataclass(frozen=True, slots=True)
class Gpus:
    """Some accelerators of one kind, for example 2 of nvidia.com/gpu."""

    resource: str
    count: int


@dataclass(frozen=True, slots=True)
class Notebook:
    """One notebook.

    Attributes:
        is_type_known: false when neither label nor catalog tells the type, and jupyter is assumed.
        cpu: requested; None when the object asks for none. ``memory`` likewise.
        volume: the claim at the home directory, "" when there is none.
        claims: every claim that its pod mounts.
    """

    metadata: Metadata
    type: IdeType
    is_type_known: bool
    image: str
    cpu: Quantity | None
    memory: Quantity | None
    gpus: tuple[Gpus, ...]
    volume: str
    claims: tuple[str, ...]
    is_suspended: bool
    service_type: ServiceType
    last_action: LastAction | None
    status: NotebookStatus

    @classmethod
    def from_object(cls, notebook: JsonObject, catalog: Catalog) -> Notebook:
        """Reads an object of the cluster.

        Raises:
            MalformedNotebookError: the schema let through what can't be run; says what.
        """
        metadata = Metadata.from_object(notebook)
        if not metadata.name:
            raise MalformedNotebookError("metadata.name is missing")
        pod = pod_spec(notebook)
        container = first_container(pod)
        asked = requirements(container)
        known = notebook_type(notebook, container["image"], catalog)
        return cls(
            metadata=metadata,
            type=known or IdeType.JUPYTER,
            is_type_known=known is not None,
            image=container["image"],
            cpu=asked.requests.get("cpu"),
            memory=asked.requests.get("memory"),
            gpus=_gpus(asked),
            volume=home_claim(pod, container),
            claims=tuple(sorted(set(claims(pod).values()))),
            is_suspended=is_suspended(notebook),
            service_type=service_type(notebook),
            last_action=LastAction.from_object(notebook),
            status=NotebookStatus.from_object(notebook),
        )

    @property
    def phase(self) -> Phase:
        """The phase to show: what was asked for just now outruns what the controller last said."""
        said = self.status.phase
        if self.metadata.is_terminating:
            return Phase.TERMINATING
        if self.is_suspended and said is not Phase.STOPPED:
            return Phase.STOPPING
        if not self.is_suspended and said in (Phase.STOPPED, Phase.STOPPING):
            return Phase.STARTING
        return said


def notebook_type(notebook: JsonObject, image: str, catalog: Catalog) -> IdeType | None:
    """The label's IDE, else the one under which the catalog lists the image, else None. Pure."""
    label = text_at(notebook, "metadata", "labels", TYPE_LABEL)
    return ide_type(label) or catalog.type_of_image(image)


def is_suspended(notebook: JsonObject) -> bool:
    """Whether the notebook is to be stopped.

    Raises:
        MalformedNotebookError: spec.suspend is neither true nor false.
    """
    suspend = value_at(notebook, "spec", "suspend")
    if suspend is not None and not isinstance(suspend, bool):
        raise MalformedNotebookError("spec.suspend is neither true nor false")
    return bool(suspend)


def service_type(notebook: JsonObject) -> ServiceType:
    """How the Service is exposed; ClusterIP when the object does not say.

    Raises:
        MalformedNotebookError: a type that we don't know.
    """
    found = value_at(notebook, "spec", "serviceType")
    if found is None:
        return ServiceType.CLUSTER_IP
    if not isinstance(found, str) or found not in set(ServiceType):
        raise MalformedNotebookError("spec.serviceType is none of " + ", ".join(ServiceType))
    return ServiceType(found)


def _gpus(asked: Requirements) -> tuple[Gpus, ...]:
    counts = ((name, int(asked.limits[name].amount)) for name in sorted(asked.limits))
    return tuple(Gpus(name, count) for name, count in counts if is_accelerator(name) and count)
