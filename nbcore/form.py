"""What people fill in to make a notebook, and what can be wrong with it before anything is sent.

A form holds what was typed, right or wrong. ``problems`` names each mistake's field and remedy;
a form without problems goes to nbcore.builder. Pure.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from nbcore import fieldrules
from nbcore.accelerators import NVIDIA_GPU
from nbcore.errors import FieldError
from nbcore.ides import IdeType
from nbcore.images import image_problem
from nbcore.names import NAME_MAX_LENGTH, name_problem


class Field(StrEnum):
    """The form's fields, as FieldError.field names them."""

    NAME = "name"
    NAMESPACE = "namespace"
    TYPE = "type"
    IMAGE = "image"
    CPU = "cpu"
    MEMORY = "memory"
    GPU_COUNT = "gpu_count"
    GPU_RESOURCE = "gpu_resource"
    VOLUME = "volume"
    VOLUME_NAME = "volume_name"
    VOLUME_SIZE = "volume_size"
    STORAGE_CLASS = "storage_class"
    SHARED_MEMORY = "shared_memory"
    ENVIRONMENT = "environment"
    SERVICE_TYPE = "service_type"


class ServiceType(StrEnum):
    """How the notebook's Service is exposed; ClusterIP is reached through the gateway alone."""

    CLUSTER_IP = "ClusterIP"
    NODE_PORT = "NodePort"
    LOAD_BALANCER = "LoadBalancer"


@dataclass(frozen=True, slots=True)
class NewVolume:
    """A volume that the click makes.

    Attributes:
        size: text with a unit ("10Gi"), or a number of GiB.
        storage_class: None for the cluster's default class (the field is left out).
    """

    name: str
    size: str | float = "10Gi"
    storage_class: str | None = None


@dataclass(frozen=True, slots=True)
class ExistingVolume:
    """A volume that is there already."""

    name: str


@dataclass(frozen=True, slots=True)
class NoVolume:
    """No volume: files are lost at stop."""


VolumeChoice = NewVolume | ExistingVolume | NoVolume


@dataclass(frozen=True, slots=True)
class SizePreset:
    """A named size."""

    title: str
    cpu: str
    memory: str


SMALL = SizePreset("Small", "0.5", "1Gi")
SIZES = (SMALL, SizePreset("Medium", "2", "8Gi"), SizePreset("Large", "8", "32Gi"))


