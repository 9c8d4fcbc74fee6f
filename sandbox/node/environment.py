"""The environment of a container.

https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from sandbox.client import Object

# What a login shell would find; nothing of the sandbox's own environment comes along.
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# By this the processes of a container are found again when their parents are gone.
MARK = "SANDBOX_CONTAINER"

_REFERENCE = re.compile(r"\$\$|\$\(([^()]*)\)")
_KEYED_FIELD = re.compile(r"metadata\.(labels|annotations)\['(.+)'\]")

Lookup = Callable[[str, str, str], str | None]
"""Finds the value of a key: kind (Secret or ConfigMap), object name, key."""


class VariableError(Exception):
    """A variable that can't be had; the message says which and why."""


def expand(text: str, known: Mapping[str, str]) -> str:
    """Replace $(NAME) by what is known; unknown names stay, $$ is a dollar."""

    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return "$"
        return known.get(name, match.group(0))

    return _REFERENCE.sub(replace, text)


def variables(container: Object, field_of: Callable[[str], str], lookup: Lookup) -> dict[str, str]:
    """The variables that the container asks for, in order.

    ``field_of`` is the value of a fieldRef's path; ``lookup`` finds those of other objects.

    Raises:
        VariableError: when a source is missing and not optional.
    """
    found: dict[str, str] = {}
    for entry in container.get("env") or []:
        source = entry.get("valueFrom")
        value = expand(entry.get("value", ""), found)
        if source:
            value_from = _value_from(source, field_of, lookup)
            if value_from is None:
                continue
            value = value_from
        found[entry["name"]] = value
    return found


def _value_from(source: Object, field_of: Callable[[str], str], lookup: Lookup) -> str | None:
    if "fieldRef" in source:
        return field_of(source["fieldRef"]["fieldPath"])
    for field, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
        if field in source:
            reference = source[field]
            value = lookup(kind, reference["name"], reference["key"])
            if value is None and not reference.get("optional"):
                raise VariableError(
                    f"couldn't find key {reference['key']} in {kind} {reference['name']}"
                )
            return value
    raise VariableError(f"this sandbox knows no variables from {', '.join(source)}")


def field_of(pod: Object, path: str, *, address: str) -> str:
    """The value of a downward API field.

    Raises:
        VariableError: for a field that the API has not.
    """
    metadata = pod["metadata"]
    if match := _KEYED_FIELD.fullmatch(path):
        return str((metadata.get(match.group(1)) or {}).get(match.group(2), ""))
    simple = {
        "metadata.name": metadata["name"],
        "metadata.namespace": metadata["namespace"],
        "metadata.uid": metadata["uid"],
        "spec.nodeName": pod["spec"].get("nodeName", ""),
        "spec.serviceAccountName": pod["spec"].get("serviceAccountName", "default"),
        "status.podIP": address,
        "status.podIPs": address,
        "status.hostIP": "127.0.0.1",
        "status.hostIPs": "127.0.0.1",
    }
    if path not in simple:
        raise VariableError(f"unsupported fieldPath: {path}")
    return str(simple[path])


def base(*, home: str, tmp: str, user: str, path: Sequence[str]) -> dict[str, str]:
    """What every container has before its own variables; ``path`` comes first on PATH."""
    return {
        "PATH": ":".join([*path, SYSTEM_PATH]),
        "HOME": home,
        "USER": user,
        "LOGNAME": user,
        "SHELL": "/bin/bash",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "TMPDIR": tmp,
    }


def check(variables: Mapping[str, str], words: Iterable[str]) -> None:
    """Refuse what the system can't give to a process.

    Raises:
        VariableError: a name with an equals sign, or a zero character anywhere.
    """
    for name, value in variables.items():
        if not name or "=" in name or "\0" in name + value:
            raise VariableError(f"environment variable {name!r} can't be set on this system")
    if any("\0" in word for word in words):
        raise VariableError("the command holds a zero character")


def relocate(value: str, folders: Mapping[str, str]) -> str:
    """A path of the container as a path of this machine, for the folders that it has of its own.

    Without this, two pods would share /tmp/jupyter_runtime.
    """
    for inside, outside in folders.items():
        if value == inside or value.startswith(f"{inside}/"):
            return outside + value[len(inside) :]
    return value
