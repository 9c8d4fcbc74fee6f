"""The pod that a Notebook describes: its PodSpec, its first container, what that asks for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nbcore.errors import InvalidQuantityError, MalformedNotebookError
from nbcore.names import HOME, JsonObject
from nbcore.objects import child_object, child_objects, objects_at, text_at
from nbcore.quantities import Quantity, parse_quantity

_CONTAINER = "spec.template.spec.containers[0]"


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a container asks for, by resource name, with each missing side filled from the other.

    The design document: limits equal requests if they are not given. The other way round is what
    Kubernetes itself does.
    """

    requests: Mapping[str, Quantity]
    limits: Mapping[str, Quantity]


def pod_spec(notebook: JsonObject) -> JsonObject:
    """The PodSpec as the user wrote it; not a copy.

    Raises:
        MalformedNotebookError: there is none, or it has no container.
    """
    spec = child_object(notebook, "spec", where="notebook")
    template = child_object(spec, "template", where="spec")
    pod = child_object(template, "spec", where="spec.template")
    if not child_objects(pod, "containers", where="spec.template.spec"):
        raise MalformedNotebookError("spec.template.spec.containers is empty")
    child_objects(pod, "volumes", where="spec.template.spec")
    return pod


def first_container(pod: JsonObject) -> JsonObject:
    """The container that runs the IDE; ``pod`` comes from ``pod_spec``.

    Raises:
        MalformedNotebookError: it has no image, or its mounts are no list of objects.
    """
    container: JsonObject = pod["containers"][0]
    if not text_at(container, "image"):
        raise MalformedNotebookError(f"{_CONTAINER}.image is missing")
    child_objects(container, "volumeMounts", where=_CONTAINER)
    return container


def requirements(container: JsonObject) -> Requirements:
    """Requests and limits of the first container.

    Raises:
        MalformedNotebookError: no quantity, a negative one, or a limit below its request.
    """
    resources = child_object(container, "resources", where=_CONTAINER)
    requests = _amounts(resources, "requests")
    limits = _amounts(resources, "limits")
    for name in requests.keys() & limits.keys():
        if limits[name] < requests[name]:
            raise MalformedNotebookError(
                f"{name}: the limit {limits[name].text} is below the request {requests[name].text}"
            )
    return Requirements(limits | requests, requests | limits)


def claims(pod: JsonObject) -> dict[str, str]:
    """The PersistentVolumeClaims of a pod, by the name of its volume. Pure."""
    named = {
        text_at(volume, "name"): text_at(volume, "persistentVolumeClaim", "claimName")
        for volume in objects_at(pod, "volumes")
    }
    return {volume: claim for volume, claim in named.items() if claim}


def home_claim(pod: JsonObject, container: JsonObject) -> str:
    """The claim that is mounted at the home directory; "" when there is none."""
    by_volume = claims(pod)
    at_home = (
        by_volume.get(text_at(mount, "name"), "")
        for mount in container.get("volumeMounts") or ()
        if text_at(mount, "mountPath").rstrip("/") == HOME
    )
    return next(at_home, "")


def mounts_without_volume(pod: JsonObject) -> tuple[str, ...]:
    """Names of mounts for which the pod has no volume; such a pod is refused. Pure."""
    volumes = {text_at(volume, "name") for volume in objects_at(pod, "volumes")}
    containers = objects_at(pod, "initContainers") + objects_at(pod, "containers")
    mounts = (mount for container in containers for mount in objects_at(container, "volumeMounts"))
    return tuple(sorted({text_at(mount, "name") for mount in mounts} - volumes))


def _amounts(resources: JsonObject, side: str) -> dict[str, Quantity]:
    found = child_object(resources, side, where=f"{_CONTAINER}.resources")
    return {name: _amount(side, name, value) for name, value in found.items()}


def _amount(side: str, name: str, value: object) -> Quantity:
    try:
        quantity = parse_quantity(value)
    except InvalidQuantityError as error:
        raise MalformedNotebookError(f"{side}.{name}: {error}") from error
    if quantity.amount < 0:
        raise MalformedNotebookError(f"{side}.{name}: {quantity.text} is negative")
    return quantity
