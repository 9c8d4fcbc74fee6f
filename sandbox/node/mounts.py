"""Where the volumes of a container go on a machine without mounts.

The volume at the image's home becomes HOME. A volume below the home is a link there. /tmp is the
pod's own folder, /dev/shm the machine's own. The token of a ServiceAccount is left out. Anything
else is refused with a sentence. Pure.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.client import Object
from sandbox.node.images import IMAGE_HOME

_SHARED_MEMORY = "/dev/shm"  # noqa: S108 a path in the pod, not a file of ours
_TMP = "/tmp"  # noqa: S108 a path in the pod, not a file of ours
# Admission of a real API server adds it to every pod that does not refuse it.
_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"


class MountError(Exception):
    """A volume that can't be given to the container; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Link:
    """A folder that appears at ``path`` below the home."""

    path: str
    target: Path


@dataclass(frozen=True, slots=True)
class Mounts:
    """The folders of a container."""

    home: Path
    tmp: Path
    links: tuple[Link, ...] = ()


def plan(
    pod: Object, container: Object, folder: Path, claim_folder: Callable[[str], Path | None]
) -> Mounts:
    """Where everything goes.

    ``folder`` is the pod's own; ``claim_folder`` finds the folder of a bound claim by its name.

    Raises:
        MountError: for a volume that is missing or can't be had here.
    """
    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes") or []}
    home, tmp, links = folder / "home", folder / "tmp", []
    for mount in container.get("volumeMounts") or []:
        path = posixpath.normpath(mount["mountPath"])
        volume = volumes.get(mount["name"])
        if _is_left_out(path, volume):
            continue
        source = _source(volume, mount, folder, claim_folder)
        if path == IMAGE_HOME:
            home = source
        elif path == _TMP:
            tmp = source
        else:
            links.append(Link(_below_home(path, mount["name"]), source))
    return Mounts(home, tmp, tuple(links))


def _is_left_out(path: str, volume: Object | None) -> bool:
    kind = {_SHARED_MEMORY: "emptyDir", _ACCOUNT: "projected"}.get(path)
    return kind is not None and volume is not None and kind in volume


def _below_home(path: str, name: str) -> str:
    below = posixpath.relpath(path, IMAGE_HOME)
    if below.split("/")[0] == ".." or "\0" in path:
        raise MountError(
            f'MountVolume.SetUp failed for volume "{name}" : this sandbox mounts volumes at '
            f"{IMAGE_HOME} and below it only, not at {path}"
        )
    return below


def _source(
    volume: Object | None,
    mount: Object,
    folder: Path,
    claim_folder: Callable[[str], Path | None],
) -> Path:
    name = mount["name"]
    if volume is None:
        raise MountError(f'volume "{name}" is not among the volumes of the pod')
    if mount.get("subPath") or mount.get("subPathExpr"):
        raise _refused(name, "this sandbox knows no subPath")
    if claim := volume.get("persistentVolumeClaim"):
        if (found := claim_folder(claim["claimName"])) is not None:
            return found
        raise _refused(name, f'persistentvolumeclaim "{claim["claimName"]}" has no volume')
    if "emptyDir" in volume:
        return folder / "volumes" / str(name)
    kind = next((key for key in volume if key != "name"), "unknown")
    raise _refused(name, f"this sandbox has no volumes of kind {kind}")


def _refused(name: str, why: str) -> MountError:
    return MountError(f'MountVolume.SetUp failed for volume "{name}" : {why}')
