"""Which program stands behind an image.

A sandbox has no container images: what an image's name promises is run by a program of this
machine, or not at all. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Runtime(StrEnum):
    """The programs that the sandbox can run."""

    JUPYTERLAB = "jupyterlab"
    CODE_SERVER = "code-server"


@dataclass(frozen=True, slots=True)
class Launch:
    """What to know of one container to word a runtime's command.

    ``hosts`` are the names under which browsers may come, besides localhost.
    """

    program: str
    address: str
    port: int
    home: str
    prefix: str = ""
    hosts: tuple[str, ...] = ()
    is_root: bool = False


_LOCAL = ".localhost"
_PATTERNS = (
    (re.compile(r"jupyter-[^/]+"), Runtime.JUPYTERLAB),
    (re.compile(r"codeserver-[^/]+"), Runtime.CODE_SERVER),
)

# The contract of the images: the IDE listens here unless the pod names another port.
DEFAULT_PORT = 8888
# Where the images have the home of their user.
IMAGE_HOME = "/home/jovyan"


def runtime_of(image: str) -> Runtime | None:
    """The runtime behind an image reference, by the last part of its repository.

    Example: ``kubeflownotebookswg/jupyter-scipy:v1.8.0`` is JupyterLab.
    """
    name = re.split(r"[:@]", image.rsplit("/", 1)[-1], maxsplit=1)[0]
    return next((runtime for pattern, runtime in _PATTERNS if pattern.fullmatch(name)), None)


def no_runtime(image: str) -> str:
    """The sentence for an image that only a real cluster can run."""
    return (
        f'this sandbox has no runtime for image "{image}": '
        "it runs images whose name begins with jupyter- or codeserver-"
    )


def hosts(told: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names under which browsers come to one pod, besides localhost. Pure.

    Args:
        told: by the pod itself, separated by commas.
        names: of the node: each as it is, and before it what the pod tells before localhost.
    """
    own = [host.strip() for host in told.split(",") if host.strip()]
    labels = [host.removesuffix(_LOCAL) for host in own if host.endswith(_LOCAL)]
    below = [found for name in names for found in (name, *(f"{label}.{name}" for label in labels))]
    return (*own, *below)


def command(runtime: Runtime, launch: Launch) -> list[str]:
    """The command line that an image of this runtime would run by itself."""
    match runtime:
        case Runtime.JUPYTERLAB:
            return _jupyterlab(launch)
        case Runtime.CODE_SERVER:
            return _code_server(launch)


def _jupyterlab(launch: Launch) -> list[str]:
    hosts = ", ".join(repr(host) for host in ("localhost", *launch.hosts))
    return [
        launch.program,
        f"--ip={launch.address}",
        f"--port={launch.port}",
        "--ServerApp.port_retries=0",
        "--no-browser",
        *(["--allow-root"] if launch.is_root else []),
        f"--ServerApp.base_url={launch.prefix}/",
        f"--ServerApp.root_dir={launch.home}",
        # Who may come is the gateway's decision, as with the images. What is left to guard here is
        # the browser of this machine: only these host names, no other origin.
        "--IdentityProvider.token=",
        "--ServerApp.password=",
        f"--ServerApp.local_hostnames=[{hosts}]",
        # Nothing is asked of the network at start: no news, no update check, no extension index.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]


def _code_server(launch: Launch) -> list[str]:
    return [
        launch.program,
        f"--bind-addr={launch.address}:{launch.port}",
        "--auth=none",
        "--disable-telemetry",
        "--disable-update-check",
        launch.home,
    ]
