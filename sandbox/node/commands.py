"""From a container's spec to the command that stands for it on this machine."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from sandbox.client import ApiError, Client, Object
from sandbox.controllers.objects import is_label
from sandbox.node import environment, images
from sandbox.node.images import DEFAULT_PORT, IMAGE_HOME, Launch, Runtime
from sandbox.node.mounts import Mounts
from sandbox.node.processes import Command
from sandbox.node.runtimes import Program
from sandbox.node.surroundings import Place, Surroundings

# Names under which browsers reach the IDE, besides localhost; comma-separated.
HOSTS_VARIABLE = "NB_HOSTS"
_TMP = "/tmp"  # noqa: S108 a path in the pod, not a file of ours


def mark(pod: Object, container: str) -> str:
    """What all processes of a container carry in their environment. Pure."""
    return f"{pod['metadata']['uid']}/{container}"


def port_of(container: Object) -> int:
    """The port on which a container serves: the images' own unless it names only others. Pure."""
    ports = [int(port["containerPort"]) for port in container.get("ports") or []]
    return ports[0] if ports and DEFAULT_PORT not in ports else DEFAULT_PORT


def unsupported(pod: Object) -> str:
    """What of a pod the sandbox can't do and must not leave out silently; "" for nothing. Pure."""
    names = [
        entry["name"] for key in ("containers", "volumes") for entry in pod["spec"].get(key) or []
    ]
    if not all(is_label(name) for name in names):
        return "Error: names of containers and volumes become folders, so they must be DNS labels"
    if pod["spec"].get("initContainers"):
        return "Error: this sandbox runs no init containers"
    if pod["spec"].get("hostNetwork"):
        return "Error: this sandbox gives pods addresses of their own, never its node's network"
    return ""


async def command_for(
    node: Surroundings, place: Place, container: Object, mounts: Mounts, program: Program
) -> Command:
    """The whole command of a container.

    Raises:
        VariableError: a variable's source is missing, or no process can have such a text.
    """
    values = await _sources(node.client, place.pod, container)
    folders = {IMAGE_HOME: str(mounts.home), _TMP: str(mounts.tmp)}
    own = environment.variables(
        container,
        lambda path: environment.field_of(place.pod, path, address=place.address),
        lambda kind, name, key: values.get((kind, name), {}).get(key),
    )
    base = environment.base(
        home=str(mounts.home),
        tmp=str(mounts.tmp),
        user=node.log_name,
        path=program.search,
    )
    moved = {name: environment.relocate(value, folders) for name, value in own.items()}
    # The mark comes last: a container without it would not be found again.
    variables = {**base, **moved, environment.MARK: mark(place.pod, container["name"])}
    argv = tuple(_argv(node, place, container, variables, program, folders))
    directory = environment.relocate(container.get("workingDir", IMAGE_HOME), folders)
    environment.check(variables, (*argv, directory))
    return Command(argv=argv, environment=variables, directory=Path(directory))


def _argv(
    node: Surroundings,
    place: Place,
    container: Object,
    variables: Mapping[str, str],
    program: Program,
    folders: Mapping[str, str],
) -> list[str]:
    given = [*(container.get("command") or []), *(container.get("args") or [])]
    if given:
        expanded = [environment.expand(word, variables) for word in given]
        return [environment.relocate(word, folders) for word in expanded]
    launch = Launch(
        program=str(program.path),
        address=place.address,
        port=port_of(container),
        home=variables["HOME"],
        prefix=variables.get("NB_PREFIX", "").rstrip("/"),
        hosts=images.hosts(variables.get(HOSTS_VARIABLE, ""), node.config.names),
        is_root=node.is_root,
    )
    runtime = images.runtime_of(container["image"])
    return images.command(runtime or Runtime.JUPYTERLAB, launch)


async def _sources(
    client: Client, pod: Object, container: Object
) -> dict[tuple[str, str], dict[str, str]]:
    """The Secrets and ConfigMaps that the container's variables name, as far as they exist."""
    root = f"/api/v1/namespaces/{pod['metadata']['namespace']}"
    found: dict[tuple[str, str], dict[str, str]] = {}
    for kind, name in _source_names(container):
        plural = "secrets" if kind == "Secret" else "configmaps"
        try:
            obj = await client.get(f"{root}/{plural}/{name}")
        except ApiError as error:
            if error.reason != "NotFound":
                raise
        else:
            found[kind, name] = _values(kind, obj.get("data") or {})
    return found


def _source_names(container: Object) -> set[tuple[str, str]]:
    fields = (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap"))
    return {
        (kind, entry["valueFrom"][field]["name"])
        for entry in container.get("env") or []
        for field, kind in fields
        if field in (entry.get("valueFrom") or {})
    }


def _values(kind: str, data: Mapping[str, str]) -> dict[str, str]:
    if kind != "Secret":
        return dict(data)
    return {key: base64.b64decode(value).decode(errors="replace") for key, value in data.items()}
