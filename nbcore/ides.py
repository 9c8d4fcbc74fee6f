"""What each kind of IDE needs, one row an IDE; a fourth IDE is one more row. Pure.

The facts are those of the Kubeflow example notebook servers at v1.8.0
(https://www.kubeflow.org/docs/components/notebooks/container-images/).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from nbcore.hostnames import LOCAL_DOMAIN, host_label
from nbcore.names import HOME, IDE_PORT, notebook_path


class IdeType(StrEnum):
    """The value of the label ml.oneblock.ai/notebook-type."""

    JUPYTER = "jupyter"
    CODE_SERVER = "code-server"
    RSTUDIO = "rstudio"


@dataclass(frozen=True, slots=True)
class Ide:
    """One IDE.

    Attributes:
        strips_prefix: the gateway forwards the path without /notebook/<ns>/<name>.
        root_path_header: request header that tells the IDE its prefix with a trailing slash, or "".
        probe_path: path that answers 200 when the IDE is up; "{prefix}": /notebook/<ns>/<name>.
        environment: variables of the container; "{prefix}" as above, "{host}": the host name that
            the notebook has for itself where the app is opened at localhost.
    """

    type: IdeType
    title: str
    summary: str
    icon: str
    strips_prefix: bool
    probe_path: str
    root_path_header: str = ""
    port: int = IDE_PORT
    home: str = HOME
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def probe_path_of(self, namespace: str, name: str) -> str:
        """The path that the readiness probe asks for one notebook."""
        return self.probe_path.replace("{prefix}", notebook_path(namespace, name))

    def environment_of(self, namespace: str, name: str) -> dict[str, str]:
        """The container's variables for one notebook."""
        host = f"{host_label(namespace, name)}.{LOCAL_DOMAIN}"
        known = {"{prefix}": notebook_path(namespace, name), "{host}": host}
        return {key: known.get(value, value) for key, value in self.environment.items()}


# The v1.8.0 images give their start scripts 5 s before s6 kills the container: too short for a slow
# volume (kubeflow/kubeflow#7421). Milliseconds.
_S6_PATIENCE = {"S6_CMD_WAIT_FOR_SERVICES_MAXTIME": "300000"}

IDES: Mapping[IdeType, Ide] = MappingProxyType(
    {
        IdeType.JUPYTER: Ide(
            type=IdeType.JUPYTER,
            title="JupyterLab",
            summary="Notebooks, terminals and Python",
            icon=":material/science:",
            strips_prefix=False,
            probe_path="{prefix}/api",
            environment=MappingProxyType(
                {
                    "NB_PREFIX": "{prefix}",
                    # A server that listens on a loopback address, as in the sandbox, answers only
                    # to names that it knows.
                    "NB_HOSTS": "{host}",
                    # On a volume with fsGroup, Jupyter refuses its own connection files as readable
                    # by a group (kubeflow/kubeflow#7407).
                    "JUPYTER_RUNTIME_DIR": "/tmp/jupyter_runtime",  # noqa: S108 a path in the pod
                    **_S6_PATIENCE,
                }
            ),
        ),
        IdeType.CODE_SERVER: Ide(
            type=IdeType.CODE_SERVER,
            title="VS Code",
            summary="The editor in the browser, with Python",
            icon=":material/code:",
            strips_prefix=True,
            probe_path="/healthz",
            environment=MappingProxyType({"NB_PREFIX": "{prefix}", **_S6_PATIENCE}),
        ),
        IdeType.RSTUDIO: Ide(
            type=IdeType.RSTUDIO,
            title="RStudio",
            summary="R with the tidyverse",
            icon=":material/bar_chart:",
            strips_prefix=True,
            # "/" redirects clients that don't look like a browser to an error page.
            probe_path="/images/favicon.ico",
            root_path_header="X-RStudio-Root-Path",
            environment=MappingProxyType({"NB_PREFIX": "{prefix}", **_S6_PATIENCE}),
        ),
    }
)

# The design document's own manifest carries this typo.
_SPELLINGS = {"juptyer": IdeType.JUPYTER}


def ide_type(label: str) -> IdeType | None:
    """The IDE that a notebook-type label names; None when it names none. Pure."""
    if label in _SPELLINGS:
        return _SPELLINGS[label]
    return IdeType(label) if label in set(IdeType) else None
