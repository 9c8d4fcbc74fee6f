"""The pod that the controller builds from a Notebook; the create page tries the same one.

The user's PodSpec is copied and completed, never rewritten: whatever the user set stays. Pure.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from nbcore.errors import InvalidQuantityError, MalformedNotebookError
from nbcore.ides import Ide
from nbcore.names import NOTEBOOK_NAME_LABEL, PORT_NAME, TYPE_LABEL, JsonObject
from nbcore.objects import child_objects, object_at, objects_at, text_at
from nbcore.podspec import first_container, pod_spec, requirements
from nbcore.quantities import canonical

# The group of the images' user; without it a fresh volume belongs to root.
_FS_GROUP = 100
# kubectl logs and exec choose this container where a pod has several.
_DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
_READINESS = "readinessProbe"
_PROBES = {
    # Asked every second, so that a person who waits gets in at once; gives up after 15 minutes,
    # because the first start copies the home directory onto a volume that may be slow.
    "startupProbe": {"periodSeconds": 1, "timeoutSeconds": 5, "failureThreshold": 900},
    _READINESS: {"periodSeconds": 2, "timeoutSeconds": 5, "failureThreshold": 5},
    # A restart costs people their kernels: only after five minutes of silence.
    "livenessProbe": {"periodSeconds": 30, "timeoutSeconds": 10, "failureThreshold": 10},
}


def build_pod_template(notebook: JsonObject, ide: Ide) -> JsonObject:
    """The PodTemplateSpec of a notebook's StatefulSet.

    The result shares nothing with ``notebook``, holds no nulls, and its quantities are written as
    the API server stores them, so that applying it twice changes nothing.

    Raises:
        MalformedNotebookError: the object can't become a pod; says why.
    """
    name, namespace = (text_at(notebook, "metadata", key) for key in ("name", "namespace"))
    spec = _without_nulls(deepcopy(pod_spec(notebook)))
    container = first_container(spec)
    _complete_resources(container)
    _complete_environment(container, ide.environment_of(namespace, name))
    _complete_ports(container, ide)
    _complete_probes(container, ide.probe_path_of(namespace, name), port_name(container, ide))
    spec.setdefault(
        "securityContext", {"fsGroup": _FS_GROUP, "fsGroupChangePolicy": "OnRootMismatch"}
    )
    _write_sizes_canonically(spec)
    return {
        "metadata": {
            "labels": {NOTEBOOK_NAME_LABEL: name, TYPE_LABEL: ide.type.value},
            "annotations": {_DEFAULT_CONTAINER: text_at(container, "name")},
        },
        "spec": spec,
    }


def build_pod(notebook: JsonObject, ide: Ide) -> JsonObject:
    """The pod that the StatefulSet would make, for a dry run.

    Raises:
        MalformedNotebookError: see build_pod_template.
    """
    template = build_pod_template(notebook, ide)
    metadata = {
        "name": f"{text_at(notebook, 'metadata', 'name')}-0",
        "namespace": text_at(notebook, "metadata", "namespace"),
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata | template["metadata"],
        "spec": template["spec"],
    }


def port_name(container: JsonObject, ide: Ide) -> str:
    """The name of the port that the Service leads to.

    A user's port called ``notebook`` wins, whatever its number; then a user's port of the IDE's
    number keeps its name.

    Raises:
        MalformedNotebookError: the container's ports are no list of objects.
    """
    ports = child_objects(container, "ports", where="containers[0]")
    if any(port.get("name") == PORT_NAME for port in ports):
        return PORT_NAME
    return next((text_at(p, "name") for p in ports if _is_ide_port(p, ide)), "") or PORT_NAME


def _without_nulls(value: Any) -> Any:
    """A null says "not set"; in an applied object it would be a value of its own."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _complete_resources(container: JsonObject) -> None:
    asked = requirements(container)
    sides = {"requests": asked.requests, "limits": asked.limits}
    container["resources"] = object_at(container, "resources") | {
        side: {name: amounts[name].text for name in sorted(amounts)}
        for side, amounts in sides.items()
        if amounts
    }


def _complete_environment(container: JsonObject, variables: dict[str, str]) -> None:
    # Ours stand first, so that the user's may refer to them as $(NB_PREFIX).
    users = child_objects(container, "env", where="containers[0]")
    taken = {text_at(variable, "name") for variable in users}
    ours = [{"name": key, "value": text} for key, text in variables.items() if key not in taken]
    container["env"] = ours + users


def _is_ide_port(port: JsonObject, ide: Ide) -> bool:
    return port.get("containerPort") == ide.port and port.get("protocol", "TCP") == "TCP"


def _complete_ports(container: JsonObject, ide: Ide) -> None:
    name = port_name(container, ide)
    ports = child_objects(container, "ports", where="containers[0]")
    if any(port.get("name") == name for port in ports):
        return
    # A number may stand in the list only once: an entry without a name gets ours.
    unnamed = next((port for port in ports if _is_ide_port(port, ide)), {})
    ours = unnamed | {"name": name, "containerPort": ide.port, "protocol": "TCP"}
    container["ports"] = [port for port in ports if port is not unnamed] + [ours]


def _complete_probes(container: JsonObject, path: str, port: str) -> None:
    """Whoever set a probe knows the image: then only readiness is added; it kills nothing."""
    has_own = any(probe in container for probe in _PROBES)
    for probe, rhythm in _PROBES.items():
        if probe == _READINESS or not has_own:
            container.setdefault(probe, {"httpGet": {"path": path, "port": port}} | rhythm)


def _write_sizes_canonically(spec: JsonObject) -> None:
    for container in objects_at(spec, "initContainers") + objects_at(spec, "containers"):
        for side in ("requests", "limits"):
            _canonicalise(object_at(container, "resources", side))
    for volume in objects_at(spec, "volumes"):
        empty_dir = object_at(volume, "emptyDir")
        if "sizeLimit" in empty_dir:
            empty_dir["sizeLimit"] = _canonical("emptyDir.sizeLimit", empty_dir["sizeLimit"])


def _canonicalise(amounts: JsonObject) -> None:
    for name, value in amounts.items():
        amounts[name] = _canonical(name, value)


def _canonical(name: str, value: object) -> str:
    try:
        return canonical(value)
    except InvalidQuantityError as error:
        raise MalformedNotebookError(f"{name}: {error}") from error
