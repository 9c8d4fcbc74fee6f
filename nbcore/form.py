"""What people fill in to make a notebook, and what can be wrong with it before anything is sent.

A form holds what was typed, right or wrong. ``problems`` names each mistake's field and remedy;
a form without problems goes to nbcore.builder. Pure.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from nbcore.accelerators import NVIDIA_GPU
from nbcore.errors import FieldError
from nbcore.ides import IdeType
from nbcore.names import NAME_MAX_LENGTH


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
    raise NotImplementedError


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