@dataclass(frozen=True, slots=True)
class NotebookForm:
    """What was typed.

    Attributes:
        cpu: text ("500m", "2") or a number of cores.
        memory: text with a unit ("8Gi") or a number of GiB.
        shared_memory: whether /dev/shm is a memory volume; it counts against the memory.
        shared_memory_size: text with a unit or a number of GiB; "" for no limit of its own.
        environment: names and values of the container's variables.
    """

    name: str
    namespace: str
    type: IdeType
    image: str
    volume: VolumeChoice
    cpu: str | float = SMALL.cpu
    memory: str | float = SMALL.memory
    gpu_count: int = 0
    gpu_resource: str = NVIDIA_GPU
    shared_memory: bool = True
    shared_memory_size: str | float = ""
    environment: tuple[tuple[str, str], ...] = ()
    service_type: ServiceType = ServiceType.CLUSTER_IP


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the namespace; None where it could not be asked, then nothing is checked.

    Attributes:
        notebooks: names of its notebooks.
        volumes: names of its PersistentVolumeClaims.
        storage_classes: names of the cluster's classes.
        default_class: the class that is used when none is given; "" when there is none.
    """

    notebooks: frozenset[str] | None = None
    volumes: frozenset[str] | None = None
    storage_classes: frozenset[str] | None = None
    default_class: str | None = None


def problems(form: NotebookForm, known: Known) -> tuple[FieldError, ...]:
    """Everything wrong with a form, in the order of its fields; empty when it may be sent. Pure."""
    found: list[tuple[Field, str | None]] = [
        (Field.NAME, name_problem(form.name) or _taken_problem(form, known)),
        (Field.NAMESPACE, fieldrules.namespace_problem(form.namespace)),
        (Field.IMAGE, image_problem(form.image)),
        (Field.CPU, fieldrules.cpu_problem(form.cpu)),
        (Field.MEMORY, fieldrules.memory_problem(form.memory)),
        (Field.GPU_COUNT, fieldrules.gpu_count_problem(form.gpu_count)),
        *_gpu_problems(form),
        *_volume_problems(form, known),
        *_shared_memory_problems(form),
        (Field.ENVIRONMENT, fieldrules.environment_problem(form.environment)),
    ]
    return tuple(FieldError(field, message) for field, message in found if message)


def one_click(ide: IdeType, *, namespace: str, image: str, taken: Collection[str]) -> NotebookForm:
    """The form that one click stands for: 0.5 CPU, 1 GiB, a new volume of 10 GiB. Pure.

    Args:
        ide: what to start.
        namespace: where.
        image: the catalog's default image for it.
        taken: names of notebooks and of volumes in the namespace.
    """
    name = suggest_free_name(ide, taken)
    return NotebookForm(name, namespace, ide, image, NewVolume(name))


def suggest_free_name(base: str, taken: Collection[str]) -> str:
    """``base``, or the first of base-2, base-3, ... that is free; at most 52 characters. Pure."""
    number, name = 1, base[:NAME_MAX_LENGTH]
    while name in taken:
        number += 1
        suffix = f"-{number}"
        name = base[: NAME_MAX_LENGTH - len(suffix)].rstrip("-") + suffix
    return name


def _taken_problem(form: NotebookForm, known: Known) -> str | None:
    if known.notebooks is None or form.name not in known.notebooks:
        return None
    free = suggest_free_name(form.name, known.notebooks)
    return f"{form.namespace} already has a notebook {form.name}. Try {free}."


def _gpu_problems(form: NotebookForm) -> list[tuple[Field, str | None]]:
    if not form.gpu_count:
        return []
    return [(Field.GPU_RESOURCE, fieldrules.gpu_resource_problem(form.gpu_resource))]


def _shared_memory_problems(form: NotebookForm) -> list[tuple[Field, str | None]]:
    if not form.shared_memory:
        return []
    problem = fieldrules.shared_memory_problem(form.shared_memory_size, form.memory)
    return [(Field.SHARED_MEMORY, problem)]


def _volume_problems(form: NotebookForm, known: Known) -> list[tuple[Field, str | None]]:
    match form.volume:
        case NewVolume() as volume:
            name_rule = fieldrules.volume_name_problem(volume.name)
            return [
                (Field.VOLUME_NAME, name_rule or _volume_taken_problem(form, volume, known)),
                (Field.VOLUME_SIZE, fieldrules.volume_size_problem(volume.size)),
                (Field.STORAGE_CLASS, _class_problem(volume.storage_class, known)),
            ]
        case ExistingVolume(name):
            return [(Field.VOLUME_NAME, _missing_problem(form, name, known))]
        case NoVolume():
            return []


def _volume_taken_problem(form: NotebookForm, volume: NewVolume, known: Known) -> str | None:
    if known.volumes is None or volume.name not in known.volumes:
        return None
    free = suggest_free_name(volume.name, known.volumes)
    return (
        f"{form.namespace} already has a volume {volume.name}. "
        f"Choose Existing to use it, or try {free}."
    )


def _missing_problem(form: NotebookForm, name: str, known: Known) -> str | None:
    if not name:
        return "Choose a volume."
    if known.volumes is None or name in known.volumes:
        return None
    return f"{form.namespace} has no volume {name}. Choose another one, or a new one."


def _class_problem(storage_class: str | None, known: Known) -> str | None:
    if storage_class is None:
        has_none = known.default_class == ""
        return "The cluster has no default class: choose one." if has_none else None
    if known.storage_classes is None or storage_class in known.storage_classes:
        return None
    return f"The cluster has no storage class {storage_class!r}."
